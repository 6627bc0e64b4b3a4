import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSessionKey } from '../../adapters/access/sessionKey.ts';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { KafkaEventLog } from '../../adapters/kafka/kafkaEventLog.ts';
import { brokersOf, kafkaSettingsOf } from '../../adapters/kafka/settingsOfConfig.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import type { KafkaServer } from '../../adapters/process/kafkaServer.ts';
import { startKafka } from '../../adapters/process/kafkaServer.ts';
import type { AlertKind } from '../../domain/alert.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { hasKafka } from '../hasKafka.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import { byKey, closeDate, sendDay, untilDayIsOver, verdictsFound, verdictsPlanted } from './playedDay.ts';

// The system as it is, with its event log in Kafka.

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
/** Alerts that count orders whose books differ. */
const OF_ORDERS = new Set<AlertKind>(['ORDERS_ONE_SIDED', 'AMOUNT_WRONG', 'PAID_TWICE', 'CHANNEL_ONE_SIDED']);
const [AWAY_MS, STAYS_MS] = [5_000, 1_500];
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 1);

/** Topics and a group of a test's own. */
function logSection(name: string): string {
  const topics = `{ payments: ${name}.payments, his-orders: ${name}.his-orders }`;
  return `log:\n  kafka: { create: { replication: 1 }, session: 6s, group: ${name}, topics: ${topics} }`;
}

describe.runIf(hasKafka)('a day on Kafka', () => {
  let dir: string;
  let kafka: KafkaServer;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-kafka-day-'));
    kafka = await startKafka({ dir });
  }, 90_000);
  afterAll(async () => {
    await kafka.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** A member of the group that takes its share of the partitions, does nothing with them, and leaves. */
  async function visitGroup({ config }: TestSystem): Promise<void> {
    const settings = kafkaSettingsOf({
      brokers: brokersOf(kafka.url) ?? [],
      config: config.log.kafka,
      partitions: config.log.partitions,
      env: {},
      clientId: 'visitor',
    });
    const log = new KafkaEventLog(settings, {
      needs: { leastRetentionMs: 1, wishedRetentionMs: 1 },
      onWarning: () => undefined,
    });
    const bounds = await log.bounds();
    const taken = new Set<string>();
    const consumer = log.consume({
      startAt: (partition) => {
        taken.add(partition);
        return Promise.resolve(bounds.get(partition)?.start ?? 0);
      },
      maxRecords: 10,
      onBatch: () => Promise.resolve({ kind: 'done' }),
    });
    await expect.poll(() => taken.size, { timeout: 30_000 }).toBeGreaterThan(0);
    await pause(STAYS_MS);
    await consumer.stop();
    await log.close();
  }

  /** Events that a pipeline has joined, by its metrics. */
  async function joined(port: number): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return [...text.matchAll(/^duizhang_events_total\{[^}]*\} (\d+)/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  }

  test(
    'two pipelines share a day, and the death of the one that keeps its alerts costs neither a verdict nor an alert',
    { timeout: 120_000 },
    async () => {
      const day = simulateDay({ seed: 44, merchants, orders: 1_000, date: '2026-03-09', defects: null });
      const text = (await readFile(CONFIG, 'utf8')).replace(/^log:$/m, logSection('second'));
      await using system = await startTestSystem({ config: text, logUrl: kafka.url });
      await system.startPipeline();
      const logFile = join(system.dir, 'second.log');
      const saidBySecond = () => readFile(logFile, 'utf8');
      const port = await freePort();
      const env = { DUIZHANG_PIPELINE_PORT: String(port) };
      const second = await system.startBeside('pipeline/main.ts', logFile, env);
      await expect.poll(saidBySecond, { timeout: 30_000 }).toContain('"msg":"ready"');
      await sendDay(system, day, {
        faults: [
          {
            afterEvents: day.events.length / 2,
            strike: async () => {
              await expect.poll(() => joined(port), { timeout: 30_000 }).toBeGreaterThan(0);
              expect(await saidBySecond()).not.toContain('are kept here from now on');
              await system.killPipeline();
              await expect.poll(saidBySecond, { timeout: 15_000 }).toContain('are kept here from now on');
            },
          },
        ],
      });
      await untilDayIsOver(system, day.truth.date);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      const alerts = clickHouseAlertLedger(system.clickhouse);
      const differing = (await alerts.differingOrders(10_000)).length;
      expect(differing).toBeGreaterThan(0);
      const told = async () =>
        (await alerts.alertsSince(0))
          .filter(({ state, kind }) => state === 'OPEN' && OF_ORDERS.has(kind))
          .reduce((sum, { left }) => sum + left, 0);
      await expect.poll(told, { timeout: 15_000 }).toBe(differing);
      await second.stop();
      expect(await saidBySecond()).toContain('drained');
    },
  );

  test('the API says that it is ready, and writes what it is sent into the topics', async () => {
    const text = (await readFile(CONFIG, 'utf8')).replace(/^log:$/m, logSection('api'));
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

  test(
    'ends as it was planted, with the pipeline and the broker killed and the partitions shared out anew on the way',
    { timeout: 300_000 },
    async () => {
      const day = simulateDay({ seed: 43, merchants, orders: 1_500, date: '2026-03-09', defects: null });
      const text = (await readFile(CONFIG, 'utf8')).replace(/^log:$/m, logSection('day'));
      await using system = await startTestSystem({ config: text, logUrl: kafka.url });
      await system.startPipeline();
      const at = (share: number) => Math.floor(day.events.length * share);
      await sendDay(system, day, {
        faults: [
          { afterEvents: at(0.1), strike: () => visitGroup(system) },
          {
            afterEvents: at(0.3),
            strike: async () => {
              await system.killPipeline();
              await system.startPipeline();
            },
          },
          {
            afterEvents: at(0.5),
            strike: async () => {
              const { port } = kafka;
              await kafka.kill9();
              await pause(AWAY_MS);
              kafka = await startKafka({ dir, port });
            },
          },
          { afterEvents: at(0.7), strike: () => visitGroup(system) },
        ],
      });
      await untilDayIsOver(system, day.truth.date);
      await closeDate(system, day, merchants);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      expect(byKey(await verdictsFound(system, 'THREE_WAY'))).toEqual(
        byKey(verdictsPlanted(day, 'threeWay')),
      );
    },
  );
});
