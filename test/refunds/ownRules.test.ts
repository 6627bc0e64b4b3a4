import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alipayRefunds } from '../../adapters/refunds/alipayRefunds.ts';
import { uppRefunds } from '../../adapters/refunds/uppRefunds.ts';
import { wechatRefunds } from '../../adapters/refunds/wechatRefunds.ts';
import { keyPair, pkcs1 } from '../sources/channelWorld.ts';
import type { RefundWorld } from './refundWorld.ts';
import { PAID_AT_MS, PROCESSING_MS, startRefundWorld, WITHIN_MS } from './refundWorld.ts';

let world: RefundWorld;
beforeAll(async () => {
  world = await startRefundWorld();
});
afterAll(() => world.close());

test('the least distance between two refunds of an order', () => {
  const gaps = Object.entries(world.gateways).map(([route, { minGapMs }]) => [route, minGapMs]);
  expect(gaps).toEqual([
    ['upp', 0],
    ['wechat', 60_000],
    ['alipay', 3_000],
  ]);
});

test.each(['upp', 'wechat', 'alipay'] as const)(
  '%s is told no more of a reason than it takes',
  async (route) => {
    const order = world.newOrder(route, { reason: '因'.repeat(1_000) });
    expect(await world.gateways[route].send(order, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
  },
);

describe('the platform', () => {
  test('that does not hold our key tells nothing about a refund', async () => {
    const key = { keyId: 'duizhang', key: Buffer.alloc(32, 7) };
    const gateway = uppRefunds({ ...world.access.upp, key }, world.deps);
    const order = world.newOrder('upp');
    expect(await gateway.send(order, WITHIN_MS)).toMatchObject({ state: 'UNKNOWN', code: 'UNVERIFIED' });
    expect(await gateway.ask(order, WITHIN_MS)).toMatchObject({ state: 'UNKNOWN', code: 'UNVERIFIED' });
  });

  test('whose clock is an hour off is not believed', async () => {
    const late = { ...world.deps, now: () => world.nowMs + 3_600_000 };
    const answer = await uppRefunds(world.access.upp, late).send(world.newOrder('upp'), WITHIN_MS);
    expect(answer).toMatchObject({ state: 'UNKNOWN', code: 'UNVERIFIED' });
  });

  test('keeps the distance of the channel itself, and says so', async () => {
    const order = world.newOrder('upp');
    world.desks.upp.book.addOrder({
      merchantNo: 'H001',
      orderNo: order.orderNo,
      channel: 'WECHAT',
      channelTxnNo: 'T',
      paidFen: 2_500n,
      paidAtMs: PAID_AT_MS,
    });
    await world.gateways.upp.send(order, WITHIN_MS);
    const next = { ...order, refundNo: `${order.refundNo}b` };
    expect(await world.gateways.upp.send(next, WITHIN_MS)).toMatchObject({
      state: 'FAILED',
      code: 'TOO_FREQUENT',
    });
  });

  test('is reached below a path, too', async () => {
    const url = new URL('/upp-gate/', world.access.upp.url);
    const gateway = uppRefunds({ ...world.access.upp, url }, world.deps);
    // The simulator knows no such path: a code that stands in no table.
    expect(await gateway.send(world.newOrder('upp'), WITHIN_MS)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('WeChat Pay', () => {
  test('is told for which hospital a service provider asks', async () => {
    const order = { ...world.newOrder('wechat'), orderNo: 'SUB1', channelTxnNo: 'T-SUB1' };
    const { book } = world.desks.wechat;
    book.addOrder({
      merchantNo: '1900000099',
      orderNo: 'SUB1',
      channel: 'WECHAT',
      channelTxnNo: 'T-SUB1',
      paidFen: 2_500n,
      paidAtMs: PAID_AT_MS,
    });
    const gateway = wechatRefunds({ ...world.access.wechat, subMchid: '1900000099' }, world.deps);
    expect(await gateway.send(order, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await gateway.ask(order, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
    expect(book.refundsOf('SUB1').map(({ merchantNo }) => merchantNo)).toEqual(['1900000099']);
  });

  test.each([
    ['a key of it that we do not hold', () => ({ platformKeys: new Map() })],
    [
      'a key of ours that it does not know',
      () => ({ key: { ...world.access.wechat.key, privateKey: keyPair().privateKey } }),
    ],
  ])('with %s, an answer is none', async (_, change) => {
    const gateway = wechatRefunds({ ...world.access.wechat, ...change() }, world.deps);
    const answer = await gateway.send(world.newOrder('wechat'), WITHIN_MS);
    expect(answer).toMatchObject({ state: 'UNKNOWN', code: 'UNVERIFIED' });
  });
});

describe('Alipay', () => {
  test('states what the trade has had refunded in all, which is not this refund', async () => {
    const order = world.newOrder('alipay');
    await world.gateways.alipay.send(order, WITHIN_MS);
    world.nowMs += 3_000;
    const next = { ...order, refundNo: `${order.refundNo}b`, amountFen: 7n };
    expect(await world.gateways.alipay.send(next, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await world.gateways.alipay.ask(next, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
    expect(world.desks.alipay.book.totalOf(order.orderNo)).toBe(1_007n);
  });

  test('that does not say that money moved is asked later, and only its query makes a success', async () => {
    const order = world.newOrder('alipay');
    world.faults.push('PROCESSING_THEN_SUCCESS');
    const said = await world.gateways.alipay.send(order, WITHIN_MS);
    expect(said).toMatchObject({ state: 'UNKNOWN', code: 'FUND_CHANGE_N' });
    world.nowMs += PROCESSING_MS - 1;
    expect(await world.gateways.alipay.ask(order, WITHIN_MS)).toMatchObject({ state: 'NOT_FOUND' });
    world.nowMs += 1;
    expect(await world.gateways.alipay.ask(order, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('refuses a request that the application did not sign, and nothing is paid', async () => {
    const privateKey = pkcs1(keyPair().privateKey);
    const order = world.newOrder('alipay');
    const gateway = alipayRefunds({ ...world.access.alipay, privateKey }, world.deps);
    expect(await gateway.send(order, WITHIN_MS)).toMatchObject({
      state: 'FAILED',
      code: 'INVALID-SIGNATURE',
    });
    expect(world.desks.alipay.book.refundsOf(order.orderNo)).toEqual([]);
  });

  test('an answer signed by anybody else is none', async () => {
    const alipayPublicKey = String(keyPair().publicKey.export({ type: 'spki', format: 'pem' }));
    const gateway = alipayRefunds({ ...world.access.alipay, alipayPublicKey }, world.deps);
    const answer = await gateway.send(world.newOrder('alipay'), WITHIN_MS);
    expect(answer).toMatchObject({ state: 'UNKNOWN', code: 'UNVERIFIED' });
  });
});
