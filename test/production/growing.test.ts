import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { recordOfSimulated } from '../../cli/start/simulatedRecord.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { byKey, closeDate, untilDayIsOver, verdictsFound, verdictsPlanted } from '../faults/playedDay.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';
import { startTestSystem } from '../system.ts';
import { configOn, expectAlertsOfAllThatDiffers, joined, pipelineBeside, untilReady } from './kafkaSystem.ts';

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 2);
const PARTITIONS = 24;
const PIECE = 100;
const PIECE_MS = 150;

describe.runIf(hasKafka)('topics that are given more partitions in mid-day', () => {
  const kafka = brokerOfBlock();

  async function raise(topics: readonly string[]): Promise<void> {
    const admin = new Kafka({ brokers: [kafka.broker], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({
      topicPartitions: topics.map((topic) => ({ topic, count: PARTITIONS })),
    });
    await admin.disconnect();
  }

  test(
    'are read on by pipelines that nobody restarts, while producers of the old number and of the new one write',
    { timeout: 240_000 },
    async () => {
      const day = simulateDay({ seed: 45, merchants, orders: 2_000, date: '2026-03-09', defects: null });
      const text = configOn(await readFile(CONFIG, 'utf8'), 'growing');
      await using system = await startTestSystem({ config: text, logUrl: kafka.url });
      await system.startPipeline();
      const second = await pipelineBeside(system, 'second');
      await untilReady(second);
      const before = (await system.log.bounds()).size;
      const send = async (from: number, to: number): Promise<void> => {
        for (let at = from; at < to; at += PIECE) {
          const piece = day.events.slice(at, Math.min(at + PIECE, to)).map(recordOfSimulated);
          await system.producer.append(piece);
          await pause(PIECE_MS);
        }
      };
      const [third, half] = [Math.floor(day.events.length / 3), Math.floor(day.events.length / 2)];
      await send(0, third);
      await raise(['growing.payments', 'growing.his-orders']);
      // This producer knows of nothing yet.
      await send(third, half);
      await system.reconfigure(text);
      await send(half, day.events.length);
      await untilDayIsOver(system, day.truth.date);

      expect(before).toBeLessThan(2 * PARTITIONS);
      const bounds = await system.log.bounds();
      expect(bounds.size).toBe(2 * PARTITIONS);
      for (const [, { end }] of bounds) expect(end).toBeGreaterThan(0);
      for (const slot of await system.window.positions()) expect(slot.size).toBe(2 * PARTITIONS);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      await expectAlertsOfAllThatDiffers(system);
      await closeDate(system, day, merchants);
      expect(byKey(await verdictsFound(system, 'THREE_WAY'))).toEqual(
        byKey(verdictsPlanted(day, 'threeWay')),
      );
      for (const port of [system.pipelinePort, second.port]) expect(await joined(port)).toBeGreaterThan(0);
      await second.child.stop();
    },
  );
});
