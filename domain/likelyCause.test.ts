import { describe, expect, test } from 'vitest';
import { addDays, startOfDate } from './businessDate.ts';
import type { CauseFacts, CauseLine, NearbyKey } from './causeFacts.ts';
import type { Book } from './entry.ts';
import { CAUSE_RULES, LEAST_PRECISION, likelyCauseOf } from './likelyCause.ts';
import { DEFAULT_RULES } from './merchant.ts';

const DATE = '2026-03-09';
const TEN_MS = startOfDate(DATE) + 10 * 3_600_000;
const MINUTE_MS = 60_000;
const BOTH = ['PLATFORM', 'CHANNEL'] as const;
const ALL = ['MERCHANT', 'PLATFORM', 'CHANNEL'] as const;

function at(minutes: number, amountFen = 8_765n, businessDate = DATE): CauseLine {
  return { amountFen, occurredAtMs: TEN_MS + minutes * MINUTE_MS, businessDate };
}

function nearby(
  orderNo: string,
  books: readonly Book[],
  line: CauseLine,
  more: Partial<NearbyKey> = {},
): NearbyKey {
  const of = <T>(value: T) => ({
    MERCHANT: books.includes('MERCHANT') ? value : null,
    PLATFORM: books.includes('PLATFORM') ? value : null,
    CHANNEL: books.includes('CHANNEL') ? value : null,
  });
  return {
    orderNo,
    kind: 'PAYMENT',
    channel: 'WECHAT',
    businessType: 'OUTPATIENT_FEE',
    receipts: [],
    amounts: of(line.amountFen),
    times: of(line.occurredAtMs),
    ...more,
  };
}

function facts(
  lines: Partial<Record<Book, readonly CauseLine[]>>,
  around: readonly NearbyKey[] = [],
  more: Partial<CauseFacts> = {},
): CauseFacts {
  return {
    orderNo: 'HP1',
    kind: 'PAYMENT',
    lines: { MERCHANT: [], PLATFORM: [], CHANNEL: [], ...lines },
    rules: DEFAULT_RULES,
    nearby: around,
    ...more,
  };
}

const ruleOf = (given: CauseFacts) => likelyCauseOf(given).rule;
const lacksReceipt = { PLATFORM: [at(0)], CHANNEL: [at(0)] };

test('a rule that was measured below the least precision stays silent', () => {
  const silent = CAUSE_RULES.filter(({ precision }) => precision < LEAST_PRECISION);
  expect(silent.map(({ name }) => name)).toContain('few-fen');
  const given = facts({ MERCHANT: [at(0, 8_766n)], PLATFORM: [at(0)], CHANNEL: [at(0)] });
  expect(silent.some(({ find }) => find(given) !== null)).toBe(true);
  expect(likelyCauseOf(given)).toMatchObject({ cause: 'UNKNOWN', rule: null, precision: null });
});

test('whoever speaks gives its evidence in both languages', () => {
  const told = likelyCauseOf(facts({ PLATFORM: [at(12)], CHANNEL: [at(0)] }));
  expect(told).toMatchObject({ cause: 'LOST_CALLBACK', rule: 'late-callback' });
  expect(told.evidence).toEqual({
    en: 'the platform has it 12 min after the channel',
    zh: '芸泰比渠道晚 12 分钟才记录该支付，支付通知可能丢失或延迟',
  });
});

describe('a merged receipt', () => {
  const paidAtMs = at(0).occurredAtMs;
  const holder = nearby('HP1', ALL, at(0), {
    amounts: { MERCHANT: 9_000n, PLATFORM: 2_000n, CHANNEL: 2_000n },
    times: { MERCHANT: at(4).occurredAtMs, PLATFORM: paidAtMs, CHANNEL: paidAtMs },
  });
  const parts = [nearby('HP2', BOTH, at(2, 3_000n)), nearby('HP3', BOTH, at(3, 4_000n))];
  const own = { MERCHANT: [at(4, 9_000n)], PLATFORM: [at(0, 2_000n)], CHANNEL: [at(0, 2_000n)] };

  test('is seen from the order that holds it and from those that lack theirs', () => {
    expect(ruleOf(facts(own, [holder, ...parts]))).toBe('merged-receipt');
    const part = { PLATFORM: [at(2, 3_000n)], CHANNEL: [at(2, 3_000n)] };
    expect(ruleOf(facts(part, [holder, ...parts], { orderNo: 'HP2' }))).toBe('merged-receipt');
  });

  test('is none where another choice of payments adds up to it as well, or the sum is off by a fen', () => {
    const third = nearby('HP4', BOTH, at(1, 7_000n));
    expect(ruleOf(facts(own, [holder, ...parts, third]))).toBeNull();
    expect(
      ruleOf(
        facts({ ...own, MERCHANT: [at(0, 9_001n)] }, [
          { ...holder, amounts: { ...holder.amounts, MERCHANT: 9_001n } },
          ...parts,
        ]),
      ),
    ).toBeNull();
  });
});

test('a receipt that was written before the others were paid is no merged one', () => {
  const amounts = { MERCHANT: 5_000n, PLATFORM: 2_000n, CHANNEL: 2_000n };
  const own = { MERCHANT: [at(0, 5_000n)], PLATFORM: [at(0, 2_000n)], CHANNEL: [at(0, 2_000n)] };
  const before = [nearby('HP1', ALL, at(0), { amounts }), nearby('HP2', BOTH, at(-2, 3_000n))];
  const after = [nearby('HP1', ALL, at(0), { amounts }), nearby('HP2', BOTH, at(2, 3_000n))];
  expect(ruleOf(facts(own, before))).toBe('merged-receipt');
  expect(ruleOf(facts(own, after))).toBeNull();
});

describe('a second tap', () => {
  test('is two transactions of one amount within minutes, not within hours and not of two amounts', () => {
    const twice = (second: CauseLine) =>
      facts({ MERCHANT: [at(0)], PLATFORM: [at(0)], CHANNEL: [at(0), second] });
    expect(ruleOf(twice(at(2)))).toBe('second-transaction');
    expect(ruleOf(twice(at(60)))).toBeNull();
    expect(ruleOf(twice(at(2, 1n)))).toBeNull();
  });

  test('is a payment for which the platform names the receipt of another of the same amount', () => {
    const self = nearby('HP1', BOTH, at(0), { receipts: ['R1'] });
    const other = (receipts: readonly string[]) => nearby('HP2', ALL, at(30), { receipts });
    expect(ruleOf(facts(lacksReceipt, [self, other(['R1'])]))).toBe('same-receipt');
    expect(ruleOf(facts(lacksReceipt, [self, other(['R2'])]))).toBeNull();
  });

  test('is an amount that nobody else paid; a common or a round one says nothing', () => {
    const around = [nearby('HP1', BOTH, at(0)), nearby('HP2', ALL, at(-4))];
    expect(ruleOf(facts(lacksReceipt, around))).toBe('same-rare-amount');
    expect(ruleOf(facts(lacksReceipt, [...around, nearby('HP3', ALL, at(50))]))).toBeNull();
    const round = { PLATFORM: [at(0, 1_000n)], CHANNEL: [at(0, 1_000n)] };
    const alike = [nearby('HP1', BOTH, at(0, 1_000n)), nearby('HP2', ALL, at(-4, 1_000n))];
    expect(ruleOf(facts(round, alike))).toBeNull();
  });
});

describe('around midnight', () => {
  const midnight = 14 * 60;
  const neighbours = (skewMinutes: number) =>
    Array.from({ length: 8 }, (_, i) =>
      nearby(`N${i}`, ALL, at(midnight - i), {
        times: {
          MERCHANT: at(midnight - i + skewMinutes).occurredAtMs,
          PLATFORM: at(midnight - i).occurredAtMs,
          CHANNEL: null,
        },
      }),
    );
  const pair = (apart: number) => ({
    PLATFORM: [at(midnight - 1)],
    MERCHANT: [at(midnight - 1 + apart, 8_765n, addDays(DATE, 1))],
  });

  test('books on two dates are of the midnight, and of the clock where its neighbours are as far off', () => {
    expect(ruleOf(facts(pair(2), neighbours(0)))).toBe('across-midnight');
    expect(ruleOf(facts(pair(12), neighbours(12)))).toBe('clock-skew');
    expect(ruleOf(facts(pair(2), neighbours(12)))).toBe('across-midnight');
  });

  test('one alone near midnight is of neither, and neither is a difference of amounts', () => {
    expect(ruleOf(facts({ PLATFORM: [at(midnight - 1)], CHANNEL: [at(midnight - 1)] }))).toBeNull();
    const { PLATFORM } = pair(2);
    expect(ruleOf(facts({ PLATFORM, MERCHANT: [at(midnight + 1, 1n, addDays(DATE, 1))] }))).toBeNull();
  });
});

describe('rounding', () => {
  const booked = (fen: bigint, paid = 8_763n) =>
    facts({ MERCHANT: [at(0, fen)], PLATFORM: [at(0, paid)], CHANNEL: [at(0, paid)] });

  test('to 0.1 yuan is seen where HIS has whole jiao and nobody else has', () => {
    expect(ruleOf(booked(8_760n))).toBe('rounded-to-jiao');
    expect(ruleOf(booked(8_770n))).toBeNull();
    expect(ruleOf(booked(8_760n, 8_750n))).toBeNull();
  });

  test('is none where platform and channel disagree', () => {
    expect(
      ruleOf(facts({ MERCHANT: [at(0, 8_760n)], PLATFORM: [at(0, 8_763n)], CHANNEL: [at(0, 8_762n)] })),
    ).toBeNull();
  });
});

test('a payment that only the channel has was lost on its way to the platform, if its number is one of the platform', () => {
  const ours = [nearby('HP9', ALL, at(1))];
  expect(ruleOf(facts({ CHANNEL: [at(0)] }, ours))).toBe('never-called-back');
  expect(ruleOf(facts({ CHANNEL: [at(0)] }, ours, { orderNo: 'POS0000001' }))).toBeNull();
  expect(ruleOf(facts({ CHANNEL: [at(0)] }, ours, { kind: 'REFUND' }))).toBeNull();
});

describe('an outage of HIS', () => {
  const gap = (lost: number, booked: number) => [
    nearby('BEFORE', ALL, at(-10, 1n)),
    nearby('AFTER', ALL, at(20, 2n)),
    ...Array.from({ length: lost }, (_, i) => nearby(`L${i}`, BOTH, at(i, 1_000n + BigInt(i)))),
    ...Array.from({ length: booked }, (_, i) =>
      nearby(`B${i}`, ALL, at(i, 2_000n + BigInt(i)), {
        times: { MERCHANT: at(25).occurredAtMs, PLATFORM: at(i).occurredAtMs, CHANNEL: null },
      }),
    ),
  ];

  test('is a stretch without any receipt, of which HIS lacks several payments', () => {
    expect(ruleOf(facts(lacksReceipt, gap(4, 3)))).toBe('his-outage');
  });

  test('is none where a single payment is lost, at a quiet hour, or while HIS goes on booking', () => {
    expect(ruleOf(facts(lacksReceipt, gap(1, 8)))).toBeNull();
    expect(ruleOf(facts(lacksReceipt, gap(3, 0)))).toBeNull();
    const receipts = Array.from({ length: 30 }, (_, i) =>
      nearby(`R${i}`, ALL, at(i - 9.5, 3_000n + BigInt(i))),
    );
    expect(ruleOf(facts(lacksReceipt, [...gap(4, 3), ...receipts]))).toBeNull();
  });

  test('is none where the receipts before it were minutes away from their payments: a wrong clock makes gaps, too', () => {
    const rest = gap(4, 3).slice(1);
    const wrong = { MERCHANT: at(-10).occurredAtMs, PLATFORM: at(2).occurredAtMs, CHANNEL: null };
    expect(
      ruleOf(facts(lacksReceipt, [{ ...nearby('BEFORE', ALL, at(2, 1n)), times: wrong }, ...rest])),
    ).toBeNull();
  });

  test('says nothing of what the platform never had', () => {
    const given = facts({ CHANNEL: [at(0)] }, gap(4, 3), { orderNo: 'POS1' });
    expect(ruleOf(given)).toBeNull();
  });
});
