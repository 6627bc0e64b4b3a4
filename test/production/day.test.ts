import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { makeSessionKey } from '../../adapters/access/sessionKey.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { Child } from '../../adapters/process/childProcess.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { recordOfSimulated } from '../../cli/start/simulatedRecord.ts';
import type { SimulatedEvent } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { byKey, closeDate, untilDayIsOver, verdictsFound, verdictsPlanted } from '../faults/playedDay.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import {
  configOn,
  expectAlertsOfAllThatDiffers,
  joined,
  pipelineBeside,
  untilReady,
  visitGroup,
} from './kafkaSystem.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';

// Everything a process of its own: Kafka, two Redis, the ledger, two pipelines, the API. Producers write into the topics and
// call the API, the group shares out its partitions anew all the while, and the broker is killed and stays away.

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 2);
const BROKER_AWAY_MS = 20_000;
const REBALANCE_EVERY_MS = 3_000;
const PIECE = 200;
const PIECE_MS = 250;

describe.runIf(hasKafka)('a day in production', () => {
  const kafka = brokerOfBlock();

  async function startApi(system: TestSystem): Promise<{ readonly child: Child; readonly at: string }> {
    makeSessionKey({}, system.dir);
    const port = await freePort();
    const more = { DUIZHANG_PORT: String(port), DUIZHANG_UNSIGNED_EVENTS: 'on' };
    const child = await system.startBeside('api/main.ts', join(system.dir, 'api.log'), more);
    const at = `http://127.0.0.1:${port}`;
    const isReady = () =>
      fetch(`${at}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady, { timeout: 30_000 }).toBe(true);
    return { child, at };
  }

  /** As a producer does: what is not acknowledged is sent again. */
  async function post(at: string, events: readonly SimulatedEvent[]): Promise<void> {
    const body = JSON.stringify(events.map(({ payload }) => ('event' in payload ? payload.event : null)));
    const headers = { 'content-type': 'application/json' };
    const send = () =>
      fetch(`${at}/api/v1/events`, { method: 'POST', headers, body }).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(send, { timeout: 60_000, interval: 500 }).toBe(true);
  }

  test(
    'ends as it was planted, with rebalances every few seconds, a pipeline killed and the broker away for 20 s',
    { timeout: 420_000 },
    async () => {
      const day = simulateDay({ seed: 43, merchants, orders: 6_000, date: '2026-03-09', defects: null });
      await using system = await startTestSystem({
        config: configOn(await readFile(CONFIG, 'utf8'), 'day'),
        logUrl: kafka.url,
      });
      await system.startPipeline();
      let second = await pipelineBeside(system, 'second');
      await untilReady(second);
      const api = await startApi(system);

      let isOver = false;
      let rebalances = 0;
      const visiting = (async () => {
        for (; !isOver; await pause(REBALANCE_EVERY_MS)) {
          await visitGroup(system, kafka.url);
          rebalances += 2;
        }
      })();
      const strikes = new Map<number, () => Promise<void>>([
        [
          Math.floor(day.events.length * 0.35),
          async () => {
            await kafka.kill9();
            await pause(BROKER_AWAY_MS);
            await kafka.startAgain();
          },
        ],
        [
          Math.floor(day.events.length * 0.6),
          async () => {
            await second.child.kill9();
            second = await pipelineBeside(system, 'second');
          },
        ],
      ]);
      for (let at = 0; at < day.events.length; at += PIECE) {
        const piece = day.events.slice(at, at + PIECE);
        const byApi = (at / PIECE) % 2 === 1 ? piece.filter(({ payload }) => 'event' in payload) : [];
        const toTopics = piece.filter((event) => !byApi.includes(event));
        if (toTopics.length > 0) await system.producer.append(toTopics.map(recordOfSimulated));
        if (byApi.length > 0) await post(api.at, byApi);
        for (const [from, strike] of strikes) {
          if (from > at + PIECE) continue;
          strikes.delete(from);
          await strike();
        }
        await pause(PIECE_MS);
      }
      isOver = true;
      await visiting;
      await untilDayIsOver(system, day.truth.date);

      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      await expectAlertsOfAllThatDiffers(system);
      await closeDate(system, day, merchants);
      expect(byKey(await verdictsFound(system, 'THREE_WAY'))).toEqual(
        byKey(verdictsPlanted(day, 'threeWay')),
      );
      expect(rebalances).toBeGreaterThan(8);
      for (const port of [system.pipelinePort, second.port]) expect(await joined(port)).toBeGreaterThan(0);
      for (const child of [api.child, second.child]) await child.stop();
      expect(await second.said()).toContain('drained');
    },
  );
});
