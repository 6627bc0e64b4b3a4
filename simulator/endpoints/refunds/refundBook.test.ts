import { expect, test } from 'vitest';
import type { KeptRefund, PaidOrder } from './refundBook.ts';
import { RefundBook } from './refundBook.ts';

const DAY_MS = 86_400_000;
const PAID: PaidOrder = {
  merchantNo: 'M',
  orderNo: 'A1',
  channel: 'UNIONPAY',
  channelTxnNo: 'T1',
  paidFen: 100n,
  paidAtMs: 0,
};
const asked = (refundNo: string, amountFen: bigint) => ({
  merchantNo: 'M',
  orderNo: 'A1',
  refundNo,
  amountFen,
});

function bookOf(order: Partial<PaidOrder> = {}) {
  const clock = { nowMs: DAY_MS };
  const changes: KeptRefund[] = [];
  const book = new RefundBook({
    orders: [{ ...PAID, ...order }],
    now: () => clock.nowMs,
    onChange: (refund) => changes.push(refund),
  });
  const why = (no: string, fen: bigint) => {
    const taken = book.take(asked(no, fen));
    return taken.kind === 'TAKEN' ? `TAKEN ${taken.isNew ? 'new' : 'known'}` : taken.why;
  };
  return { clock, book, changes, why };
}

test('one number is one refund, and keeps its amount', () => {
  const { book, changes, why } = bookOf();
  expect([why('R1', 60n), why('R1', 60n), why('R1', 40n)]).toEqual([
    'TAKEN new',
    'TAKEN known',
    'DISCORDANT',
  ]);
  expect(book.totalOf('A1')).toBe(60n);
  expect(changes.map(({ refundNo, state }) => [refundNo, state])).toEqual([['R1', 'SUCCESS']]);
});

test('all refunds of an order come to no more than was paid', () => {
  const { book, why } = bookOf();
  expect([why('R1', 60n), why('R2', 41n), why('R2', 40n), why('R3', 1n)]).toEqual([
    'TAKEN new',
    'AMOUNT_EXCEEDED',
    'TAKEN new',
    'AMOUNT_EXCEEDED',
  ]);
  expect(book.totalOf('A1')).toBe(100n);
});

test('what was closed leaves its money to others', () => {
  const { clock, book, why } = bookOf();
  book.take(asked('R1', 60n), { ends: 'CLOSED', afterMs: 1_000 });
  expect([book.totalOf('A1'), why('R2', 60n)]).toEqual([60n, 'AMOUNT_EXCEEDED']);
  clock.nowMs += 1_000;
  expect([book.find('M', 'R1')?.state, why('R2', 60n)]).toEqual(['CLOSED', 'TAKEN new']);
  expect(book.totalOf('A1')).toBe(60n);
});

test('two refunds keep the distance that their channel demands', () => {
  const { clock, why } = bookOf({ channel: 'WECHAT' });
  expect([why('R1', 10n), why('R1', 10n), why('R2', 10n)]).toEqual([
    'TAKEN new',
    'TAKEN known',
    'TOO_FREQUENT',
  ]);
  clock.nowMs += 60_000;
  expect(why('R2', 10n)).toBe('TAKEN new');
});

test('WeChat Pay refunds an order in at most 50 parts', () => {
  const { clock, why } = bookOf({ channel: 'WECHAT' });
  for (let n = 1; n <= 50; n += 1) {
    expect(why(`R${n}`, 1n)).toBe('TAKEN new');
    clock.nowMs += 60_000;
  }
  expect(why('R51', 1n)).toBe('AMOUNT_EXCEEDED');
});

test('without enough money nothing is taken, and a number is not used up by that', () => {
  const { book, why } = bookOf();
  book.balanceFen = 59n;
  expect([why('R1', 60n), book.refunds()]).toEqual(['NOT_ENOUGH', []]);
  book.topUp(1n);
  expect([why('R1', 60n), book.balanceFen]).toEqual(['TAKEN new', 0n]);
});

test('an old payment is refunded no more, and one of another merchant is not known', () => {
  const { clock, book, why } = bookOf();
  expect(book.take({ ...asked('R1', 1n), merchantNo: 'N' })).toMatchObject({ why: 'ORDER_NOT_FOUND' });
  clock.nowMs = 366 * DAY_MS;
  expect(why('R1', 1n)).toBe('OVERDUE');
});

test('a book that goes on counts what was refunded before it', () => {
  const first = bookOf({ channel: 'WECHAT' });
  first.book.take(asked('R1', 60n));
  const book = new RefundBook({
    orders: [{ ...PAID, channel: 'WECHAT' }],
    now: () => first.clock.nowMs,
    kept: first.changes,
  });
  const why = (no: string, fen: bigint) => book.take(asked(no, fen));
  expect(book.totalOf('A1')).toBe(60n);
  expect(why('R2', 41n)).toMatchObject({ why: 'AMOUNT_EXCEEDED' });
  expect(why('R2', 40n)).toMatchObject({ why: 'TOO_FREQUENT' });
  first.clock.nowMs += 60_000;
  expect(why('R2', 40n)).toMatchObject({ kind: 'TAKEN', isNew: true });
});
