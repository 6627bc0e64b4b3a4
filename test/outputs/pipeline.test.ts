import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { loadEventSchemas, newestSchemaOf } from '../../adapters/events/schemas.ts';
import { brokersOf, kafkaSettingsOf, outputNamesOf } from '../../adapters/kafka/settingsOfConfig.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { byKey, sendDay, untilDayIsOver, verdictsFound, verdictsPlanted } from '../faults/playedDay.ts';
import type { RegistryServer } from '../registry/registryServer.ts';
import { registryServer } from '../registry/registryServer.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import { readTopic } from './readTopic.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';

// The pipeline's own process, with what it tells others.

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 1);
const HEADER_BYTES = 10;

describe.runIf(hasKafka)('a day that others read along', () => {
  const kafka = brokerOfBlock();
  let registry: RegistryServer;

  beforeEach(async () => {
    registry = await registryServer();
  });
  afterEach(() => registry.stop());

  async function told(system: TestSystem, topic: 'verdicts' | 'alerts'): Promise<readonly string[]> {
    const { config } = system;
    const settings = kafkaSettingsOf({
      brokers: brokersOf(kafka.url) ?? [],
      config: config.log.kafka,
      partitions: config.log.partitions,
      env: {},
      clientId: 'reader',
    });
    const name = outputNamesOf(config.log.kafka)?.[topic] ?? '';
    return (await readTopic(settings, topic, name)).map(({ fields }) => String(fields['changeId']));
  }

  async function stored(system: TestSystem, sql: string): Promise<readonly string[]> {
    const result = await system.clickhouse.query({ query: sql, format: 'JSONEachRow' });
    return (await result.json<{ id: string }>()).map(({ id }) => id);
  }

  /** The payments as a producer with a registry writes them; in Avro the body is the same. */
  function reframed(record: NewRecord, id: number): NewRecord {
    const body = Buffer.from(record.value);
    if (record.topic !== 'payments' || body[0] !== 0xc3 || body[1] !== 0x01) return record;
    const head = Buffer.alloc(5);
    head.writeUInt32BE(id, 1);
    return { ...record, value: Buffer.concat([head, body.subarray(HEADER_BYTES)]) };
  }

  test(
    'finds every verdict and every change of an alert in the topics, with the pipeline killed twice and the registry away for a while',
    { timeout: 240_000 },
    async () => {
      const id = registry.register({
        ...JSON.parse(JSON.stringify(newestSchemaOf('payments', loadEventSchemas()).json)),
      });
      const day = simulateDay({ seed: 47, merchants, orders: 1_200, date: '2026-03-09', defects: null });
      await using system = await startTestSystem({ logUrl: kafka.url });
      const append = system.producer.append.bind(system.producer);
      system.producer.append = (records) => append(records.map((record) => reframed(record, id)));
      const env = { DUIZHANG_SCHEMA_REGISTRY_URL: registry.url };
      const killed = async (): Promise<void> => {
        await system.killPipeline();
        await system.startPipeline(env);
      };
      await system.startPipeline(env);
      const at = (share: number) => Math.floor(day.events.length * share);
      await sendDay(system, day, {
        faults: [
          { afterEvents: at(0.3), strike: killed },
          {
            afterEvents: at(0.5),
            strike: async () => {
              await registry.stop();
              await killed();
            },
          },
          { afterEvents: at(0.7), strike: () => registry.start() },
        ],
      });
      await untilDayIsOver(system, day.truth.date);
      const verdicts = await stored(
        system,
        `SELECT concat(merchant_id, ' ', order_no, ' ', key_part, ' ', toString(span), ' ', toString(version)) AS id
         FROM verdicts FINAL WHERE mode = 'REALTIME'`,
      );
      expect(verdicts.length).toBeGreaterThan(1_000);
      expect(new Set(registry.asked)).toEqual(new Set([`/schemas/ids/${id}`]));
      const toldVerdicts = new Set(await told(system, 'verdicts'));
      expect(verdicts.filter((one) => !toldVerdicts.has(one))).toEqual([]);
      // What was dated earlier than a change of it is no row of the ledger's any more: of the topic nothing is taken away.
      expect(toldVerdicts.size).toBeGreaterThanOrEqual(verdicts.length);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      // The ledger has a change before others are told of it.
      const untold = async (): Promise<readonly string[]> => {
        const alerts = await stored(
          system,
          `SELECT DISTINCT concat(alert_id, '/', toString(version)) AS id FROM alerts`,
        );
        expect(alerts.length).toBeGreaterThan(0);
        const toldAlerts = new Set(await told(system, 'alerts'));
        return alerts.filter((one) => !toldAlerts.has(one));
      };
      await expect.poll(untold, { timeout: 30_000, interval: 500 }).toEqual([]);
    },
  );
});
