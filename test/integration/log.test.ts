import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { partitionNumberOf } from '../../adapters/partitionNumber.ts';
import { untilAnswered } from '../../adapters/redis/log/redisCalls.ts';
import { RedisEventLog } from '../../adapters/redis/log/redisEventLog.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { startRedis } from '../services/index.ts';

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

test('a key always goes to the same partition, by FNV-1a', () => {
  expect(partitionNumberOf('', 1_000_000)).toBe(0x811c9dc5 % 1_000_000);
  expect(partitionNumberOf('foobar', 2 ** 32)).toBe(0xbf9cf968);
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

test('partitions may grow: the reader first, then producers, and nobody who reads goes on without knowing', async () => {
  await log.partitions();
  await producer.append(numbered(1));
  const more = { payments: 4, 'his-orders': 1 };
  const changed = expect.objectContaining({ code: 'DZ_LOG_PARTITIONS_CHANGED' });
  const early = new RedisEventProducer(redis, { topics: more, maxBytes: PLENTY });
  await expect(early.append(numbered(1))).rejects.toThrow(changed);
  await expect(new RedisEventLog(redis, { topics: more }).bounds()).rejects.toThrow(changed);

  const reader = new RedisEventLog(redis, { topics: more, mayGrow: true });
  expect([...(await reader.bounds()).keys()].filter((id) => id.startsWith('payments/'))).toHaveLength(4);
  await early.append([{ topic: 'payments', key: '', value: Buffer.from('x'), partition: 3 }]);
  // Who has not heard of it writes to those that were there before.
  await producer.append(numbered(1));
  expect((await reader.bounds()).get('payments/3')).toEqual({ start: 1, end: 2 });
  await expect(log.bounds()).rejects.toThrow(changed);
  await expect(new RedisEventLog(redis, { topics, mayGrow: true }).partitions()).rejects.toThrow(changed);
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
