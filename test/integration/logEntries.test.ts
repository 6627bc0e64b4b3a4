import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { connectOneRedis } from '../../adapters/redis/connect.ts';
import { MAX_ENTRY_EVENTS, packEntries } from '../../adapters/redis/log/entryFormat.ts';
import { RedisEventLog } from '../../adapters/redis/log/redisEventLog.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import type { LogBatch, NewRecord } from '../../domain/ports.ts';
import { startRedis } from '../services/index.ts';

// How the log behaves because an entry of its streams holds many events.

const topics = { payments: 1, 'his-orders': 1 };
const PARTITION = 'payments/0';
const STREAM = 'dz:log:payments:0';

let dir: string;
let server: RedisServer;
let redis: Redis;
let log: RedisEventLog;
let producer: RedisEventProducer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-entries-'));
  server = await startRedis({ dir, appendfsync: 'always' });
  redis = connectOneRedis(server.url);
  log = new RedisEventLog(redis, { topics });
  producer = new RedisEventProducer(redis, { topics, maxBytes: 1e9 });
});
afterAll(async () => {
  await log.close();
  redis.disconnect();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await redis.flushall();
});

function recordsOf(
  values: readonly Uint8Array[],
  topic: NewRecord['topic'] = 'payments',
): readonly NewRecord[] {
  return values.map((value) => ({ topic, key: '', value, partition: 0 }));
}

/** The texts `<from>`, `<from + 1>` … */
function texts(count: number, from = 1): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(String(from + index)));
}

/** Every batch of the partition from a position until it is read to its end. */
async function readFrom(from: number, maxRecords: number): Promise<readonly LogBatch[]> {
  const batches: LogBatch[] = [];
  const atEnd = Promise.withResolvers<void>();
  const consumer = log.consume({
    startAt: (partition) => Promise.resolve(partition === PARTITION ? from : 1),
    maxRecords,
    onBatch: (batch) => {
      if (batch.partition !== PARTITION) return Promise.resolve({ kind: 'done' });
      batches.push(batch);
      if (batch.end === batch.partitionEnd) atEnd.resolve();
      return Promise.resolve({ kind: 'done' });
    },
  });
  await Promise.race([atEnd.promise, consumer.done]);
  await consumer.stop();
  return batches;
}

/** Positions and bytes of what was read; ranges must follow each other and keep to the limit. */
function contentOf(
  batches: readonly LogBatch[],
  from: number,
  maxRecords: number,
): readonly (readonly [number, string])[] {
  let next = from;
  for (const batch of batches) {
    expect(batch.from).toBe(next);
    expect(batch.end).toBe(next + batch.records.length);
    expect(batch.records.length).toBeLessThanOrEqual(maxRecords);
    next = batch.end;
  }
  return batches.flatMap(({ records }) =>
    records.map(({ position, value }) => [position, Buffer.from(value).toString('latin1')] as const),
  );
}

test('a call becomes few entries, named by their last positions', async () => {
  await producer.append(recordsOf(texts(1_100)));
  await producer.append(recordsOf(texts(1)));
  const ids = (await redis.xrange(STREAM, '-', '+')).map(([id]) => id);
  expect(ids).toEqual(['0-512', '0-1024', '0-1100', '0-1101']);
});

test('reading begins inside an entry, and a range may end inside one', async () => {
  await producer.append(recordsOf(texts(1_100)));
  for (const [from, maxRecords] of [
    [2, 8_000],
    [512, 8_000],
    [513, 700],
    [700, 10_000],
    [1_095, 2],
    [1_101, 5],
  ] as const) {
    const content = contentOf(await readFrom(from, maxRecords), from, maxRecords);
    expect(content).toEqual(
      Array.from({ length: 1_101 - from }, (_, index) => [from + index, String(from + index)]),
    );
  }
});

test('trimming inside an entry keeps it whole, and frees what lies before it', async () => {
  await producer.append(recordsOf(texts(1_100)));
  await producer.trim(PARTITION, 600);
  expect((await log.bounds()).get(PARTITION)).toEqual({ start: 513, end: 1_101 });
  expect(contentOf(await readFrom(513, 8_000), 513, 8_000)).toHaveLength(588);
  await expect(readFrom(512, 8_000)).rejects.toMatchObject({
    code: 'DZ_LOG_POSITION_LOST',
    message: expect.stringContaining('kept: 513 to 1100'),
  });
});

test('a position that is lost far before what is kept is refused, not waited for', async () => {
  await producer.append(recordsOf(texts(3_000)));
  await producer.trim(PARTITION, 2_900);
  await expect(readFrom(5, 10)).rejects.toMatchObject({ code: 'DZ_LOG_POSITION_LOST' });
});

test('the largest events there are, and empty ones, pass', async () => {
  const values = [
    ...Array.from({ length: 9 }, (_, index) => Buffer.alloc(65_536, index)),
    Buffer.alloc(0),
    ...Array.from({ length: MAX_ENTRY_EVENTS }, () => Buffer.alloc(507, 7)),
  ];
  await producer.append(recordsOf(values));
  const sizes = (await redis.xrangeBuffer(STREAM, '-', '+')).map(([, fields]) => fields[1]?.length ?? 0);
  expect(Math.max(...sizes)).toBeGreaterThan(250_000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(262_144);
  const content = contentOf(await readFrom(1, 8_000), 1, 8_000);
  expect(content).toEqual(values.map((value, index) => [index + 1, value.toString('latin1')]));
});

test('one append over several partitions is one command: all of it is there, or nothing', async () => {
  await redis.xadd(STREAM, '0-9', 'v', 'x');
  const both = [...recordsOf(texts(3)), ...recordsOf(texts(3), 'his-orders')];
  await expect(producer.append(both)).rejects.toMatchObject({
    code: 'DZ_LOG_FOREIGN',
    message: expect.stringContaining(STREAM),
  });
  expect(await redis.exists('dz:log:his-orders:0')).toBe(0);
});

test('what is not an entry of ours is named with its partition and id', async () => {
  const [entry] = packEntries(texts(3));
  const bytes = entry?.bytes ?? Buffer.alloc(0);
  const wrong: readonly (readonly [string, Buffer, RegExp])[] = [
    ['0-7', Buffer.from('c301', 'hex'), /entry 0-7 of payments\/0 .* packed/],
    ['0-7', bytes.subarray(0, -1), /entry 0-7 of payments\/0 .* packed/],
    ['0-8', bytes, /entry 0-8 of payments\/0 .* begins at 6/],
  ];
  for (const [id, value, message] of wrong) {
    await redis.flushall();
    await producer.append(recordsOf(texts(4)));
    await redis.xadd(STREAM, id, 'v', value);
    const foreign = { code: 'DZ_LOG_FOREIGN', message: expect.stringMatching(message) };
    await expect(readFrom(1, 8_000)).rejects.toMatchObject(foreign);
  }
  await expect(log.bounds()).rejects.toMatchObject({ code: 'DZ_LOG_FOREIGN' });
});

test('an entry that fits but was not appended by us lies beyond the end, and is refused', async () => {
  await producer.append(recordsOf(texts(4)));
  const [entry] = packEntries(texts(3));
  await redis.xadd(STREAM, '0-7', 'v', entry?.bytes ?? '');
  await expect(readFrom(1, 8_000)).rejects.toMatchObject({ code: 'DZ_LOG_FOREIGN' });
});

test('a reader that keeps up sees every record once while appends of all sizes run', async () => {
  const seen: number[] = [];
  const consumer = log.consume({
    startAt: () => Promise.resolve(1),
    maxRecords: 600,
    onBatch: (batch) => {
      if (batch.partition === PARTITION) seen.push(...batch.records.map(({ position }) => position));
      expect(batch.end).toBeLessThanOrEqual(batch.partitionEnd);
      return Promise.resolve({ kind: 'done' });
    },
  });
  let appended = 0;
  for (const count of Array.from({ length: 60 }, (_, round) => (round * round * 7) % 1_300)) {
    await producer.append(recordsOf(texts(count)));
    appended += count;
  }
  await expect.poll(() => seen.length).toBe(appended);
  await consumer.stop();
  expect(seen).toEqual(Array.from({ length: appended }, (_, index) => index + 1));
});

type Step =
  | { readonly kind: 'append'; readonly count: number; readonly bytes: number }
  | { readonly kind: 'trim'; readonly at: number }
  | { readonly kind: 'read'; readonly at: number; readonly maxRecords: number }
  | { readonly kind: 'restart' };

/** Places are shares of what there is. */
const share = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.oneof(fc.nat(5), fc.nat(1_500)),
      bytes: fc.nat(700),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('trim' as const), at: share }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      at: share,
      maxRecords: fc.oneof(fc.integer({ min: 100, max: 1_000 }), fc.constant(8_000)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/** All values ever appended, and what may be kept of them. */
class Model {
  readonly #values: string[] = [];
  #start = 1;

  async run(each: Step): Promise<void> {
    const end = this.#values.length + 1;
    switch (each.kind) {
      case 'append': {
        const values = Array.from({ length: each.count }, (_, index) =>
          Buffer.alloc((each.bytes * (index % 7)) / 3, `${end + index} `),
        );
        await producer.append(recordsOf(values));
        this.#values.push(...values.map((value) => value.toString('latin1')));
        break;
      }
      case 'trim':
        await this.#trim(this.#place(each.at, end), end);
        break;
      case 'read':
        await this.#read(this.#place(each.at, end), each.maxRecords);
        break;
      case 'restart': {
        const { port } = server;
        await server.kill9();
        server = await startRedis({ dir, appendfsync: 'always', port });
      }
    }
    expect((await log.bounds()).get(PARTITION)).toEqual({ start: this.#start, end: this.#values.length + 1 });
  }

  #place(at: number, end: number): number {
    return this.#start + Math.floor(at * (end - this.#start));
  }

  /** The entry that holds the place stays, so that at most an entry more is kept than was asked for. */
  async #trim(before: number, end: number): Promise<void> {
    await producer.trim(PARTITION, before);
    const start = (await log.bounds()).get(PARTITION)?.start ?? 0;
    expect(start).toBeGreaterThanOrEqual(Math.max(this.#start, before - MAX_ENTRY_EVENTS + 1));
    expect(start).toBeLessThanOrEqual(before);
    if (before === end) expect(start).toBe(end);
    if (start > this.#start) {
      await expect(readFrom(start - 1, 8_000)).rejects.toMatchObject({ code: 'DZ_LOG_POSITION_LOST' });
    }
    this.#start = start;
  }

  async #read(from: number, maxRecords: number): Promise<void> {
    const content = contentOf(await readFrom(from, maxRecords), from, maxRecords);
    expect(content).toEqual(this.#values.slice(from - 1).map((value, index) => [from + index, value]));
  }
}

test('whatever is appended, trimmed and restarted: what is kept is read as it was appended', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
      await redis.flushall();
      const model = new Model();
      for (const each of steps) await model.run(each);
      await model.run({ kind: 'read', at: 0, maxRecords: 1_000 });
    }),
    { numRuns: 25 },
  );
}, 120_000);
