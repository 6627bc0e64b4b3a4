import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clickHouseAlertChanges } from '../../adapters/clickhouse/alertChanges.ts';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import { kafkaOutputs } from '../../adapters/kafka/kafkaOutputs.ts';
import type { KafkaSettings } from '../../adapters/kafka/kafkaSettings.ts';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { redisAlertsSent } from '../../adapters/redis/alertsSent.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Outputs } from '../../domain/outputPorts.ts';
import { AlertQueue } from '../../pipeline/outputs/alertQueue.ts';
import { startLedger } from '../integration/ledgerHarness.ts';
import type { TestLedger } from '../integration/ledgerHarness.ts';
import { kafkaSettings } from '../log/logUnderTest.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka, startRedis } from '../services/index.ts';
import { alertOf } from '../watch/someAlert.ts';
import { readTopic } from './readTopic.ts';

const MINUTE_MS = 60_000;
const T0 = Date.UTC(2026, 2, 9, 2);
const NOW = T0 + 30 * MINUTE_MS;

describe.runIf(hasKafka)('alerts for others', () => {
  let dir: string;
  const kafka = brokerOfBlock();
  let server: RedisServer;
  let redis: ReturnType<typeof connectRedis>;
  let ledger: TestLedger;
  let settings: KafkaSettings;
  let names: { readonly verdicts: string; readonly alerts: string };
  let outputs: Outputs;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-outputs-'));
    server = await startRedis({ dir: join(dir, 'window'), appendfsync: 'everysec' });
    redis = connectRedis(server.url);
    ledger = await startLedger();
  }, 90_000);
  afterAll(async () => {
    redis.disconnect();
    await Promise.all([server.stop(), ledger[Symbol.asyncDispose]()]);
    await rm(dir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await redis.flushall();
    await ledger.client.command({ query: 'TRUNCATE TABLE alerts' });
    settings = kafkaSettings(kafka.broker, { payments: 1, 'his-orders': 1 });
    names = { verdicts: `${settings.group}.verdicts`, alerts: `${settings.group}.alerts` };
    outputs = kafkaOutputs({ settings, names, onWarning: () => undefined });
    await outputs.prepare();
    return () => outputs.close();
  });

  /** A process that begins; one that is not asked for more has died. */
  async function newQueue(): Promise<AlertQueue> {
    const queue = new AlertQueue({
      ledger: clickHouseAlertChanges(ledger.client),
      sent: redisAlertsSent(redis),
      outputs,
      now: () => NOW,
    });
    await queue.resume();
    return queue;
  }

  const keep = (alerts: readonly Alert[]): Promise<void> =>
    clickHouseAlertLedger(ledger.client).write(alerts);

  /** An alert that stands so since that minute. */
  function changed(alertId: string, version: number, minute: number, more: Partial<Alert> = {}): Alert {
    const updatedAtMs = T0 + minute * MINUTE_MS;
    return alertOf({ alertId, version, openedAtMs: T0, updatedAtMs, ...more });
  }

  async function told(): Promise<readonly string[]> {
    const records = await readTopic(settings, 'alerts', names.alerts);
    expect(records.every(({ key, fields }) => key === fields['alertId'])).toBe(true);
    return records.map(({ fields }) => String(fields['changeId']));
  }

  test('each change is told once while the process lives, in its order', async () => {
    const queue = await newQueue();
    for (const changes of [
      [changed('a', 1, 0)],
      [changed('a', 2, 1), changed('b', 1, 1)],
      [changed('a', 3, 2, { state: 'CLOSED', closedAtMs: T0 + 2 * MINUTE_MS })],
    ]) {
      await keep(changes);
      queue.add(changes);
      expect(await queue.round()).toBe(changes.length);
    }
    expect(await queue.round()).toBe(0);
    expect(await told()).toEqual(['a/1', 'a/2', 'b/1', 'a/3']);
  });

  test('what the ledger has, and a process that died had not told, is told by the next one, change by change', async () => {
    const first = await newQueue();
    await keep([changed('a', 1, 0)]);
    first.add([changed('a', 1, 0)]);
    await first.round();
    await keep([changed('a', 2, 10), changed('b', 1, 10)]);
    await keep([changed('a', 3, 11)]);
    const second = await newQueue();
    expect(await second.round()).toBe(4);
    const ids = await told();
    expect([...new Set(ids)]).toEqual(['a/1', 'a/2', 'b/1', 'a/3']);
    expect(ids).toEqual(['a/1', 'a/1', 'a/2', 'b/1', 'a/3']);
    // Long after, only what changed within the last minute comes again.
    const third = await newQueue();
    expect(await third.round()).toBe(3);
  });

  test('a Redis that was emptied makes the changes of a week come again, and no older ones', async () => {
    await keep([changed('old', 1, -8 * 24 * 60), changed('a', 1, 0)]);
    const queue = await newQueue();
    expect(await queue.round()).toBe(1);
    await redis.flushall();
    const again = await newQueue();
    expect(await again.round()).toBe(1);
    expect(await told()).toEqual(['a/1', 'a/1']);
  });

  test('a week of many changes is told piece by piece, and what changes meanwhile behind it', async () => {
    const week = Array.from({ length: 2_500 }, (_, at) =>
      changed(`a${at % 7}`, at + 1, Math.floor(at / 100)),
    );
    await keep(week);
    const queue = await newQueue();
    expect(await queue.round()).toBe(1_000);
    const meanwhile = [changed('b', 1, 29)];
    await keep(meanwhile);
    queue.add(meanwhile);
    const rounds = [await queue.round(), await queue.round(), await queue.round()];
    expect(rounds).toEqual([1_000, 501, 0]);
    const ids = await told();
    expect(ids).toHaveLength(2_501);
    expect(new Set(ids)).toEqual(
      new Set([...week, ...meanwhile].map((one) => `${one.alertId}/${one.version}`)),
    );
    expect(ids.at(-1)).toBe('b/1');
  });

  test('a topic that nobody makes is refused by name, and made where that is asked for', async () => {
    const refused = kafkaOutputs({
      settings: { ...settings, create: null },
      names: { ...names, alerts: `${names.alerts}.other` },
      onWarning: () => undefined,
    });
    await expect(refused.prepare()).rejects.toMatchObject({
      code: 'DZ_LOG_TOPIC_MISSING',
      message: expect.stringContaining(`${names.alerts}.other`),
    });
    await refused.close();
  });
});
