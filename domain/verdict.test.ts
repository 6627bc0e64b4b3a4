import fc from 'fast-check';
import { expect, test } from 'vitest';
import { businessDateOf, instantOfLocal } from './businessDate.ts';
import type { Book, Entry } from './entry.ts';
import { BOOKS } from './entry.ts';
import { DEFAULT_RULES } from './merchant.ts';
import type { JudgeContext, Verdict } from './verdict.ts';
import { judgeOrder, MODES } from './verdict.ts';

const THREE_WAY: JudgeContext = { mode: 'THREE_WAY', rules: DEFAULT_RULES };
const REALTIME: JudgeContext = { mode: 'REALTIME', rules: DEFAULT_RULES, deadlinePassed: () => true };
const TWO_WAY: JudgeContext = { mode: 'TWO_WAY', rules: DEFAULT_RULES };

/** A line of the order HP1: `line('PLATFORM', 100n)` is its payment of one yuan at noon on 9 March. */
function line(book: Book, amountFen: bigint, more: Partial<Entry> & { at?: string } = {}): Entry {
  const { at = '2026-03-09 12:00:00', ...rest } = more;
  const occurredAtMs = instantOfLocal(at) ?? Number.NaN;
  return {
    book,
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo: 'HP1',
    refundNo: null,
    channel: book === 'MERCHANT' ? null : 'WECHAT',
    channelTxnNo: book === 'MERCHANT' ? null : '4200',
    hisOrderNo: book === 'MERCHANT' ? 'R1' : null,
    amountFen,
    occurredAtMs,
    businessDate: businessDateOf(occurredAtMs),
    businessType: null,
    source: 'EVENT',
    sourceRef: '',
    ...rest,
  };
}

const refund = (
  book: Book,
  amountFen: bigint,
  refundNo: string | null = 'RF1',
  more: Partial<Entry> & { at?: string } = {},
) => line(book, amountFen, { kind: 'REFUND', refundNo, ...more });

function codes(verdicts: readonly Verdict[]): string[] {
  return verdicts.map((v) => `${v.keyPart} ${v.code}`);
}

test('several receipts that add up to the payment are a split, several that each equal it a duplicate', () => {
  const half = (receipt: string, fen: bigint) => line('MERCHANT', fen, { hisOrderNo: receipt });
  const [split] = judgeOrder([line('PLATFORM', 100n), half('R1', 60n), half('R2', 40n)], REALTIME);
  expect(split).toMatchObject({ code: 'MATCHED', split: true });
  const [twice] = judgeOrder([line('PLATFORM', 100n), half('R1', 100n), half('R2', 100n)], REALTIME);
  expect(twice).toMatchObject({ code: 'DUPLICATE', surplusFen: 100n });
});

test('a second transaction under one order number is a duplicate, a repeated line is nothing', () => {
  const second = line('PLATFORM', 100n, { channelTxnNo: '4201', at: '2026-03-09 12:01:00' });
  expect(codes(judgeOrder([line('PLATFORM', 100n), second, line('MERCHANT', 100n)], REALTIME))).toEqual([
    'P DUPLICATE',
  ]);
  const repeated = [line('PLATFORM', 100n), line('PLATFORM', 100n), line('MERCHANT', 100n)];
  expect(codes(judgeOrder(repeated, REALTIME))).toEqual(['P MATCHED']);
});

test('one identity with two amounts is a mismatch that shows the conflict', () => {
  const [verdict] = judgeOrder(
    [line('PLATFORM', 100n), line('PLATFORM', 90n), line('MERCHANT', 100n)],
    REALTIME,
  );
  expect(verdict?.code).toBe('AMOUNT_MISMATCH');
  expect(verdict?.sides.PLATFORM?.conflict).toBe(true);
});

test('a payment and its refunds that all lack the merchant and add up to nothing are an offset', () => {
  const lines = [line('CHANNEL', 100n), refund('CHANNEL', 60n), refund('CHANNEL', 40n, 'RF2')];
  expect(codes(judgeOrder(lines, THREE_WAY))).toEqual(['P OFFSET', 'RRF1 OFFSET', 'RRF2 OFFSET']);
});

test.each([
  ['the refund is partial', [line('CHANNEL', 100n), refund('CHANNEL', 60n)]],
  [
    'the merchant booked the payment',
    [line('CHANNEL', 100n), refund('CHANNEL', 100n), line('MERCHANT', 100n)],
  ],
  [
    'only the platform gave it back',
    [line('CHANNEL', 100n), line('PLATFORM', 100n), refund('PLATFORM', 100n)],
  ],
])('no offset when %s', (_, lines) => {
  expect(judgeOrder(lines, THREE_WAY).map((v) => v.code)).not.toContain('OFFSET');
});

test('in real time a refund of a payment that the window knows as matched is no offset', () => {
  const verdicts = judgeOrder([refund('PLATFORM', 100n)], { ...REALTIME, paymentMatched: true });
  expect(codes(verdicts)).toEqual(['RRF1 PLATFORM_ONLY']);
});

test('equal amounts on different dates are cross-day, on the date of the platform, and never one-sided', () => {
  const lines = [
    line('PLATFORM', 100n, { at: '2026-03-09 23:59:41' }),
    line('CHANNEL', 100n, { at: '2026-03-09 23:59:41' }),
    line('MERCHANT', 100n, { at: '2026-03-10 00:01:07' }),
  ];
  expect(judgeOrder(lines, THREE_WAY)).toMatchObject([{ code: 'CROSS_DAY', businessDate: '2026-03-09' }]);
});

test('a one-sided entry near the cut-off is possibly cross-day, one at noon is not', () => {
  expect(
    judgeOrder([line('CHANNEL', 100n, { at: '2026-03-09 23:59:41' })], THREE_WAY)[0]?.possiblyCrossDay,
  ).toBe(true);
  expect(judgeOrder([line('CHANNEL', 100n)], THREE_WAY)[0]?.possiblyCrossDay).toBe(false);
});

test('lines of one key further apart than the cross-day span do not settle each other', () => {
  const lines = [
    line('PLATFORM', 100n),
    line('CHANNEL', 100n),
    line('MERCHANT', 100n, { at: '2026-03-17 12:00:00' }),
  ];
  expect(codes(judgeOrder(lines, THREE_WAY))).toEqual(['P CHANNEL_ONLY', 'P MERCHANT_ONLY']);
});

test('a HIS refund without a number takes the one that fits, and none when two fit', () => {
  const numberless = refund('MERCHANT', 50n, null);
  const one = [numberless, refund('PLATFORM', 50n), refund('CHANNEL', 50n)];
  expect(codes(judgeOrder(one, THREE_WAY))).toEqual(['RRF1 MATCHED']);
  const two = [...one, refund('PLATFORM', 50n, 'RF2'), refund('CHANNEL', 50n, 'RF2')];
  expect(judgeOrder(two, THREE_WAY).map((v) => v.code)).toEqual([
    'CHANNEL_ONLY',
    'CHANNEL_ONLY',
    'MERCHANT_ONLY',
  ]);
});

test('a channel-only payment that the platform has with another amount carries the conflict', () => {
  const [verdict] = judgeOrder([line('PLATFORM', 100n), line('CHANNEL', 90n)], THREE_WAY);
  expect(verdict).toMatchObject({ code: 'CHANNEL_ONLY', amountConflict: true });
});

test('in real time nothing is one-sided before its deadline', () => {
  expect(judgeOrder([line('PLATFORM', 100n)], { ...REALTIME, deadlinePassed: () => false })).toEqual([]);
});

const anyLine = fc
  .record({
    book: fc.constantFrom(...BOOKS),
    amountFen: fc.constantFrom(100n, 50n),
    identity: fc.constantFrom('1', '2'),
    refundNo: fc.constantFrom(null, null, 'RF1', 'RF2'),
    at: fc.constantFrom(
      '2026-03-09 12:00:00',
      '2026-03-09 23:59:00',
      '2026-03-10 00:01:00',
      '2026-03-25 12:00:00',
    ),
  })
  .map(({ identity, refundNo, ...rest }) =>
    line(rest.book, rest.amountFen, {
      at: rest.at,
      kind: refundNo === null ? 'PAYMENT' : 'REFUND',
      refundNo,
      ...(rest.book === 'MERCHANT' ? { hisOrderNo: identity } : { channelTxnNo: identity }),
    }),
  );

test('the order and repetition of lines change no verdict, in any mode', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { minLength: 1, maxLength: 7 }), fc.integer({ min: 0 }), (lines, turn) => {
      const shuffled = [
        ...lines.slice(turn % lines.length),
        ...lines.slice(0, turn % lines.length),
        ...lines.slice(0, 2),
      ].reverse();
      for (const mode of MODES) {
        const context = { mode, rules: DEFAULT_RULES };
        expect(judgeOrder(shuffled, context)).toEqual(judgeOrder(lines, context));
      }
    }),
  );
});

test('a book stands in the verdicts exactly when it has lines, never with more than they hold', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { minLength: 1, maxLength: 6 }), (lines) => {
      const verdicts = judgeOrder(lines, THREE_WAY);
      for (const book of BOOKS) {
        const held = lines.filter((l) => l.book === book).reduce((sum, l) => sum + l.amountFen, 0n);
        const shown = verdicts.reduce((sum, v) => sum + (v.sides[book]?.amountFen ?? 0n), 0n);
        expect(shown > 0n).toBe(held > 0n);
        expect(shown <= held).toBe(true);
      }
    }),
  );
});

test('two-way knows platform and channel alone', () => {
  expect(codes(judgeOrder([line('PLATFORM', 100n), line('CHANNEL', 100n)], TWO_WAY))).toEqual(['P MATCHED']);
  expect(codes(judgeOrder([line('PLATFORM', 100n), line('MERCHANT', 100n)], TWO_WAY))).toEqual([
    'P PLATFORM_ONLY',
  ]);
  expect(codes(judgeOrder([line('CHANNEL', 100n)], TWO_WAY))).toEqual(['P CHANNEL_ONLY']);
  expect(judgeOrder([line('MERCHANT', 100n)], TWO_WAY)).toEqual([]);
});
