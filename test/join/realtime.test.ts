import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { systemClock } from '../../adapters/clock/playbackClock.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { encodeEvent, makeEventDecoder } from '../../adapters/events/eventCodec.ts';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { RedisEventLog } from '../../adapters/redis/log/redisEventLog.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import { RedisHeartbeatBoard } from '../../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import { key } from '../../adapters/redis/window/windowKeys.ts';
import type { Entry } from '../../domain/entry.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { NewRecord, PartitionId } from '../../domain/ports.ts';
import { ClosedDays } from '../../pipeline/join/closedDays.ts';
import { ENTRIES_CONSUMER, EntryWriter } from '../../pipeline/join/entryWriter.ts';
import { windowEventOf } from '../../pipeline/join/fact.ts';
import { slotOf } from '../../pipeline/join/hash.ts';
import { flushOutboxes } from '../../pipeline/join/flusher.ts';
import type { RealtimeJoin, RealtimeParts } from '../../pipeline/join/realtime.ts';
import { startRealtime } from '../../pipeline/join/realtime.ts';
import { eventEntry, startLedger } from '../integration/ledgerHarness.ts';
import type { TestLedger } from '../integration/ledgerHarness.ts';
import { startRedis } from '../services/index.ts';

// The join of one process, on its servers, where another one has left something behind or works beside it.

const SLOTS = 4;
const PARTITIONS = 8;
const TOPICS = { payments: PARTITIONS, 'his-orders': 1 };
const { merchants } = loadConfig(new URL('../../duizhang.config.yaml', import.meta.url).pathname);
const clock = systemClock();

let dir: string;
let server: RedisServer;
let redis: Redis;
let ledger: TestLedger;
let window: RedisWindow;
let producer: RedisEventProducer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-realtime-'));
  server = await startRedis({ dir, appendfsync: 'everysec' });
  redis = new Redis(server.url);
  ledger = await startLedger();
});
beforeEach(async () => {
  await redis.flushall();
  for (const table of ['entries', 'verdicts', 'log_positions'])
    await ledger.client.command({ query: `TRUNCATE TABLE ${table}` });
  window = new RedisWindow(redis, { slots: SLOTS });
  producer = new RedisEventProducer(redis, { topics: TOPICS, maxBytes: 1e9 });
});
afterAll(async () => {
  redis.disconnect();
  await server.kill9();
  await ledger[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

function startJoin(more: Partial<RealtimeParts> = {}): Promise<RealtimeJoin> {
  const realtimeLedger = clickHouseRealtimeLedger(ledger.client);
  return startRealtime({
    log: newLog(),
    window,
    ledger: realtimeLedger,
    board: new RedisHeartbeatBoard(redis),
    clock,
    pause: (ms) => pause(ms),
    entries: new EntryWriter(realtimeLedger, { maxRows: 50_000, maxDelayMs: 200 }),
    decode: makeEventDecoder({ merchants }),
    rulesOf: () => DEFAULT_RULES,
    closedDays: new ClosedDays(),
    watermark: { skewMs: 60_000 },
    idleGraceMs: 300,
    acceptedLoss: new Map(),
    ownSlots: () => Array.from({ length: SLOTS }, (_, slot) => slot),
    onLate: () => undefined,
    onVerdicts: () => undefined,
    onBatch: () => undefined,
    ...more,
  });
}

const newLog = (): RedisEventLog => new RedisEventLog(redis, { topics: TOPICS, mayGrow: true });

const PAID_AT = Date.now() - 60_000;
const QUICK_WINDOW_MS = 1_000;
const common = {
  merchantId: 'H001',
  kind: 'PAYMENT',
  refundNo: null,
  amountFen: 2500n,
  businessType: 'REGISTRATION',
  occurredAtMs: PAID_AT,
} as const;

function paid(
  partition: number,
  orderNo: string,
  { channelTxnNo = `42${orderNo}`, occurredAtMs = PAID_AT } = {},
): NewRecord {
  const own = { channel: 'WECHAT', channelTxnNo, occurredAtMs };
  const event = { ...common, ...own, eventId: `p-${channelTxnNo}`, orderNo };
  return { topic: 'payments', key: orderNo, partition, value: encodeEvent('payments', event) };
}

function booked(orderNo: string, occurredAtMs = PAID_AT): NewRecord {
  const event = { ...common, occurredAtMs, eventId: `h-${orderNo}`, orderNo, hisOrderNo: `R${orderNo}` };
  return { topic: 'his-orders', key: orderNo, value: encodeEvent('his-orders', event) };
}

/** What another process did with a range that it read; of its entries the ledger has none. */
async function applyElsewhere(
  partition: PartitionId,
  from: number,
  entries: readonly Entry[],
): Promise<void> {
  const events = entries.map((entry) => windowEventOf(entry, DEFAULT_RULES.windowMs, false, from));
  const range = { partition, from, end: from + 1, start: 1 };
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const own = events.filter(({ homeHash }) => slotOf(homeHash, SLOTS) === slot);
    while ((await window.apply(slot, range, own, new Map())).kind !== 'applied') await pause(5);
  }
}

async function codesOf(orderNos: readonly string[]): Promise<readonly string[]> {
  const rows = await ledger.rows<{ order_no: string; code: string }>(
    'SELECT order_no, toString(code) AS code FROM verdicts FINAL',
  );
  const byOrder = new Map(rows.map(({ order_no: orderNo, code }) => [orderNo, code]));
  return orderNos.map((orderNo) => byOrder.get(orderNo) ?? '');
}

test('second payments after a death wait for entries that are still to be read, and not in the way of their reader', async () => {
  const others = Array.from({ length: PARTITIONS - 1 }, (_, partition) => partition);
  const orderNos = others.map((partition) => `ORDER${partition}`);
  const last = PARTITIONS - 1;
  await producer.append(orderNos.flatMap((orderNo, at) => [paid(at, orderNo), booked(orderNo)]));
  const first = await startJoin();
  await expect.poll(() => codesOf(orderNos), { timeout: 10_000 }).toEqual(orderNos.map(() => 'MATCHED'));
  await first.stop();

  await producer.append([paid(last, 'UNSTORED')]);
  await applyElsewhere(`payments/${last}`, 1, [
    eventEntry({ orderNo: 'UNSTORED', channelTxnNo: '42UNSTORED', occurredAtMs: PAID_AT }),
  ]);
  await producer.append(orderNos.map((orderNo, at) => paid(at, orderNo, { channelTxnNo: `43${orderNo}` })));
  const second = await startJoin();
  await expect.poll(() => codesOf(orderNos), { timeout: 10_000 }).toEqual(orderNos.map(() => 'DUPLICATE'));
  const stored = await clickHouseRealtimeLedger(ledger.client).loadPositions(ENTRIES_CONSUMER);
  expect(stored.get(`payments/${last}`)).toBe(2);
  await second.stop();
}, 60_000);

test('a second payment that waits for what nobody reads any more does not keep a process from ending', async () => {
  await producer.append([paid(0, 'AGAIN'), booked('AGAIN')]);
  const first = await startJoin();
  await expect.poll(() => codesOf(['AGAIN']), { timeout: 10_000 }).toEqual(['MATCHED']);
  await first.stop();
  await applyElsewhere('payments/99', 1, [eventEntry({ orderNo: 'UNSTORED', occurredAtMs: PAID_AT })]);
  await producer.append([paid(0, 'AGAIN', { channelTxnNo: '43AGAIN' })]);
  const second = await startJoin();
  await pause(1_000);
  const stopped = second.stop().then(() => 'stopped');
  expect(await Promise.race([stopped, pause(10_000, 'goes on')])).toBe('stopped');
  expect(await codesOf(['AGAIN'])).toEqual(['MATCHED']);
}, 60_000);

test('a process ends when what stood in its outboxes is stored, however much others go on to put there', async () => {
  const running = await startJoin();
  let isOver = false;
  const readers = Array.from({ length: 8 }, async (_, at) => {
    for (let position = 1; !isOver; position += 1) {
      const payment = eventEntry({ orderNo: `OTHER${at}-${position}`, occurredAtMs: PAID_AT });
      const receipt = { ...payment, book: 'MERCHANT', channel: null, channelTxnNo: null } as const;
      await applyElsewhere(`payments/9${at}`, position, [
        payment,
        { ...receipt, hisOrderNo: `R${position}` },
      ]);
    }
  });
  await expect.poll(() => codesOf(['OTHER0-9']), { timeout: 10_000 }).toEqual(['MATCHED']);
  const stopped = running.stop().then(() => 'stopped');
  const ended = await Promise.race([stopped, pause(10_000, 'goes on')]);
  isOver = true;
  // Nobody empties them any more, and the others wait for room.
  await redis.del(Array.from({ length: SLOTS }, (_, slot) => key(slot, 'outbox')));
  await Promise.all(readers);
  await stopped;
  expect(ended).toBe('stopped');
}, 60_000);

test('however many verdicts a flush has, the process says in between that it lives', async () => {
  const many = Array.from({ length: 6_000 }, (_, at) =>
    eventEntry({ orderNo: `MANY${at}`, occurredAtMs: PAID_AT }),
  );
  for (let at = 0; at < many.length; at += 500) {
    const pairs = many
      .slice(at, at + 500)
      .flatMap((payment) => [
        payment,
        { ...payment, book: 'MERCHANT', channel: null, channelTxnNo: null, hisOrderNo: 'R' } as const,
      ]);
    await applyElsewhere('payments/99', at / 500 + 1, pairs);
  }
  const realtimeLedger = clickHouseRealtimeLedger(ledger.client);
  let [turns, turnsAtFirst, turnsAtWrite] = [0, -1, -1];
  const beating = setInterval(() => (turns += 1), 1);
  const rows = realtimeLedger.newVerdictBatch();
  const write = rows.write.bind(rows);
  rows.write = () => {
    turnsAtWrite = turns;
    return write();
  };
  const stored = await flushOutboxes({
    window,
    ledger: { ...realtimeLedger, newVerdictBatch: () => rows },
    rulesOf: () => {
      if (turnsAtFirst < 0) turnsAtFirst = turns;
      return DEFAULT_RULES;
    },
    ownSlots: () => Array.from({ length: SLOTS }, (_, slot) => slot),
    onVerdicts: () => undefined,
  });
  clearInterval(beating);
  expect(stored).toBe(many.length);
  expect(turnsAtWrite).toBeGreaterThan(turnsAtFirst);
}, 60_000);

test('what came while a batch waited to be worked on is not taken for silence', async () => {
  const log = newLog();
  const consume = log.consume.bind(log);
  const held = Promise.withResolvers<void>();
  let holdMs = 0;
  log.consume = (options) =>
    consume({
      ...options,
      onBatch: async (batch) => {
        if (batch.partition === 'his-orders/0' && holdMs > 0) {
          held.resolve();
          await pause(holdMs);
        }
        return options.onBatch(batch);
      },
    });
  const running = await startJoin({
    log,
    rulesOf: () => ({ ...DEFAULT_RULES, windowMs: QUICK_WINDOW_MS }),
  });
  const board = new RedisHeartbeatBoard(redis);
  const behindMs = async () => Date.now() - ((await board.read()).get('his-orders/0')?.watermarkMs ?? 0);
  await expect.poll(behindMs, { timeout: 10_000 }).toBeLessThan(1_000);
  holdMs = 3_000;
  await held.promise;
  const occurredAtMs = Date.now();
  await producer.append([paid(0, 'WAITED', { occurredAtMs }), booked('WAITED', occurredAtMs)]);
  await expect.poll(() => codesOf(['WAITED']), { timeout: 15_000 }).toEqual(['MATCHED']);
  holdMs = 0;
  const told = await ledger.rows<{ code: string }>('SELECT toString(code) AS code FROM verdicts');
  expect(told.map(({ code }) => code)).toEqual(['MATCHED']);
  await running.stop();
}, 60_000);

test('a loss that was accepted holds up nothing, also where no event follows it', async () => {
  await producer.append([paid(0, 'READ'), paid(1, 'AGAIN'), booked('AGAIN')]);
  const before = await startJoin();
  await expect.poll(() => codesOf(['AGAIN']), { timeout: 10_000 }).toEqual(['MATCHED']);
  await before.stop();
  await producer.append([paid(0, 'LOST')]);
  await producer.trim('payments/0', 3);
  expect((await newLog().bounds()).get('payments/0')).toEqual({ start: 3, end: 3 });

  const running = await startJoin({ acceptedLoss: new Map([['payments/0', 2]]) });
  await producer.append([paid(1, 'AGAIN', { channelTxnNo: '43AGAIN' })]);
  await expect.poll(() => codesOf(['AGAIN']), { timeout: 10_000 }).toEqual(['DUPLICATE']);
  await running.stop();
}, 60_000);
