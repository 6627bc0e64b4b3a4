import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hdpOrders } from '../../adapters/sources/hdp/hdpOrders.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import { startHdp } from '../../simulator/endpoints/hdp.ts';
import { RefundBook } from '../../simulator/endpoints/refunds/refundBook.ts';
import { RefundDesk } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { startUpp } from '../../simulator/endpoints/refunds/upp.ts';
import type { HealingSystem } from './healingHarness.ts';
import { HOSPITAL, MINUTE_MS, ON, startHealingSystem } from './healingHarness.ts';
import { healingDeps } from './healingWorker.ts';

// Whoever wants to have money sent by a system that nobody watches.

let system: HealingSystem;
beforeAll(async () => {
  system = await startHealingSystem();
}, 120_000);
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => {
  system.rules = ON;
  system.nextDay();
});

const used = () => system.deps.healing.usedOf(HOSPITAL, businessDateOf(system.cases.nowMs), false);

test('whoever answers in the place of HIS without its key is never believed that it lacks an order', async () => {
  const [orderNo = ''] = await system.lost(12_345n);
  const key = randomBytes(32);
  const now = (): number => system.cases.nowMs;
  let asked = 0;
  const hdp = await startHdp({
    shelf: { bill: () => null },
    behaviour: {
      now,
      readyAtMs: () => 0,
      fault: () => 'BAD_SIGNATURE',
      maxCallsASecond: 1_000,
      urlLivesMs: 0,
    },
    keyId: 'duizhang',
    key,
    orderNow: () => {
      asked += 1;
      return null;
    },
  });
  try {
    const access = { url: new URL(hdp.url), key: { keyId: 'duizhang', key }, tls: null };
    const his = hdpOrders(() => access, { now, nonce: () => randomBytes(16).toString('hex') });
    for (let round = 0; round < 4; round += 1) {
      await system.consider(orderNo, { ...system.deps, his });
      system.pass(6 * MINUTE_MS);
    }
  } finally {
    await hdp.close();
  }
  expect(asked).toBe(4);
  expect(system.cases.gateway.sent.filter((sent) => sent.orderNo === orderNo)).toEqual([]);
  expect(new Set(await system.decisionsOn(orderNo))).toEqual(new Set(['WAIT HIS_UNCLEAR']));
  expect(await used()).toEqual({ orders: 0, fen: 0n });
}, 120_000);

test('a bill with a payment that nobody made moves nothing: the gateway returns what it was paid, and its failure is the end', async () => {
  const orderNo = await system.invented(12_345n);
  const key = randomBytes(32);
  const now = (): number => system.cases.nowMs;
  const desk = new RefundDesk({
    book: new RefundBook({ orders: [], now }),
    fault: () => null,
    processingMs: 0,
  });
  const upp = await startUpp({ desk, now, keyId: 'duizhang', key });
  try {
    const clients = { clickhouse: system.cases.close.client, redis: system.cases.close.redis };
    for (let round = 0; round < 4; round += 1) {
      const place = { uppUrl: upp.url, uppKey: key.toString('base64'), nowMs: now() };
      await system.consider(orderNo, healingDeps(place, clients));
      system.pass(6 * MINUTE_MS);
    }
  } finally {
    await upp.close();
  }
  expect(desk.book.refunds()).toEqual([]);
  expect(await used()).toEqual({ orders: 0, fen: 0n });
  expect(await system.cases.caseOf(orderNo)).toMatchObject({ status: 'OPEN', underWay: null });
  expect(await system.decisionsOn(orderNo)).toEqual([
    'WAIT HIS_LACKS_IT_ONCE',
    'REFUND HIS_LACKS_IT_TWICE',
    'LEAVE REFUND_BEFORE',
  ]);
}, 120_000);
