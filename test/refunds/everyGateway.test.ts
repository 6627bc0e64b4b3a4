import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { alipayRefunds } from '../../adapters/refunds/alipayRefunds.ts';
import { provenFailures } from '../../adapters/refunds/provenFailures.ts';
import { uppRefunds } from '../../adapters/refunds/uppRefunds.ts';
import { wechatRefunds } from '../../adapters/refunds/wechatRefunds.ts';
import type { RefundAnswer, RefundOrder } from '../../domain/resolutionPorts.ts';
import type { RefundFault } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { REFUND_FAULTS } from '../../simulator/endpoints/refunds/refundDesk.ts';
import type { RefundWorld } from './refundWorld.ts';
import { PAID_AT_MS, PROCESSING_MS, startRefundWorld, WITHIN_MS, withinMs } from './refundWorld.ts';

let world: RefundWorld;
beforeAll(async () => {
  world = await startRefundWorld();
});
afterAll(() => world.close());
afterEach(() => {
  expect(world.faults).toEqual([]);
  for (const { book } of Object.values(world.desks)) book.balanceFen = null;
});

const LOST = REFUND_FAULTS.filter((fault) => !/_BEFORE$|^PROCESSING/.test(fault));
const NOT_DONE = REFUND_FAULTS.filter((fault) => fault.endsWith('_BEFORE'));

describe.each(['upp', 'wechat', 'alipay'] as const)('%s', (route) => {
  const send = (order: RefundOrder, fault = ''): Promise<RefundAnswer> =>
    world.gateways[route].send(order, withinMs(fault));
  const ask = (order: RefundOrder, fault = ''): Promise<RefundAnswer> =>
    world.gateways[route].ask(order, withinMs(fault));
  /** What the next call meets. Alipay's SDK sends again by itself when a connection breaks. */
  const meet = (fault: RefundFault): void => {
    world.faults.push(fault);
    if (route === 'alipay' && fault === 'CUT_ANSWER') world.faults.push(fault);
  };
  const carriedOut = ({ orderNo }: RefundOrder) =>
    world.desks[route].book.refundsOf(orderNo).map(({ refundNo, amountFen }) => [refundNo, amountFen]);
  const once = ({ refundNo }: RefundOrder) => [[refundNo, 1_000n]];

  test('refunds a part, and says when', async () => {
    const order = world.newOrder(route);
    expect(await send(order)).toMatchObject({
      state: 'SUCCEEDED',
      gatewayRefundId: route === 'alipay' ? null : expect.stringMatching(/^5030/),
      refundedAtMs: world.nowMs,
    });
    expect(await ask(order)).toMatchObject({ state: 'SUCCEEDED', refundedAtMs: world.nowMs });
    expect(carriedOut(order)).toEqual(once(order));
  });

  test('finds the payment by its order number where no book names the channel’s', async () => {
    const order = world.newOrder(route, { channelTxnNo: null });
    expect(await send(order)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await ask(order)).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('refunds once when the same is sent again', async () => {
    const order = world.newOrder(route);
    await send(order);
    const again = await send(order);
    // Alipay only says that this call moved nothing.
    expect(again).toMatchObject(
      route === 'alipay' ? { state: 'UNKNOWN', code: 'FUND_CHANGE_N' } : { state: 'SUCCEEDED' },
    );
    expect(await ask(order)).toMatchObject({ state: 'SUCCEEDED' });
    expect(carriedOut(order)).toEqual(once(order));
  });

  test.each(LOST)(
    '%s of a refund that was carried out is unknown, and the same again refunds once',
    async (fault) => {
      const order = world.newOrder(route);
      world.faults.push(fault);
      expect(await send(order)).toMatchObject({ state: 'UNKNOWN' });
      expect(carriedOut(order)).toEqual(once(order));
      expect(await ask(order)).toMatchObject({ state: 'SUCCEEDED' });
      await send(order);
      expect(carriedOut(order)).toEqual(once(order));
    },
  );

  test.each(NOT_DONE)('%s of one that was not is unknown, too, until the gateway is asked', async (fault) => {
    const order = world.newOrder(route);
    meet(fault);
    expect(await send(order, fault)).toMatchObject({ state: 'UNKNOWN' });
    expect(await ask(order)).toMatchObject({ state: 'NOT_FOUND' });
    expect(await send(order)).toMatchObject({ state: 'SUCCEEDED' });
    expect(carriedOut(order)).toEqual(once(order));
  });

  test.each([...NOT_DONE, ...LOST])('a question that ends with %s says nothing', async (fault) => {
    const order = world.newOrder(route);
    meet(fault);
    expect(await ask(order, fault)).toMatchObject({ state: 'UNKNOWN' });
  });

  test('never takes longer than it may', async () => {
    const fromMs = performance.now();
    world.faults.push('TIMEOUT_AFTER');
    const answer = await world.gateways[route].send(world.newOrder(route), 200);
    expect(answer).toMatchObject({ state: 'UNKNOWN', code: 'NO_ANSWER' });
    expect(performance.now() - fromMs).toBeLessThan(900);
  });

  test.each(['SUCCESS', 'CLOSED', 'ABNORMAL'] as const)('one that is under way ends as %s', async (end) => {
    const order = world.newOrder(route);
    world.faults.push(`PROCESSING_THEN_${end}`);
    const underWay = { state: 'PROCESSING', code: null };
    expect(await send(order)).toMatchObject(
      route === 'alipay' ? { state: 'UNKNOWN', code: 'FUND_CHANGE_N' } : underWay,
    );
    // Alipay's query does not tell a refund under way from one that was never received.
    expect(await ask(order)).toMatchObject(route === 'alipay' ? { state: 'NOT_FOUND' } : underWay);
    const doneAtMs = (world.nowMs += PROCESSING_MS);
    const ended = {
      SUCCESS: { state: 'SUCCEEDED', refundedAtMs: doneAtMs },
      CLOSED: route === 'alipay' ? { state: 'NOT_FOUND' } : { state: 'REFUSED', code: 'CLOSED' },
      ABNORMAL: route === 'alipay' ? { state: 'NOT_FOUND' } : { state: 'PROCESSING', code: 'ABNORMAL' },
    };
    expect(await ask(order)).toMatchObject(ended[end]);
    if (route !== 'alipay') expect(await send(order)).toMatchObject(ended[end]);
    expect(carriedOut(order)).toEqual(once(order));
  });

  test('an account that does not hold the amount is a failure until it is topped up', async () => {
    const order = world.newOrder(route);
    const { book } = world.desks[route];
    book.balanceFen = 999n;
    const code = route === 'alipay' ? 'SELLER_BALANCE_NOT_ENOUGH' : 'NOT_ENOUGH';
    expect(await send(order)).toMatchObject({ state: 'FAILED', code });
    expect(await ask(order)).toMatchObject({ state: 'NOT_FOUND' });
    book.topUp(1n);
    expect(await send(order)).toMatchObject({ state: 'SUCCEEDED' });
    expect(carriedOut(order)).toEqual(once(order));
  });

  test('more than is left of the payment is not refunded', async () => {
    const order = world.newOrder(route);
    await send(order);
    world.nowMs += world.gateways[route].minGapMs;
    const rest = { ...order, refundNo: `${order.refundNo}b`, amountFen: 1_501n };
    const answers = {
      upp: { state: 'REFUSED', code: 'AMOUNT_EXCEEDED' },
      wechat: { state: 'FAILED', code: 'INVALID_REQUEST' },
      alipay: { state: 'REFUSED', code: 'REASON_TRADE_REFUND_FEE_ERR' },
    };
    expect(await send(rest)).toMatchObject(answers[route]);
    expect(await send({ ...rest, amountFen: 1_500n })).toMatchObject({ state: 'SUCCEEDED' });
    expect(carriedOut(order)).toEqual([...once(order), [rest.refundNo, 1_500n]]);
  });

  test('another amount under a number that was carried out is unknown, and pays nothing', async () => {
    const order = world.newOrder(route);
    await send(order);
    const other = { ...order, amountFen: 900n };
    const proven = provenFailures(world.gateways[route]);
    expect(await proven.send(other, WITHIN_MS)).toMatchObject({
      state: 'UNKNOWN',
      code: { upp: 'DISCORDANT_REPEAT', wechat: 'OTHER_REFUND', alipay: 'DISCORDANT_REPEAT_REQUEST' }[route],
    });
    expect(await ask(other)).toMatchObject({ state: 'UNKNOWN', code: 'OTHER_REFUND' });
    expect(carriedOut(order)).toEqual(once(order));
  });

  test('two refunds of an order keep their distance', async () => {
    const order = world.newOrder(route);
    const { minGapMs } = world.gateways[route];
    await send(order);
    const next = { ...order, refundNo: `${order.refundNo}b` };
    if (minGapMs > 0) {
      world.nowMs += minGapMs - 1;
      expect(await send(next)).toMatchObject({ state: 'FAILED' });
      world.nowMs += 1;
    }
    expect(await send(next)).toMatchObject({ state: 'SUCCEEDED' });
    expect(carriedOut(order)).toEqual([...once(order), [next.refundNo, 1_000n]]);
  });

  test('a payment of more than a year ago is refused', async () => {
    const order = world.newOrder(route);
    const before = world.nowMs;
    world.nowMs = PAID_AT_MS + 366 * 86_400_000;
    const code = { upp: 'REFUND_OVERDUE', wechat: 'TRADE_OVERDUE', alipay: 'TRADE_HAS_FINISHED' }[route];
    expect(await send(order)).toMatchObject({ state: 'REFUSED', code });
    world.nowMs = before;
  });

  test('a payment that the gateway does not know is told so', async () => {
    const order = { ...world.newOrder(route), orderNo: 'OTHER', channelTxnNo: null };
    expect(await send(order)).toMatchObject(
      {
        upp: { state: 'REFUSED', code: 'ORDER_NOT_FOUND' },
        wechat: { state: 'FAILED', code: 'RESOURCE_NOT_EXISTS' },
        alipay: { state: 'FAILED', code: 'TRADE_NOT_EXIST' },
      }[route],
    );
    expect(await ask(order)).toMatchObject({ state: 'NOT_FOUND' });
  });

  test('a code that nobody knows is unknown, and so is a good one that comes with a 5xx', async () => {
    const order = world.newOrder(route);
    world.faults.push(
      { code: 'SOMETHING_NEW' },
      { code: 'NOT_ENOUGH', status: 500 },
      { code: 'constructor' },
    );
    expect(await send(order)).toMatchObject({ state: 'UNKNOWN', code: 'SOMETHING_NEW' });
    expect(await send(order)).toMatchObject({ state: 'UNKNOWN', code: 'SERVER_ERROR' });
    expect(await send(order)).toMatchObject({ state: 'UNKNOWN' });
    expect(carriedOut(order)).toEqual([]);
  });

  test('a gateway that is down is unknown', async () => {
    const url = new URL('http://127.0.0.1:1/gateway.do');
    const down = {
      upp: () => uppRefunds({ ...world.access.upp, url }, world.deps),
      wechat: () => wechatRefunds({ ...world.access.wechat, url }, world.deps),
      alipay: () => alipayRefunds({ ...world.access.alipay, url }, world.deps),
    }[route]();
    const order = world.newOrder(route);
    expect(await down.send(order, WITHIN_MS)).toMatchObject({ state: 'UNKNOWN', code: 'NO_ANSWER' });
    expect(await down.ask(order, WITHIN_MS)).toMatchObject({ state: 'UNKNOWN', code: 'NO_ANSWER' });
  });

  test('a failure is believed when the gateway does not know the number', async () => {
    const order = world.newOrder(route);
    const { book, calls } = world.desks[route];
    book.balanceFen = 0n;
    const from = calls.length;
    const proven = provenFailures(world.gateways[route]);
    expect(await proven.send(order, WITHIN_MS)).toMatchObject({ state: 'FAILED' });
    expect(calls.slice(from).map(({ kind }) => kind)).toEqual(['SEND', 'ASK']);
  });

  test('a refusal of what was carried out before, its answer lost, is no refusal', async () => {
    const order = world.newOrder(route);
    const code = { upp: 'REFUND_OVERDUE', wechat: 'USER_ACCOUNT_ABNORMAL', alipay: 'ACQ.TRADE_HAS_FINISHED' };
    world.faults.push('TIMEOUT_AFTER', { code: code[route] });
    await send(order, 'TIMEOUT_AFTER');
    const proven = provenFailures(world.gateways[route]);
    expect(await proven.send(order, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('no answer tells a key, a signature or a token', async () => {
    const said: RefundAnswer[] = [];
    for (const fault of [...NOT_DONE, ...LOST]) {
      meet(fault);
      said.push(await send(world.newOrder(route), fault));
      meet(fault);
      said.push(await ask(world.newOrder(route), fault));
    }
    expect(said.length).toBe(2 * (NOT_DONE.length + LOST.length));
    const text = JSON.stringify(said);
    expect(text).not.toMatch(/token|signature="|sign=|BEGIN|nonce|Authorization|biz_content|merchantId=/i);
    for (const secret of world.secrets) {
      const bare = secret.replaceAll(/-----[A-Z ]+-----|\s/g, '');
      for (let at = 0; at + 16 <= bare.length; at += 16) expect(text).not.toContain(bare.slice(at, at + 16));
    }
  });
});
