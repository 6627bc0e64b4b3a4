import { describe, expect, test } from 'vitest';
import { instantOfLocal } from './businessDate.ts';
import type { DuplicateCandidate } from './duplicateHint.ts';
import { hintDuplicates } from './duplicateHint.ts';
import type { Book, Entry } from './entry.ts';
import { DEFAULT_RULES } from './merchant.ts';
import type { Verdict } from './verdict.ts';
import { judgeOrder } from './verdict.ts';

const at = (time: string): number => instantOfLocal(`2026-03-09 ${time}`) ?? Number.NaN;

function payment(orderNo: string, book: Book, amountFen: bigint, time: string): Entry {
  return {
    book,
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: `T${orderNo}`,
    hisOrderNo: null,
    amountFen,
    occurredAtMs: at(time),
    businessDate: '2026-03-09',
    businessType: null,
    source: 'BILL',
    sourceRef: 'test',
  };
}

function judged(orderNo: string, books: readonly Book[], amountFen: bigint, time: string): Verdict[] {
  return judgeOrder(
    books.map((book) => payment(orderNo, book, amountFen, time)),
    { mode: 'THREE_WAY', rules: DEFAULT_RULES },
  );
}

function candidate(
  orderNo: string,
  time: string,
  more: Partial<DuplicateCandidate> = {},
): DuplicateCandidate {
  return {
    orderNo,
    amountFen: 4560n,
    occurredAtMs: at(time),
    hisOrderNo: null,
    hasMerchant: true,
    channel: 'WECHAT',
    ...more,
  };
}

const hintOf = (verdicts: readonly Verdict[], candidates: readonly DuplicateCandidate[]) =>
  hintDuplicates(verdicts, candidates).map((verdict) => verdict.possibleDuplicateOf);

describe('the hint at a probable repeat', () => {
  const surplus = judged('B', ['PLATFORM', 'CHANNEL'], 4560n, '12:10:00');

  test('names the order that shares the receipt number in the platform book, however far away', () => {
    const own = candidate('B', '12:10:00', { hisOrderNo: 'R1', hasMerchant: false });
    expect(hintOf(surplus, [own, candidate('A', '08:00:00', { hisOrderNo: 'R1' })])).toEqual(['A']);
  });

  test('prefers a shared receipt number to a nearer order of the same amount', () => {
    const own = candidate('B', '12:10:00', { hisOrderNo: 'R1', hasMerchant: false });
    const shared = candidate('A', '12:01:00', { hisOrderNo: 'R1' });
    expect(hintOf(surplus, [own, candidate('C', '12:09:59'), shared])).toEqual(['A']);
  });

  test.each([
    ['ten minutes before', '12:00:00', 'A'],
    ['more than ten minutes before', '11:59:59', null],
    ['ten minutes after', '12:20:00', 'A'],
    ['more than ten minutes after', '12:20:01', null],
  ])('an order of equal amount %s gives %s → %s', (_, time, hint) => {
    expect(hintOf(surplus, [candidate('A', time)])).toEqual([hint]);
  });

  test('is not given by an order without a receipt or with another amount', () => {
    expect(
      hintOf(surplus, [
        candidate('A', '12:09:00', { hasMerchant: false }),
        candidate('C', '12:09:00', { amountFen: 4561n }),
      ]),
    ).toEqual([null]);
  });

  test('takes the nearest order, then the smallest order number, in any order of candidates', () => {
    const candidates = [candidate('D', '12:11:00'), candidate('C', '12:09:00'), candidate('E', '12:05:00')];
    expect(hintOf(surplus, candidates)).toEqual(['C']);
    expect(hintOf(surplus, candidates.toReversed())).toEqual(['C']);
  });

  test('never names the order itself, whose lines are candidates too', () => {
    expect(hintOf(surplus, [candidate('B', '12:10:00'), candidate('B', '12:10:02')])).toEqual([null]);
  });

  test('is given to PLATFORM_ONLY payments as well, and to nothing that the merchant has', () => {
    expect(hintOf(judged('B', ['PLATFORM'], 4560n, '12:10:00'), [candidate('A', '12:09:00')])).toEqual(['A']);
    expect(hintOf(judged('B', ['MERCHANT'], 4560n, '12:10:00'), [candidate('A', '12:09:00')])).toEqual([
      null,
    ]);
  });
});
