import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BatchOutcome, LogBatch, LogConsumer, NewRecord, Position } from '../../domain/ports.ts';
import type { LogServer, LogUnderTest } from './logUnderTest.ts';
import { kafkaLogServer, redisLogServer } from './logUnderTest.ts';
import { hasKafka } from '../services/index.ts';

// What every event log keeps to, whatever server holds it.

const topics = { payments: 2, 'his-orders': 1 };

const LOGS = [
  { name: 'Redis Streams', start: redisLogServer, isThere: true, kills: 3 },
  { name: 'Kafka', start: kafkaLogServer, isThere: hasKafka, kills: 1 },
];

/** `count` records with the texts `<from>`, `<from + 1>` … for one partition of the payments. */
function numbered(count: number, from = 1, partition = 0): readonly NewRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: 'payments',
    key: 'H001 1',
    value: Buffer.from(String(from + index)),
    partition,
  }));
}

function textsOf(batches: readonly LogBatch[]): readonly string[] {
  return batches.flatMap((batch) => batch.records.map((record) => Buffer.from(record.value).toString()));
}

function totalOf(batches: readonly LogBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.records.length, 0);
}

describe.each(LOGS)('the event log on $name', ({ start, isThere, kills }) => {
  describe.runIf(isThere)('', () => {
    let server: LogServer;
    let log: LogUnderTest;
    /** First position of an empty partition. */
    let first: Position;

    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      log = await server.newLog(topics);
      first = (await log.log.bounds()).get('payments/0')?.start ?? Number.NaN;
    });
    afterEach(() => log.close());

    const startAt = (): Promise<Position> => Promise.resolve(first);

    /** Consumes from the first position until `isEnough`; the batches of payments/0 alone. */
    async function collect(
      isEnough: (batches: readonly LogBatch[]) => boolean,
      options: { maxRecords?: number; answer?: (batch: LogBatch) => BatchOutcome } = {},
    ): Promise<readonly LogBatch[]> {
      const batches: LogBatch[] = [];
      const enough = Promise.withResolvers<void>();
      const consumer = log.log.consume({
        startAt,
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

    test('a trace comes out with the record that it was sent with, whose bytes stay as they were', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const [first, second, third] = numbered(3);
      if (!first || !second || !third) throw new Error('three records are needed');
      // Bytes that only look like a record with a trace.
      const looksTraced = { ...third, value: Buffer.from([0xc3, 0x54, 1, 2]) };
      await log.producer.append([first, { ...second, traceparent }, looksTraced]);
      const read = Promise.withResolvers<LogBatch>();
      const consumer = log.log.consume({
        startAt,
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

    test('stop waits for the running batch', async () => {
      let finished = false;
      const begun = Promise.withResolvers<void>();
      const busy = log.log.consume({
        startAt,
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
    });

    test('a partition without records is empty, and its end grows with every record', async () => {
      expect((await log.log.bounds()).get('payments/0')).toEqual({ start: first, end: first });
      await log.producer.append(numbered(3));
      expect(await log.log.partitions()).toEqual(['payments/0', 'payments/1', 'his-orders/0']);
      expect(Object.fromEntries(await log.log.bounds())).toEqual({
        'payments/0': { start: first, end: first + 3 },
        'payments/1': { start: first, end: first },
        'his-orders/0': { start: first, end: first },
      });
    });

    test('records come in order, in ranges that follow each other, with their bytes unchanged', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await log.producer.append([
        ...numbered(2_500),
        { topic: 'payments', key: 'k', partition: 0, value: bytes },
      ]);
      const batches = await collect((read) => totalOf(read) === 2_501, { maxRecords: 400 });
      let expected = first;
      for (const batch of batches) {
        expect(batch.from).toBe(expected);
        batch.records.forEach((record, index) => expect(record.position).toBe(batch.from + index));
        expect(batch.end).toBe(batch.from + batch.records.length);
        expect(batch.records.length).toBeLessThanOrEqual(400);
        expected = batch.end;
      }
      expect(batches.at(-1)).toMatchObject({ end: first + 2_501, partitionEnd: first + 2_501 });
      expect(textsOf(batches).slice(0, 2_500)).toEqual(
        Array.from({ length: 2_500 }, (_, i) => String(i + 1)),
      );
      expect(Buffer.from(batches.at(-1)?.records.at(-1)?.value ?? []).equals(bytes)).toBe(true);
    });

    test('a partition is never worked on twice at once, and a seek throws away what was fetched ahead', async () => {
      await log.producer.append(numbered(1_000));
      let seeks = 0;
      const batches = await collect((read) => totalOf(read) >= 1_400 && read.at(-1)?.end === first + 1_000, {
        answer: (batch) => {
          if (batch.from !== first + 400 || seeks++ > 0) return { kind: 'done' };
          return { kind: 'seek', position: first + 100 };
        },
      });
      const begins = batches.filter((batch) => batch.records.length > 0).map((batch) => batch.from - first);
      expect(begins).toEqual([0, 100, 200, 300, 400, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    });

    test('the reader waits for the handler, and does not run ahead of it', async () => {
      await log.producer.append(numbered(500));
      let running = 0;
      let most = 0;
      let handled = 0;
      const consumer = log.log.consume({
        startAt,
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
      const consumer = log.log.consume({
        startAt,
        maxRecords: 100,
        onBatch: (batch) => {
          expect([batch.from, batch.end, batch.partitionEnd]).toEqual([first, first, first]);
          empty.set(batch.partition, (empty.get(batch.partition) ?? 0) + 1);
          return Promise.resolve({ kind: 'done' });
        },
      });
      await expect.poll(() => empty.size).toBe(3);
      await pause(1_000);
      await consumer.stop();
      expect([...empty.keys()].toSorted()).toEqual(['his-orders/0', 'payments/0', 'payments/1']);
      for (const count of empty.values()) expect(count).toBeGreaterThanOrEqual(8);
    });

    test('the failure of a handler ends the consumer and is what done and stop reject with', async () => {
      const consumer = log.log.consume({
        startAt,
        maxRecords: 10,
        onBatch: () => Promise.reject(new Error('the handler broke')),
      });
      await expect(consumer.done).rejects.toThrow('the handler broke');
      await expect(consumer.stop()).rejects.toThrow('the handler broke');
    });

    test('positions that are not kept any more, or not there yet, are refused loudly', async () => {
      await log.producer.append(numbered(50));
      await log.producer.append(numbered(50, 51));
      await log.trim('payments/0', first + 50);
      expect((await log.log.bounds()).get('payments/0')).toEqual({ start: first + 50, end: first + 100 });
      const consumeFrom = (position: number): LogConsumer =>
        log.log.consume({
          startAt: (partition) => Promise.resolve(partition === 'payments/0' ? position : first),
          maxRecords: 10,
          onBatch: () => Promise.resolve({ kind: 'done' }),
        });
      const lost = expect.objectContaining({ code: 'DZ_LOG_POSITION_LOST' });
      await expect(consumeFrom(first + 49).done).rejects.toThrow(lost);
      await expect(consumeFrom(first + 101).done).rejects.toThrow(lost);
      const kept = consumeFrom(first + 50);
      await pause(50);
      await kept.stop();
    });

    test('each topic has its own streams, read in order side by side', async () => {
      const of = (topic: NewRecord['topic'], count: number): readonly NewRecord[] =>
        Array.from({ length: count }, (_, i) => ({
          topic,
          key: '',
          partition: 0,
          value: Buffer.from(`${topic} ${i}`),
        }));
      await log.producer.append([...of('payments', 300), ...of('his-orders', 200)]);
      const seen = new Map<string, string[]>();
      const consumer = log.log.consume({
        startAt,
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
            askedAtMs: 0,
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

    test('commit records progress where lag tools find it', async () => {
      const begun = Promise.withResolvers<void>();
      const consumer = log.log.consume({
        startAt,
        maxRecords: 10,
        onBatch: () => {
          begun.resolve();
          return Promise.resolve({ kind: 'done' });
        },
      });
      await begun.promise;
      await log.log.commit(new Map([['payments/0', first]]));
      expect(await log.committed('payments/0')).toBe(first);
      await consumer.stop();
    });

    test('an append given up while the log is away is not sent behind its caller’s back', async () => {
      const impatient = log.impatientProducer(300);
      await impatient.append(numbered(1));
      await log.kill9();
      await expect(impatient.append(numbered(1, 2))).rejects.toMatchObject({ code: 'DZ_SYSTEM_LOG_AWAY' });
      await log.start();
      await pause(1_000);
      expect((await log.log.bounds()).get('payments/0')?.end).toBe(first + 1);
    });

    test('stop does not wait for a start position that does not come', async () => {
      const consumer = log.log.consume({
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
      const consumer = log.log.consume({
        startAt,
        maxRecords: 500,
        onBatch: (batch) => {
          if (batch.partition === 'payments/0') order.push(batch.from);
          for (const text of textsOf([batch])) seen.add(text);
          return Promise.resolve({ kind: 'done' });
        },
      });
      const acknowledged: string[] = [];
      const untilMore = (count: number): Promise<void> => {
        const before = acknowledged.length;
        return expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + count);
      };
      const enough = new AbortController();
      const appends = (async () => {
        for (let from = 1; !enough.signal.aborted; from += 50) {
          const records = numbered(50, from, from % 2);
          await log.producer.append(records);
          for (const record of records) acknowledged.push(Buffer.from(record.value).toString());
        }
      })();
      for (let round = 0; round < kills; round += 1) {
        await untilMore(200);
        await log.kill9();
        await pause(60);
        await log.start();
      }
      await untilMore(200);
      enough.abort();
      await appends;
      await expect
        .poll(() => acknowledged.filter((text) => !seen.has(text)), { timeout: 20_000 })
        .toEqual([]);
      await consumer.stop();
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    });
  });
});
