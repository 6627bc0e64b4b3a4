import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSessionKey } from '../../adapters/access/sessionKey.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { startTestSystem } from '../system.ts';
import { configOn, expectAlertsOfAllThatDiffers, joined, pipelineBeside, untilReady } from './kafkaSystem.ts';
import { byKey, sendDay, untilDayIsOver, verdictsFound, verdictsPlanted } from '../faults/playedDay.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';

// The system as it is, with its event log in Kafka.

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 1);

describe.runIf(hasKafka)('a day on Kafka', () => {
  const kafka = brokerOfBlock();

  test(
    'two pipelines share a day, and the death of the one that keeps its alerts costs neither a verdict nor an alert',
    { timeout: 120_000 },
    async () => {
      const day = simulateDay({ seed: 44, merchants, orders: 1_000, date: '2026-03-09', defects: null });
      const text = configOn(await readFile(CONFIG, 'utf8'), 'second');
      await using system = await startTestSystem({ config: text, logUrl: kafka.url });
      await system.startPipeline();
      const second = await pipelineBeside(system, 'second');
      await untilReady(second);
      await sendDay(system, day, {
        faults: [
          {
            afterEvents: day.events.length / 2,
            strike: async () => {
              await expect.poll(() => joined(second.port), { timeout: 30_000 }).toBeGreaterThan(0);
              expect(await second.said()).not.toContain('are kept here from now on');
              await system.killPipeline();
              await expect.poll(second.said, { timeout: 15_000 }).toContain('are kept here from now on');
            },
          },
        ],
      });
      await untilDayIsOver(system, day.truth.date);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      await expectAlertsOfAllThatDiffers(system);
      await second.child.stop();
      expect(await second.said()).toContain('drained');
    },
  );

  test('the API says that it is ready, and writes what it is sent into the topics', async () => {
    const text = configOn(await readFile(CONFIG, 'utf8'), 'api');
    await using system = await startTestSystem({ config: text, logUrl: kafka.url });
    makeSessionKey({}, system.dir);
    const port = await freePort();
    const more = { DUIZHANG_PORT: String(port), DUIZHANG_UNSIGNED_EVENTS: 'on' };
    const api = await system.startBeside('api/main.ts', join(system.dir, 'api.log'), more);
    const at = `http://127.0.0.1:${port}`;
    const isReady = () =>
      fetch(`${at}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady, { timeout: 30_000 }).toBe(true);
    const event = {
      eventId: 'p-1',
      merchantId: 'H001',
      kind: 'PAYMENT',
      orderNo: 'O1',
      refundNo: null,
      amountFen: '2500',
      businessType: 'REGISTRATION',
      channel: 'WECHAT',
      channelTxnNo: '42O1',
      occurredAt: new Date().toISOString(),
    };
    const body = JSON.stringify([event]);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${at}/api/v1/events`, { method: 'POST', headers, body });
    expect(await answer.json()).toMatchObject({ accepted: 1, rejected: 0 });
    const ends = [...(await system.log.bounds()).values()].map(({ start, end }) => end - start);
    expect(ends.reduce((sum, count) => sum + count, 0)).toBe(1);
    await api.stop();
  }, 120_000);
});
