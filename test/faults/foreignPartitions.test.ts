import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { makeEventDecoder } from '../../adapters/events/eventCodec.ts';
import { orderKeyOf } from '../../domain/entry.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { startTestSystem } from '../system.ts';
import { byKey, closeDate, sendDay, untilDayIsOver, verdictsFound, verdictsPlanted } from './playedDay.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';

// Producers whose partitioners agree on nothing: the books of one order lie in different partitions, and so do its lines in one book.

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const PARTITIONS = 4;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 2);

/** By what it holds: for one event always the same, as of two events of an order hardly ever. */
function scattered(record: NewRecord): NewRecord {
  return { ...record, partition: Number.parseInt(hash('sha256', record.value).slice(0, 8), 16) % PARTITIONS };
}

describe.runIf(hasKafka)('events that another partitioner has spread', () => {
  const kafka = brokerOfBlock();

  test(
    'are joined by their order, not by their partition: the day ends as it was planted, with a kill on the way',
    { timeout: 240_000 },
    async () => {
      const day = simulateDay({ seed: 48, merchants, orders: 1_000, date: '2026-03-09', defects: null });
      await using system = await startTestSystem({ logUrl: kafka.url });
      const decode = makeEventDecoder({ merchants: system.config.merchants });
      const partitionsOf = new Map<string, Set<number | undefined>>();
      const append = system.producer.append.bind(system.producer);
      system.producer.append = (records) => {
        const spread = records.map(scattered);
        for (const { topic, value, partition } of spread) {
          const event = decode(topic, value);
          if (!event.ok) continue;
          const order = orderKeyOf(event.entry.merchantId, event.entry.orderNo);
          partitionsOf.set(order, (partitionsOf.get(order) ?? new Set()).add(partition));
        }
        return append(spread);
      };
      await system.startPipeline();
      await sendDay(system, day, {
        faults: [
          {
            afterEvents: Math.floor(day.events.length / 2),
            strike: async () => {
              await system.killPipeline();
              await system.startPipeline();
            },
          },
        ],
      });
      // Of two lines three in four orders have them in two partitions.
      const apart = [...partitionsOf.values()].filter(({ size }) => size > 1).length;
      expect(apart / partitionsOf.size).toBeGreaterThan(0.6);
      await untilDayIsOver(system, day.truth.date);
      await closeDate(system, day, merchants);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      expect(byKey(await verdictsFound(system, 'THREE_WAY'))).toEqual(
        byKey(verdictsPlanted(day, 'threeWay')),
      );
    },
  );
});
