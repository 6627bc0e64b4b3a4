import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import { DEFAULT_RULES } from './merchant.ts';
import type { RefundAttempt } from './orderMoney.ts';
import { nextRefundNo, orderMoney as moneyOf } from './orderMoney.ts';

function line(more: Partial<Entry>, counts = true) {
  const entry: Entry = {
    book: 'PLATFORM',
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo: 'A1',
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: 'T1',
    hisOrderNo: null,
    amountFen: 10_000n,
    occurredAtMs: 1,
    businessDate: '2026-03-09',
    businessType: null,
    source: 'EVENT',
    sourceRef: 'e',
    ...more,
  };
  return { entry, counts };
}

function refund(refundNo: string | null, amountFen: bigint, more: Partial<Entry> = {}) {
  return line({ kind: 'REFUND', refundNo, amountFen, ...more });
}

function orderMoney(
  lines: Parameters<typeof moneyOf>[0],
  attempts: readonly RefundAttempt[],
  repairedKey: string | null = null,
) {
  return moneyOf(lines, attempts, { rules: DEFAULT_RULES, repairedKey });
}

function attempt(refundNo: string, amountFen: bigint, state: RefundAttempt['state'], n: number | null = 1) {
  return { actionId: refundNo, refundNo, n, amountFen, state };
}

test('a refund counts once, in however many books it stands', () => {
  const lines = [
    line({}),
    line({ book: 'CHANNEL' }),
    refund('R1', 3_000n),
    refund('R1', 3_000n, { book: 'CHANNEL' }),
    refund('R1', 3_000n, { book: 'MERCHANT' }),
  ];
  expect(orderMoney(lines, [attempt('R1', 3_000n, 'SUCCEEDED')])).toEqual({
    paidFen: 10_000n,
    refundedFen: 3_000n,
    bookedFen: -3_000n,
    isAllBooked: false,
    openFen: 0n,
    refundableFen: 7_000n,
  });
});

test('a HIS refund without a number is the one that the platform has, where that is beyond doubt', () => {
  const his = { book: 'MERCHANT', channelTxnNo: null, hisOrderNo: 'F1' } as const;
  const lines = [line({}), refund('R1', 3_000n), refund(null, 3_000n, his)];
  expect(orderMoney(lines, []).refundedFen).toBe(3_000n);
  const two = [...lines, refund('R2', 3_000n)];
  expect(orderMoney(two, []).refundedFen).toBe(9_000n);
});

test('a refund whose end nobody knows is not there to be refunded again', () => {
  expect(orderMoney([line({})], [attempt('R1', 10_000n, 'OPEN')]).refundableFen).toBe(0n);
  expect(orderMoney([line({})], [attempt('R1', 10_000n, 'REFUSED')]).refundableFen).toBe(10_000n);
  expect(orderMoney([line({})], [attempt('R1', 10_000n, 'FAILED')]).refundableFen).toBe(10_000n);
});

test('the channel says what was paid, and of one identity with two amounts the smaller counts', () => {
  expect(orderMoney([line({}), line({ book: 'CHANNEL', amountFen: 9_000n })], []).paidFen).toBe(9_000n);
  expect(orderMoney([line({}), line({ amountFen: 8_000n })], []).paidFen).toBe(8_000n);
  expect(orderMoney([line({}), line({ channelTxnNo: 'T2' })], []).paidFen).toBe(20_000n);
  expect(orderMoney([line({ book: 'MERCHANT' })], []).refundableFen).toBe(0n);
});

test('a line that a bill took the place of is no payment, but a refund that it tells of is believed', () => {
  const lines = [line({}, false), line({ amountFen: 5_000n, channelTxnNo: 'T2' }), refund('R1', 1_000n)];
  expect(orderMoney(lines, []).paidFen).toBe(5_000n);
  expect(orderMoney([...lines.slice(0, 2), { ...refund('R1', 1_000n), counts: false }], []).refundedFen).toBe(
    1_000n,
  );
});

test('the refund that is being repaired does not stand in its own way', () => {
  const lines = [line({}), refund('R1', 10_000n, { book: 'MERCHANT' })];
  expect(orderMoney(lines, []).refundableFen).toBe(0n);
  expect(orderMoney(lines, [], 'RR1').refundableFen).toBe(10_000n);
  expect(orderMoney(lines, [attempt('R1', 10_000n, 'SUCCEEDED', null)], 'RR1').refundableFen).toBe(0n);
});

test('the next number stays the same until the one before has come to its end', () => {
  const first = nextRefundNo('H001', 'A1', []);
  expect(first.refundNo).toMatch(/^DZ[0-9a-f]{24}-1$/);
  expect(nextRefundNo('H001', 'A1', [attempt(first.refundNo, 1n, 'OPEN')])).toEqual(first);
  expect(nextRefundNo('H001', 'A1', [attempt(first.refundNo, 1n, 'FAILED')])).toEqual(first);
  expect(nextRefundNo('H001', 'A1', [attempt(first.refundNo, 1n, 'SUCCEEDED')]).n).toBe(2);
  expect(nextRefundNo('H001', 'A1', [attempt(first.refundNo, 1n, 'REFUSED')]).n).toBe(2);
  expect(nextRefundNo('H001', 'A1', [attempt('his-no', 1n, 'SUCCEEDED', null)])).toEqual(first);
  expect(nextRefundNo('H001', 'A2', []).refundNo).not.toBe(first.refundNo);
});

test('what may be refunded never is more than was paid less what is done or open', () => {
  const states = fc.constantFrom<RefundAttempt['state']>('OPEN', 'SUCCEEDED', 'REFUSED', 'FAILED');
  const one = fc.record({ no: fc.integer({ min: 1, max: 5 }), fen: fc.bigInt(1n, 9_000n), state: states });
  fc.assert(
    fc.property(fc.array(one), fc.array(one), (inBooks, ours) => {
      const lines = [line({}), ...inBooks.map(({ no, fen }) => refund(`R${no}`, fen))];
      const attempts = ours.map(({ no, fen, state }) => attempt(`R${no}`, fen, state, no));
      const money = orderMoney(lines, attempts);
      expect(money.refundableFen).toBeGreaterThanOrEqual(0n);
      const taken = money.refundedFen + money.openFen;
      expect(money.refundableFen).toBe(taken > money.paidFen ? 0n : money.paidFen - taken);
    }),
  );
});
