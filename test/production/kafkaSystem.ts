import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { KafkaEventLog } from '../../adapters/kafka/kafkaEventLog.ts';
import { brokersOf, kafkaSettingsOf } from '../../adapters/kafka/settingsOfConfig.ts';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import type { Child } from '../../adapters/process/childProcess.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import type { AlertKind } from '../../domain/alert.ts';
import type { TestSystem } from '../system.ts';

// A system whose log is in Kafka, as tests of several pipelines look at it.

const STAYS_MS = 1_500;
/** Alerts that count orders whose books differ. */
const OF_ORDERS = new Set<AlertKind>(['ORDERS_ONE_SIDED', 'AMOUNT_WRONG', 'PAID_TWICE', 'CHANNEL_ONE_SIDED']);

/**
 * The repository's configuration with topics and a group of a test's own. The days that are played lie in the past: on this
 * clock a feed that pauses is silent, and its alert would take the orders that the others are to count.
 */
export function configOn(text: string, name: string): string {
  const topics = `{ payments: ${name}.payments, his-orders: ${name}.his-orders }`;
  const kafka = `{ create: { replication: 1 }, session: 6s, group: ${name}, topics: ${topics} }`;
  const own = text.replace(/^ {2}kafka:.*\n.*create:.*$/m, `  kafka: ${kafka}`);
  if (own === text) throw new Error('the repository’s configuration says nothing of Kafka');
  return `${own}\nalerts: { rules: { feedSilence: off } }\n`;
}

export type Beside = {
  readonly child: Child;
  readonly port: number;
  /** What it logged. */
  readonly said: () => Promise<string>;
};

/** A pipeline beside the system's own one, on the same servers; it is the test's to end. @param more of its environment */
export async function pipelineBeside(
  system: TestSystem,
  name: string,
  more: NodeJS.ProcessEnv = {},
): Promise<Beside> {
  const port = await freePort();
  const logFile = join(system.dir, `${name}.log`);
  const env = { DUIZHANG_PIPELINE_PORT: String(port), ...more };
  const child = await system.startBeside('pipeline/main.ts', logFile, env);
  return { child, port, said: () => readFile(logFile, 'utf8') };
}

export async function untilReady({ said }: Beside): Promise<void> {
  await expect.poll(said, { timeout: 30_000 }).toContain('"msg":"ready"');
}

/** A member of the group that takes its share of the partitions, does nothing with them, and leaves: two rebalances. */
export async function visitGroup({ config }: TestSystem, url: string): Promise<void> {
  const settings = kafkaSettingsOf({
    brokers: brokersOf(url) ?? [],
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
  await expect.poll(() => taken.size, { timeout: 60_000 }).toBeGreaterThan(0);
  await pause(STAYS_MS);
  await consumer.stop();
  await log.close();
}

/** Events that a pipeline has joined, by its metrics. */
export async function joined(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return [...text.matchAll(/^duizhang_events_total\{[^}]*\} (\d+)/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

/** Every order that differs by the ledger is counted by an alert that is open, and no other one is. */
export async function expectAlertsOfAllThatDiffers(system: TestSystem): Promise<void> {
  const alerts = clickHouseAlertLedger(system.clickhouse);
  const differing = (await alerts.differingOrders(10_000)).length;
  expect(differing).toBeGreaterThan(0);
  const open = async () => (await alerts.alertsSince(0)).filter(({ state }) => state === 'OPEN');
  const ofOrders = async () =>
    (await open()).filter(({ kind }) => OF_ORDERS.has(kind)).reduce((sum, { left }) => sum + left, 0);
  const said = (await open()).map(({ kind, merchantId, left }) => `${kind} ${merchantId} ${left}`).join(', ');
  await expect.poll(ofOrders, { timeout: 15_000, message: said }).toBe(differing);
}
