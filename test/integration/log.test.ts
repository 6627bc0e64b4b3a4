import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { startRedis } from '../../adapters/process/redisServer.ts';
import { partitionNumberOf } from '../../adapters/redis/log/logKeys.ts';
import { untilAnswered } from '../../adapters/redis/log/redisCalls.ts';
import { RedisEventLog } from '../../adapters/redis/log/redisEventLog.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import type { BatchOutcome, LogBatch, LogConsumer, NewRecord } from '../../domain/ports.ts';

const topics = { payments: 2, 'his-orders': 1 };
const PLENTY = 1e9;

let dir: string;
let server: RedisServer;
let redis: Redis;
let log: RedisEventLog;
let producer: RedisEventProducer;

function connect(): Redis {
  const client = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  return client;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-log-'));
  server = await startRedis({ dir, appendfsync: 'always' });
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  redis = connect();
  await redis.flushall();
  log = new RedisEventLog(redis, { topics });
  producer = new RedisEventProducer(redis, { topics, maxBytes: PLENTY });
});
afterEach(async () => {
  await log.close().catch(() => undefined);
  await producer.close();
  redis.disconnect();
});

/** `count` records with the texts `<from>`, `<from + 1>` … for one partition of the payments. */
function numbered(count: number, from = 1, partition = 0): readonly NewRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: 'payments',
    key: 'H001 1',
    value: Buffer.from(String(from + index)),
    partition,
  }));
}

test('a trace comes out with the record that it was sent with, whose bytes stay as they were', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const [first, second, third] = numbered(3);
  if (!first || !second || !third) throw new Error('three records are needed');
  // Bytes that only look like a record with a trace.
  const looksTraced = { ...third, value: Buffer.from([0xc3, 0x54, 1, 2]) };
  await producer.append([first, { ...second, traceparent }, looksTraced]);
  const read = Promise.withResolvers<LogBatch>();
  const consumer = log.consume({
    startAt: async () => 1,
    maxRecords: 10,
    onBatch: async (batch) => {
      if (batch.records.length > 0) read.resolve(batch);
      return { kind: 'done' };
    },
  });
  const { records } = await read.promise;
  await consumer.stop();
  expect(
    records.map(({ value, traceparent: trace }) => [Buffer.from(value).toString('latin1'), trace]),
  ).toEqual([
    ['1', undefined],
    ['2', traceparent],
    ['\u00c3T\u0001\u0002', undefined],
  ]);
});

function textsOf(batches: readonly LogBatch[]): readonly string[] {
  return batches.flatMap((batch) => batch.records.map((record) => Buffer.from(record.value).toString()));
}

/** Consumes from the first position until `isEnough`; the batches of payments/0 alone. */
async function collect(
  isEnough: (batches: readonly LogBatch[]) => boolean,
  options: { maxRecords?: number; answer?: (batch: LogBatch) => BatchOutcome } = {},
): Promise<readonly LogBatch[]> {
  const batches: LogBatch[] = [];
  const enough = Promise.withResolvers<void>();
  const consumer = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: options.maxRecords ?? 100,
    onBatch: (batch) => {
      if (batch.partition !== 'payments/0') return Promise.resolve({ kind: 'done' });
      batches.push(batch);
      if (isEnough(batches)) enough.resolve();
      return Promise.resolve(options.answer?.(batch) ?? { kind: 'done' });
    },
  });
  await Promise.race([enough.promise, consumer.done]);
  await consumer.stop();
  return batches;
}

function totalOf(batches: readonly LogBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.records.length, 0);
}

test('a partition without records is empty from 1 to 1, and its end grows with every record', async () => {
  expect((await log.bounds()).get('payments/0')).toEqual({ start: 1, end: 1 });
  await producer.append(numbered(3));
  expect(await log.partitions()).toEqual(['payments/0', 'payments/1', 'his-orders/0']);
  expect(Object.fromEntries(await log.bounds())).toEqual({
    'payments/0': { start: 1, end: 4 },
    'payments/1': { start: 1, end: 1 },
    'his-orders/0': { start: 1, end: 1 },
  });
});

test('records come in order, in ranges that follow each other, with their bytes unchanged', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await producer.append([...numbered(2_500), { topic: 'payments', key: 'k', partition: 0, value: bytes }]);
  const batches = await collect((read) => totalOf(read) === 2_501, { maxRecords: 400 });
  let expected = 1;
  for (const batch of batches) {
    expect(batch.from).toBe(expected);
    batch.records.forEach((record, index) => expect(record.position).toBe(batch.from + index));
    expect(batch.end).toBe(batch.from + batch.records.length);
    expect(batch.records.length).toBeLessThanOrEqual(400);
    expected = batch.end;
  }
  expect(batches.at(-1)).toMatchObject({ end: 2_502, partitionEnd: 2_502 });
  expect(textsOf(batches).slice(0, 2_500)).toEqual(Array.from({ length: 2_500 }, (_, i) => String(i + 1)));
  expect(Buffer.from(batches.at(-1)?.records.at(-1)?.value ?? []).equals(bytes)).toBe(true);
});

test('a key always goes to the same partition, by FNV-1a', () => {
  expect(partitionNumberOf('', 1_000_000)).toBe(0x811c9dc5 % 1_000_000);
  expect(partitionNumberOf('foobar', 2 ** 32)).toBe(0xbf9cf968);
});

test('a partition is never worked on twice at once, and a seek throws away what was fetched ahead', async () => {
  await producer.append(numbered(1_000));
  let seeks = 0;
  const batches = await collect((read) => totalOf(read) >= 1_400 && read.at(-1)?.end === 1_001, {
    answer: (batch) => {
      if (batch.from !== 401 || seeks++ > 0) return { kind: 'done' };
      return { kind: 'seek', position: 101 };
    },
  });
  const begins = batches.filter((batch) => batch.records.length > 0).map((batch) => batch.from);
  expect(begins).toEqual([1, 101, 201, 301, 401, 101, 201, 301, 401, 501, 601, 701, 801, 901]);
});

test('the reader waits for the handler, and does not run ahead of it', async () => {
  await producer.append(numbered(500));
  let running = 0;
  let most = 0;
  let handled = 0;
  const consumer = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 100,
    onBatch: async (batch) => {
      if (batch.partition !== 'payments/0') return { kind: 'done' };
      running += 1;
      most = Math.max(most, running);
      await pause(10);
      running -= 1;
      handled += batch.records.length;
      return { kind: 'done' };
    },
  });
  await expect.poll(() => handled).toBe(500);
  await consumer.stop();
  expect([most, running]).toEqual([1, 0]);
});

test('silence is seen: every partition gives empty ranges while nothing comes', async () => {
  const empty = new Map<string, number>();
  const consumer = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 100,
    onBatch: (batch) => {
      expect([batch.from, batch.end, batch.partitionEnd]).toEqual([1, 1, 1]);
      empty.set(batch.partition, (empty.get(batch.partition) ?? 0) + 1);
      return Promise.resolve({ kind: 'done' });
    },
  });
  await pause(1_000);
  await consumer.stop();
  expect([...empty.keys()].toSorted()).toEqual(['his-orders/0', 'payments/0', 'payments/1']);
  for (const count of empty.values()) expect(count).toBeGreaterThanOrEqual(8);
});

test('stop waits for the running batch, and is prompt otherwise, also while Redis is away', async () => {
  let finished = false;
  const begun = Promise.withResolvers<void>();
  const busy = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 10,
    onBatch: async () => {
      begun.resolve();
      await pause(100);
      finished = true;
      return { kind: 'done' };
    },
  });
  await begun.promise;
  await busy.stop();
  expect(finished).toBe(true);

  const idle = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 10,
    onBatch: () => Promise.resolve({ kind: 'done' }),
  });
  await pause(50);
  await redis.call('CLIENT', 'PAUSE', '1500', 'ALL');
  await pause(50);
  const stoppedAt = performance.now();
  await idle.stop();
  expect(performance.now() - stoppedAt).toBeLessThan(300);
});

test('the failure of a handler ends the consumer and is what done and stop reject with', async () => {
  const consumer = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 10,
    onBatch: () => Promise.reject(new Error('the handler broke')),
  });
  await expect(consumer.done).rejects.toThrow('the handler broke');
  await expect(consumer.stop()).rejects.toThrow('the handler broke');
});

test('positions that are not kept any more, or not there yet, are refused loudly', async () => {
  await producer.append(numbered(50));
  await producer.append(numbered(50, 51));
  await producer.trim('payments/0', 51);
  expect((await log.bounds()).get('payments/0')).toEqual({ start: 51, end: 101 });
  const consumeFrom = (position: number): LogConsumer =>
    log.consume({
      startAt: (partition) => Promise.resolve(partition === 'payments/0' ? position : 1),
      maxRecords: 10,
      onBatch: () => Promise.resolve({ kind: 'done' }),
    });
  const lost = expect.objectContaining({ code: 'DZ_LOG_POSITION_LOST' });
  await expect(consumeFrom(50).done).rejects.toThrow(lost);
  await expect(consumeFrom(102).done).rejects.toThrow(lost);
  const kept = consumeFrom(51);
  await pause(50);
  await kept.stop();
});

test('a wholly trimmed partition keeps its end, so that no position is used twice', async () => {
  await producer.append(numbered(10));
  await producer.trim('payments/0', 11);
  expect((await log.bounds()).get('payments/0')).toEqual({ start: 11, end: 11 });
  await producer.append(numbered(1));
  expect((await log.bounds()).get('payments/0')).toEqual({ start: 11, end: 12 });
});

test('a full log refuses an append whole and says what to do', async () => {
  const small = new RedisEventProducer(redis, { topics, maxBytes: 1_000 });
  await expect(small.append(numbered(5))).rejects.toMatchObject({
    code: 'DZ_LOG_FULL',
    message: expect.stringContaining('Close finished days'),
  });
  expect((await log.bounds()).get('payments/0')?.end).toBe(1);
});

test('appends that run at the same time do not together exceed the size of the log', async () => {
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  const value = Buffer.alloc(100_000);
  const room = new RedisEventProducer(redis, { topics, maxBytes: used + 1_500_000 });
  const append = (): Promise<void> => room.append([{ topic: 'payments', key: '', value, partition: 0 }]);
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, append));
  const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
  expect(taken).toBeGreaterThan(5);
  expect(taken).toBeLessThanOrEqual(15);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'DZ_LOG_FULL' });
  }
  expect((await log.bounds()).get('payments/0')?.end).toBe(taken + 1);
});

test('each topic has its own streams, read in order side by side', async () => {
  const of = (topic: NewRecord['topic'], count: number): readonly NewRecord[] =>
    Array.from({ length: count }, (_, i) => ({
      topic,
      key: '',
      partition: 0,
      value: Buffer.from(`${topic} ${i}`),
    }));
  await producer.append([...of('payments', 300), ...of('his-orders', 200)]);
  const seen = new Map<string, string[]>();
  const consumer = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 70,
    onBatch: (batch) => {
      seen.set(batch.partition, [...(seen.get(batch.partition) ?? []), ...textsOf([batch])]);
      return Promise.resolve({ kind: 'done' });
    },
  });
  const textsFor = (topic: NewRecord['topic'], count: number): readonly string[] =>
    textsOf([
      {
        partition: '',
        from: 1,
        end: 1,
        partitionEnd: 1,
        records: of(topic, count).map((r) => ({ ...r, position: 1 })),
      },
    ]);
  await expect
    .poll(() => [seen.get('payments/0')?.length, seen.get('his-orders/0')?.length])
    .toEqual([300, 200]);
  await consumer.stop();
  expect(seen.get('payments/0')).toEqual(textsFor('payments', 300));
  expect(seen.get('his-orders/0')).toEqual(textsFor('his-orders', 200));
});

test('another number of partitions than the log was made with is refused', async () => {
  await log.partitions();
  const other = { payments: 4, 'his-orders': 1 };
  const changed = expect.objectContaining({ code: 'DZ_LOG_PARTITIONS_CHANGED' });
  await expect(new RedisEventLog(redis, { topics: other }).bounds()).rejects.toThrow(changed);
  const wrong = new RedisEventProducer(redis, { topics: other, maxBytes: PLENTY });
  await expect(wrong.append(numbered(1))).rejects.toThrow(changed);
});

test('what else stands under the keys of the log is named, not read', async () => {
  const consumeAll = (): Promise<void> =>
    log.consume({
      startAt: () => Promise.resolve(1),
      maxRecords: 10,
      onBatch: () => Promise.resolve({ kind: 'done' }),
    }).done;
  await redis.xadd('dz:log:payments:0', '5-1', 'v', 'x');
  await expect(consumeAll()).rejects.toMatchObject({
    code: 'DZ_LOG_FOREIGN',
    message: expect.stringMatching(/entry 5-1 of payments\/0 /),
  });
  await expect(log.bounds()).rejects.toMatchObject({ code: 'DZ_LOG_FOREIGN' });
  await expect(producer.append(numbered(1))).rejects.toMatchObject({ code: 'DZ_LOG_FOREIGN' });
  await redis.set('dz:log:payments:0', 'text');
  await expect(consumeAll()).rejects.toThrow('WRONGTYPE');
});

test('commit records progress where lag tools find it', async () => {
  await log.commit(new Map([['payments/0', 17]]));
  expect(await redis.hgetall('dz:log:committed')).toEqual({ 'payments/0': '17' });
});

test('an append given up while the log is away is not sent behind its caller’s back', async () => {
  const { port } = server;
  const impatient = new RedisEventProducer(redis, { topics, maxBytes: PLENTY, waitMs: 150 });
  await impatient.append(numbered(1));
  await server.kill9();
  await expect.poll(() => redis.status, { interval: 5 }).not.toBe('ready');
  await expect(impatient.append(numbered(1, 2))).rejects.toMatchObject({ code: 'DZ_SYSTEM_LOG_AWAY' });
  server = await startRedis({ dir, appendfsync: 'always', port });
  expect((await log.bounds()).get('payments/0')?.end).toBe(2);
});

test('only the failures of a connection are tried again', async () => {
  let calls = 0;
  const failing = (error: Error): Promise<void> =>
    untilAnswered(redis, AbortSignal.timeout(2_000), () => {
      calls += 1;
      return calls === 1 ? Promise.reject(error) : Promise.resolve();
    });
  const broken: NodeJS.ErrnoException = new Error('write EPIPE');
  broken.code = 'EPIPE';
  await failing(broken);
  expect(calls).toBe(2);
  const mistake: NodeJS.ErrnoException = new TypeError('The "string" argument must be of type string');
  mistake.code = 'ERR_INVALID_ARG_TYPE';
  calls = 0;
  await expect(failing(mistake)).rejects.toThrow(mistake);
  expect(calls).toBe(1);
});

test('stop does not wait for a start position that does not come', async () => {
  const consumer = log.consume({
    startAt: () => new Promise<number>(() => undefined),
    maxRecords: 10,
    onBatch: () => Promise.resolve({ kind: 'done' }),
  });
  await pause(20);
  await consumer.stop();
});

test('kill -9 of the log: acknowledged events are there, and a running consumer goes on', async () => {
  const seen = new Set<string>();
  const order: number[] = [];
  const consumer = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 500,
    onBatch: (batch) => {
      if (batch.partition === 'payments/0') order.push(batch.from);
      for (const text of textsOf([batch])) seen.add(text);
      return Promise.resolve({ kind: 'done' });
    },
  });
  const acknowledged: string[] = [];
  const enough = new AbortController();
  const appends = (async () => {
    for (let from = 1; !enough.signal.aborted; from += 50) {
      const records = numbered(50, from, from % 2);
      await producer.append(records);
      for (const record of records) acknowledged.push(Buffer.from(record.value).toString());
    }
  })();
  for (let round = 0; round < 3; round += 1) {
    await pause(150);
    const { port } = server;
    await server.kill9();
    await pause(60);
    server = await startRedis({ dir, appendfsync: 'always', port });
  }
  await pause(150);
  enough.abort();
  await appends;
  expect(acknowledged.length).toBeGreaterThan(500);
  await expect.poll(() => acknowledged.filter((text) => !seen.has(text)), { timeout: 5_000 }).toEqual([]);
  await consumer.stop();
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});
