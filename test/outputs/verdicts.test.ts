import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { kafkaClient } from '../../adapters/kafka/connect.ts';
import { kafkaOutputs } from '../../adapters/kafka/kafkaOutputs.ts';
import type { KafkaSettings } from '../../adapters/kafka/kafkaSettings.ts';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import type { Entry } from '../../domain/entry.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { Outputs } from '../../domain/outputPorts.ts';
import { windowEventOf } from '../../pipeline/join/fact.ts';
import { flushOutboxes } from '../../pipeline/join/flusher.ts';
import { slotOf } from '../../pipeline/join/hash.ts';
import { patientOutputs } from '../../pipeline/outputs/patientOutputs.ts';
import { aVerdict, eventEntry, NOON_MS, startLedger } from '../integration/ledgerHarness.ts';
import type { TestLedger } from '../integration/ledgerHarness.ts';
import { kafkaSettings } from '../log/logUnderTest.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka, startRedis } from '../services/index.ts';
import type { ReadRecord } from './readTopic.ts';
import { readTopic } from './readTopic.ts';

const KILLED_FLUSH = new URL('killedFlush.ts', import.meta.url).pathname;
const SLOTS = 4;
const PARTITION = 'payments/0';
/** In one flush after a backlog. */
const MANY = 100_000;

describe.runIf(hasKafka)('verdicts for others', () => {
  let dir: string;
  const kafka = brokerOfBlock();
  let server: RedisServer;
  let redis: ReturnType<typeof connectRedis>;
  let ledger: TestLedger;
  let settings: KafkaSettings;
  let names: { readonly verdicts: string; readonly alerts: string };
  let outputs: Outputs;
  let position = 0;

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
    await ledger.client.command({ query: 'TRUNCATE TABLE verdicts' });
    position = 0;
    settings = kafkaSettings(kafka.broker, { payments: 3, 'his-orders': 3 });
    const name = settings.group;
    names = { verdicts: `${name}.verdicts`, alerts: `${name}.alerts` };
    outputs = kafkaOutputs({ settings, names, onWarning: () => undefined });
    await outputs.prepare();
    return () => outputs.close();
  });

  /** What the pipeline does with events that it has read. */
  async function apply(entries: readonly Entry[]): Promise<void> {
    const window = new RedisWindow(redis, { slots: SLOTS });
    const events = entries.map((entry, index) =>
      windowEventOf(entry, DEFAULT_RULES.windowMs, false, position + index),
    );
    const range = { partition: PARTITION, from: position, end: position + entries.length, start: 0 };
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const own = events.filter(({ homeHash }) => slotOf(homeHash, SLOTS) === slot);
      expect(await window.apply(slot, range, own, new Map())).toEqual({ kind: 'applied' });
    }
    position += entries.length;
  }

  async function flush(into: Outputs = outputs): Promise<void> {
    const window = new RedisWindow(redis, { slots: SLOTS });
    const parts = {
      window,
      ledger: clickHouseRealtimeLedger(ledger.client),
      rulesOf: () => DEFAULT_RULES,
      onVerdicts: () => undefined,
      ownSlots: () => Array.from({ length: SLOTS }, (_, slot) => slot),
      outputs: into,
    };
    while ((await flushOutboxes(parts)) > 0);
  }

  /** @returns the signal that ended it */
  function killedFlush(moment: 'beforeTopic' | 'beforeTrim'): Promise<string | null> {
    const args = [server.url, ledger.url, JSON.stringify(settings), JSON.stringify(names), moment];
    const child = spawn(process.execPath, [KILLED_FLUSH, ...args], { stdio: 'inherit' });
    return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  }

  /** The ids of what the ledger has, as the topic names them. */
  async function stored(): Promise<readonly string[]> {
    const rows = await ledger.rows<{ id: string }>(
      `SELECT concat(merchant_id, ' ', order_no, ' ', key_part, ' ', toString(span), ' ', toString(version)) AS id
       FROM verdicts FINAL ORDER BY id`,
    );
    return rows.map(({ id }) => id);
  }

  const told = (): Promise<readonly ReadRecord[]> => readTopic(settings, 'verdicts', names.verdicts);
  const idsOf = (records: readonly ReadRecord[]): readonly string[] =>
    records.map(({ fields }) => String(fields['changeId']));

  const orders = Array.from({ length: 40 }, (_, index) => `YT${index}`);
  /** Both books of each order; every fourth differs in its amount. */
  const pairs = orders.flatMap((orderNo, index) => [
    eventEntry({ orderNo, channelTxnNo: `42${index}` }),
    eventEntry({
      orderNo,
      book: 'MERCHANT',
      channel: null,
      channelTxnNo: null,
      hisOrderNo: `HIS${index}`,
      occurredAtMs: NOON_MS + 1_000,
      ...(index % 4 === 0 ? { amountFen: 1n } : {}),
    }),
  ]);

  test.each(['beforeTopic', 'beforeTrim'] as const)(
    'kill -9 %s loses none, and ids drop what comes twice',
    async (moment) => {
      await apply(pairs);
      expect(await killedFlush(moment)).toBe('SIGKILL');
      const ids = await stored();
      expect(ids).toHaveLength(orders.length);
      const before = await told();
      expect(before).toHaveLength(moment === 'beforeTopic' ? 0 : orders.length);
      await flush();
      const after = await told();
      expect(after).toHaveLength(moment === 'beforeTopic' ? orders.length : 2 * orders.length);
      expect([...new Set(idsOf(after))].toSorted()).toEqual(ids.toSorted());
      expect(await stored()).toEqual(ids);
    },
    60_000,
  );

  test('what changes about one order stands in one partition, in the order of its versions', async () => {
    // Orders that match are let go of by the window; these stay.
    const differing = pairs.map((entry) => (entry.book === 'MERCHANT' ? { ...entry, amountFen: 1n } : entry));
    await apply(differing);
    await flush();
    await apply(orders.map((orderNo, index) => eventEntry({ orderNo, channelTxnNo: `43${index}` })));
    await flush();
    const byOrder = Map.groupBy(await told(), ({ key }) => key);
    expect([...byOrder.keys()].toSorted()).toEqual(orders.map((orderNo) => `H001 ${orderNo}`).toSorted());
    for (const changes of byOrder.values()) {
      expect(new Set(changes.map(({ partition }) => partition)).size).toBe(1);
      const versions = changes.map(({ fields }) => Number(fields['version']));
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(changes.at(-1)?.fields).toMatchObject({ code: 'DUPLICATE', isException: true });
    }
  });

  test('very many verdicts take longer than brokers are waited for, and come to their end', async () => {
    const impatient = kafkaOutputs({ settings, names, onWarning: () => undefined, waitMs: 1_000 });
    const ending = AbortSignal.timeout(40_000);
    const batch = patientOutputs(impatient, { signal: ending, onAway: () => undefined }).newVerdictBatch();
    for (let at = 0; at < MANY; at += 1)
      batch.add({ verdict: aVerdict({ orderNo: `MANY${at}` }), version: 1n, span: 0 });
    await batch.write();
    await impatient.close();
    const admin = kafkaClient(settings).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(names.verdicts);
    await admin.disconnect();
    const written = ends.reduce((sum, { high }) => sum + Number(high), 0);
    expect(written).toBeGreaterThanOrEqual(MANY);
  }, 60_000);

  test('nothing is told that the ledger does not have', async () => {
    await apply(pairs);
    await ledger.client.command({ query: 'RENAME TABLE verdicts TO verdicts_away' });
    await expect(flush()).rejects.toThrow(/verdicts/);
    expect(await told()).toEqual([]);
    await ledger.client.command({ query: 'RENAME TABLE verdicts_away TO verdicts' });
    await flush();
    expect(idsOf(await told()).toSorted()).toEqual((await stored()).toSorted());
  });

  test('a broker that is away is waited for, once told; a process that is to end does not wait', async () => {
    await apply(pairs);
    const ending = new AbortController();
    const away: string[] = [];
    const patient = patientOutputs(outputs, {
      signal: ending.signal,
      onAway: (error) => void away.push(String(error)),
    });
    await kafka.kill9();
    const flushed = flush(patient);
    await expect.poll(() => away.length, { timeout: 20_000 }).toBe(1);
    await kafka.startAgain();
    await flushed;
    expect(new Set(idsOf(await told()))).toEqual(new Set(await stored()));
    expect(away).toHaveLength(1);
    await kafka.kill9();
    ending.abort();
    const batch = patient.newVerdictBatch();
    batch.add({ verdict: aVerdict(), version: 1n, span: 0 });
    await expect(batch.write()).rejects.toMatchObject({ code: 'DZ_SYSTEM_LOG_AWAY' });
    await kafka.startAgain();
  }, 120_000);
});
