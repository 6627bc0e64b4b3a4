import { describe, expect, test } from 'vitest';
import { businessDateOf, instantOfLocal } from '../../domain/businessDate.ts';
import type { Book, Entry, Kind } from '../../domain/entry.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { Mode, Verdict } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { jsonOfResult, rowsForDate, Tally, tallyVerdicts } from './tally.ts';

function line(book: Book, kind: Kind, orderNo: string, amountFen: bigint, time: string): Entry {
  const occurredAtMs = instantOfLocal(time) ?? Number.NaN;
  return {
    book,
    merchantId: 'H001',
    kind,
    orderNo,
    refundNo: kind === 'REFUND' ? `F${orderNo}` : null,
    channel: 'WECHAT',
    channelTxnNo: `T${orderNo}`,
    hisOrderNo: book === 'MERCHANT' ? `R${orderNo}` : null,
    amountFen,
    occurredAtMs,
    businessDate: businessDateOf(occurredAtMs),
    businessType: null,
    source: 'BILL',
    sourceRef: 'test',
  };
}

const judged = (lines: readonly Entry[], mode: Mode = 'THREE_WAY'): Verdict[] =>
  [...Map.groupBy(lines, (entry) => entry.orderNo).values()].flatMap((order) =>
    judgeOrder(order, { mode, rules: DEFAULT_RULES }),
  );

const books: readonly Book[] = ['MERCHANT', 'PLATFORM', 'CHANNEL'];
const everywhere = (kind: Kind, orderNo: string, fen: bigint, time: string): Entry[] =>
  books.map((book) => line(book, kind, orderNo, fen, time));

const crossDay = [
  line('MERCHANT', 'PAYMENT', 'B', 200n, '2026-03-10 00:01:07'),
  line('PLATFORM', 'PAYMENT', 'B', 200n, '2026-03-09 23:59:41'),
  line('CHANNEL', 'PAYMENT', 'B', 200n, '2026-03-09 23:59:41'),
];
const offsetOverMidnight = [
  line('CHANNEL', 'PAYMENT', 'C', 300n, '2026-03-09 23:59:00'),
  line('CHANNEL', 'REFUND', 'C', 300n, '2026-03-10 00:02:00'),
];

describe('the tally of verdicts', () => {
  test('is BALANCED when no verdict needs a person, and sums each book', () => {
    const verdicts = judged([
      ...everywhere('PAYMENT', 'A', 100n, '2026-03-09 10:00:00'),
      ...everywhere('REFUND', 'A', 40n, '2026-03-09 11:00:00'),
      ...crossDay,
      ...offsetOverMidnight,
    ]);
    const result = tallyVerdicts(verdicts, 'THREE_WAY');
    expect(result.outcome).toBe('BALANCED');
    expect(result.verdicts).toEqual({ MATCHED: 2, OFFSET: 2, CROSS_DAY: 1 });
    expect(result.books).toEqual({
      MERCHANT: { payments: 2, refunds: 1, paymentFen: 300n, refundFen: 40n },
      PLATFORM: { payments: 2, refunds: 1, paymentFen: 300n, refundFen: 40n },
      CHANNEL: { payments: 3, refunds: 2, paymentFen: 600n, refundFen: 340n },
    });
  });

  test('is UNBALANCED with one exception, and shows what each book said', () => {
    const result = tallyVerdicts(
      judged(everywhere('PAYMENT', 'A', 100n, '2026-03-09 10:00:00').slice(0, 2)),
      'THREE_WAY',
    );
    expect(result.outcome).toBe('UNBALANCED');
    expect(result.exceptions).toEqual([
      {
        verdict: 'MERCHANT_ONLY',
        kind: 'PAYMENT',
        businessDate: '2026-03-09',
        orderNo: 'A',
        refundNo: null,
        channel: 'WECHAT',
        merchantFen: 100n,
        platformFen: 100n,
        channelFen: null,
        possiblyCrossDay: false,
        channelConflict: false,
        ambiguousRefund: false,
        possibleDuplicateOf: null,
        mergedReceipt: null,
      },
    ]);
  });

  test('does not depend on the order in which orders come', () => {
    const verdicts = judged([
      ...everywhere('PAYMENT', 'A', 100n, '2026-03-09 10:00:00').slice(0, 1),
      ...everywhere('PAYMENT', 'D', 100n, '2026-03-09 10:00:00').slice(1),
      ...everywhere('PAYMENT', 'E', 100n, '2026-03-08 10:00:00').slice(2),
    ]);
    const orders = (list: readonly Verdict[]) =>
      tallyVerdicts(list, 'THREE_WAY').exceptions.map((exception) => exception.orderNo);
    expect(orders(verdicts)).toEqual(['E', 'A', 'D']);
    expect(orders(verdicts.toReversed())).toEqual(['E', 'A', 'D']);
  });

  test.each([
    ['2026-03-09', 0n, 200n],
    ['2026-03-10', 200n, 0n],
  ])('counts a cross-day pair on %s with only the sides of that date', (date, merchantFen, platformFen) => {
    const tally = new Tally('THREE_WAY', date);
    tally.add(rowsForDate(judged(crossDay), crossDay, date));
    const result = tally.result();
    expect(result.verdicts).toEqual({ CROSS_DAY: 1 });
    expect(result.books.MERCHANT?.paymentFen).toBe(merchantFen);
    expect(result.books.PLATFORM?.paymentFen).toBe(platformFen);
  });

  test('keeps both halves of an offset that lies on two dates, and neither on a third', () => {
    const verdicts = judged(offsetOverMidnight);
    expect(rowsForDate(verdicts, offsetOverMidnight, '2026-03-09')).toHaveLength(2);
    expect(rowsForDate(verdicts, offsetOverMidnight, '2026-03-10')).toHaveLength(2);
    expect(rowsForDate(verdicts, offsetOverMidnight, '2026-03-11')).toHaveLength(0);
  });

  test('adds up in parts to what it adds up to at once', () => {
    const one = judged(everywhere('PAYMENT', 'A', 100n, '2026-03-09 10:00:00'));
    const two = judged([...crossDay, ...everywhere('REFUND', 'D', 7n, '2026-03-09 10:00:00').slice(2)]);
    const parts = new Tally('THREE_WAY');
    parts.addMatched('2026-03-09', { payments: 1, refunds: 0, paymentFen: 100n, refundFen: 0n });
    parts.merge(tallyVerdicts(two, 'THREE_WAY'));
    expect(parts.result()).toEqual(tallyVerdicts([...one, ...two], 'THREE_WAY'));
  });

  test('writes fen as strings and books in lower case, and only those the mode compares', () => {
    const verdicts = judged(everywhere('PAYMENT', 'A', 100n, '2026-03-09 10:00:00').slice(1), 'TWO_WAY');
    expect(jsonOfResult(tallyVerdicts(verdicts, 'TWO_WAY'))).toEqual({
      mode: 'TWO_WAY',
      outcome: 'BALANCED',
      books: {
        platform: { payments: 1, refunds: 0, paymentFen: '100', refundFen: '0' },
        channel: { payments: 1, refunds: 0, paymentFen: '100', refundFen: '0' },
      },
      verdicts: { MATCHED: 1 },
      exceptions: [],
    });
  });
});
