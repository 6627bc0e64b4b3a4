import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RedisConnection } from '../../adapters/redis/connect.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import type { WindowEvent } from '../../domain/joinPorts.ts';
import { windowEventOf } from '../../pipeline/join/fact.ts';
import { startRedis } from '../services/index.ts';

// What a window holds against a Redis that comes back older than it was, or in part.

const PAID_AT = Date.UTC(2026, 2, 9, 4);
const DUE_SECOND = PAID_AT / 1000 + 60;
const NOTHING = new Map<string, readonly string[]>();

let dir: string;
let server: Awaited<ReturnType<typeof startRedis>>;
let redis: RedisConnection;
let window: RedisWindow;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-loss-'));
  server = await startRedis({ dir, appendfsync: 'everysec' });
  redis = connectRedis(server.url);
  window = new RedisWindow(redis, { slots: 4 });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await redis.flushall();
});

function payment(book: 'MERCHANT' | 'PLATFORM', orderNo: string, fen = 100n): WindowEvent {
  const entry = {
    book,
    merchantId: 'H001',
    kind: 'PAYMENT' as const,
    orderNo,
    refundNo: null,
    channel: null,
    channelTxnNo: null,
    hisOrderNo: null,
    amountFen: fen,
    occurredAtMs: PAID_AT,
    businessDate: '2026-03-09',
    businessType: null,
    source: 'EVENT' as const,
    sourceRef: '',
  };
  return windowEventOf(entry, 60_000, false, 1);
}

function apply(from: number, events: readonly WindowEvent[]): ReturnType<RedisWindow['apply']> {
  return window.apply(0, { partition: 'payments/0', from, end: from + 1, start: 1 }, events, NOTHING);
}

test('no deadline is told of in a slot that lacks events which event time counts on', async () => {
  await apply(1, [payment('PLATFORM', 'A')]);
  const lost = await window.sweep(0, DUE_SECOND, 10, new Map([['payments/0', 3]]));
  expect(lost).toEqual({ marked: 0, more: true });
  expect(await window.sweep(0, DUE_SECOND, 10, new Map([['his-orders/0', 2]]))).toEqual(lost);
  await apply(2, [payment('MERCHANT', 'A')]);
  await apply(3, [payment('PLATFORM', 'B')]);
  expect(await window.sweep(0, DUE_SECOND, 10, new Map([['payments/0', 4]]))).toEqual({
    marked: 1,
    more: false,
  });
});

test('changes that have got the id of an entry that was lost are not let go of with it', async () => {
  await apply(1, [payment('PLATFORM', 'A'), payment('MERCHANT', 'A')]);
  const [stored] = await window.readOutbox(0, 10);
  if (!stored) throw new Error('nothing to store');
  // A clock that is behind gives ids again: as of another master, to other changes.
  await redis.flushall();
  await redis.xadd('dz:{0}:outbox', `${Number(stored.id.split('-')[0]) - 1}-0`, 'r', 'MH001 C\nline\nline');
  await window.trimOutbox(0, stored);
  expect(await redis.xlen('dz:{0}:outbox')).toBe(1);
  await redis.xadd('dz:{0}:outbox', stored.id, 'r', 'MH001 B\nline\nline');
  await window.trimOutbox(0, stored);
  expect(await redis.xlen('dz:{0}:outbox')).toBe(2);
});

test('a slot that was lost alone is set up anew alone', async () => {
  expect(await window.slotsToSetUp()).toEqual([0, 1, 2, 3]);
  await window.markSetUp([0, 1, 2, 3]);
  expect(await window.slotsToSetUp()).toEqual([]);
  await redis.unlink(...(await redis.keys('dz:{2}:*')));
  expect(await window.slotsToSetUp()).toEqual([2]);
});

test('a window that was set up before its slots said so themselves counts as it did', async () => {
  await redis.set('dz:window-set-up', '4 slots');
  await expect(new RedisWindow(redis, { slots: 8 }).slotsToSetUp()).rejects.toMatchObject({
    code: 'DZ_WINDOW_SLOTS_CHANGED',
  });
  expect(await window.slotsToSetUp()).toEqual([]);
  expect(await redis.exists('dz:window-set-up')).toBe(0);
  expect(await window.slotsToSetUp()).toEqual([]);
});
