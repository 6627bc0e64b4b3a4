import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CaseFacts } from './caseHistory.ts';
import type { HealingFacts } from './healingDecision.ts';
import { HEALING_TABLE, healingDecision } from './healingDecision.ts';

const NOON_MS = Date.UTC(2026, 2, 10, 4);
const MINUTE_MS = 60_000;

const CASE_FACTS: CaseFacts = {
  mode: 'THREE_WAY',
  type: 'CHANNEL_ONLY',
  kind: 'PAYMENT',
  refundNo: null,
  businessDate: '2026-03-09',
  channel: 'WECHAT',
  merchantFen: null,
  platformFen: '10000',
  channelFen: '10000',
  isPossiblyCrossDay: false,
  isAmountConflict: false,
  surplusFen: null,
  runId: 'r1',
};

/** HIS has just said "absent" for the second time, and nothing stands against a refund. */
const CLEAR: HealingFacts = {
  nowMs: NOON_MS,
  rules: {
    mode: 'on',
    isIntraday: false,
    perOrderFen: 20_000n,
    dailyFen: 50_000n,
    dailyOrders: 3,
    askAgainAfterMs: 5 * MINUTE_MS,
    notBeforeMs: 30 * MINUTE_MS,
  },
  isStopped: false,
  case: { assignee: null, isBookedAfterRefund: false, facts: CASE_FACTS },
  refusal: null,
  amountFen: 10_000n,
  payments: [{ amountFen: 10_000n, occurredAtMs: NOON_MS - 24 * 60 * MINUTE_MS }],
  refunds: 0,
  bill: 'bill:7',
  channel: null,
  isInMergedReceipt: false,
  isHisOutage: false,
  needsApproval: false,
  used: { orders: 0, fen: 0n },
  his: {
    firstAbsentAtMs: NOON_MS - 6 * MINUTE_MS,
    last: { atMs: NOON_MS, answer: 'ABSENT', detail: '' },
  },
  isHisAsked: true,
};

const REALTIME = {
  ...CLEAR.case,
  facts: { ...CASE_FACTS, mode: 'REALTIME', type: 'PLATFORM_ONLY' },
} as const;
const INTRADAY = { ...CLEAR, case: REALTIME, bill: null, rules: { ...CLEAR.rules, isIntraday: true } };
const PAID = { state: 'PAID', amountFen: 10_000n, channelTxnNo: 'T1' } as const;
const rules = (more: Partial<HealingFacts['rules']>) => ({ rules: { ...CLEAR.rules, ...more } });
const his = (
  answer: 'ABSENT' | 'BOOKED' | 'UNCLEAR',
  agoMs = 0,
  firstAgoMs: number | null = 6 * MINUTE_MS,
) => ({
  his: {
    firstAbsentAtMs: firstAgoMs === null ? null : NOON_MS - firstAgoMs,
    last: { atMs: NOON_MS - agoMs, answer, detail: '' },
  },
});
const NOT_YET = { his: { firstAbsentAtMs: null, last: null }, isHisAsked: false };

const CASES: readonly (readonly [expected: string, facts: Partial<HealingFacts>])[] = [
  ['REFUND HIS_LACKS_IT_TWICE', {}],
  ['WOULD_REFUND HIS_LACKS_IT_TWICE', rules({ mode: 'dry-run' })],
  ['WAIT OFF', rules({ mode: 'off' })],
  ['WAIT STOPPED', { isStopped: true }],
  ['LEAVE TAKEN_BY_A_PERSON', { case: { ...CLEAR.case, assignee: 'li' } }],
  ['LEAVE REFUND_BEFORE', { refunds: 1 }],
  ['LEAVE BOOKED_AFTER_REFUND', { case: { ...CLEAR.case, isBookedAfterRefund: true } }],
  ['LEAVE SEVERAL_PAYMENTS', { payments: [...CLEAR.payments, ...CLEAR.payments] }],
  ['WAIT PAYMENT_NOT_STORED', { payments: [], amountFen: null, refusal: 'DZ_REFUND_EXCEEDS' }],
  ['LEAVE AMOUNT_UNCLEAR', { case: { ...CLEAR.case, facts: { ...CASE_FACTS, isAmountConflict: true } } }],
  ['LEAVE AMOUNT_UNCLEAR', { amountFen: 9_999n }],
  ['LEAVE AMOUNT_UNCLEAR', { amountFen: null }],
  ['LEAVE MERGED_RECEIPT', { isInMergedReceipt: true }],
  ['REFUND HIS_LACKS_IT_TWICE', rules({ perOrderFen: 10_000n })],
  ['LEAVE ABOVE_ORDER_LIMIT', rules({ perOrderFen: 9_999n })],
  ['LEAVE NEEDS_SECOND_PERSON', { needsApproval: true }],
  ['WAIT NOT_ALLOWED_YET', { refusal: 'DZ_ACTION_ADJACENT_OPEN', amountFen: null }],
  ['WAIT NOT_ALLOWED_YET', { refusal: 'DZ_ACTION_BILL_ERROR', amountFen: null }],
  ['LEAVE NOT_ALLOWED', { refusal: 'DZ_REFUND_NO_ROUTE', amountFen: null }],
  ['WAIT AWAITS_BILL', { bill: null }],
  ['WAIT AWAITS_BILL', { bill: null, ...rules({ isIntraday: true }) }],
  ['WAIT AWAITS_BILL', { bill: null, case: REALTIME }],
  ['WAIT TOO_YOUNG', { payments: [{ amountFen: 10_000n, occurredAtMs: NOON_MS - 29 * MINUTE_MS }] }],
  [
    'REFUND HIS_LACKS_IT_TWICE',
    { payments: [{ amountFen: 10_000n, occurredAtMs: NOON_MS - 30 * MINUTE_MS }] },
  ],
  ['REFUND HIS_LACKS_IT_TWICE', { isHisOutage: true }],
  ['WAIT HIS_OUTAGE', { ...INTRADAY, isHisOutage: true }],
  ['REFUND HIS_LACKS_IT_TWICE', { used: { orders: 2, fen: 40_000n } }],
  ['WAIT DAY_BUDGET', { used: { orders: 3, fen: 0n } }],
  ['WAIT DAY_BUDGET', { used: { orders: 0, fen: 40_001n } }],
  ['ASK_HIS ASK_HIS', NOT_YET],
  ['ASK_HIS ASK_HIS', { ...his('UNCLEAR', 0, null), isHisAsked: false }],
  ['WAIT HIS_UNCLEAR', his('UNCLEAR', 0, null)],
  ['WAIT HIS_LACKS_IT_ONCE', his('ABSENT', 0, 0)],
  ['WAIT HIS_LACKS_IT_ONCE', his('ABSENT', 0, 4 * MINUTE_MS)],
  ['ASK_HIS ASK_HIS_AGAIN', { ...his('ABSENT', 6 * MINUTE_MS), isHisAsked: false }],
  // The word of a moment ago is not that of this moment.
  ['ASK_HIS ASK_HIS_AGAIN', { isHisAsked: false }],
  ['WAIT HIS_UNCLEAR', his('UNCLEAR')],
  ['LEAVE HIS_HAS_IT', his('BOOKED')],
  ['LEAVE HIS_HAS_IT', { ...his('BOOKED', 9 * MINUTE_MS), isHisAsked: false }],
  ['ASK_CHANNEL ASK_CHANNEL', INTRADAY],
  ['REFUND HIS_LACKS_IT_TWICE', { ...INTRADAY, channel: PAID }],
  ['REFUND HIS_LACKS_IT_TWICE', { ...INTRADAY, bill: 'bill:7' }],
  ['LEAVE CHANNEL_HAS_ANOTHER_AMOUNT', { ...INTRADAY, channel: { ...PAID, amountFen: 1n } }],
  ['LEAVE CHANNEL_LACKS_IT', { ...INTRADAY, channel: { state: 'NOT_PAID', detail: '' } }],
  ['WAIT CHANNEL_UNCLEAR', { ...INTRADAY, channel: { state: 'UNCLEAR', detail: '' } }],
];

test.each(CASES)('%s (%#)', (expected, facts) => {
  const { kind, reason } = healingDecision({ ...CLEAR, ...facts });
  expect(`${kind} ${reason}`).toBe(expected);
});

test('every row of the table has a case here', () => {
  const seen = new Set(CASES.map(([expected]) => expected.split(' ')[1]));
  expect(
    [...new Set(HEALING_TABLE.map(({ reason }) => reason))].filter((reason) => !seen.has(reason)),
  ).toEqual([]);
});

test('the budget is looked at again at the next Beijing midnight', () => {
  const { untilMs } = healingDecision({ ...CLEAR, used: { orders: 3, fen: 0n } });
  expect(new Date(untilMs ?? 0).toISOString()).toBe('2026-03-10T16:00:00.000Z');
});

test('whatever the facts, money moves only when everything that guards it holds', () => {
  const fen = fc.bigInt({ min: 0n, max: 60_000n });
  const atMs = fc.integer({ min: NOON_MS - 60 * MINUTE_MS, max: NOON_MS });
  const anyFacts = fc.record({
    rules: fc.record({
      mode: fc.constantFrom('off', 'dry-run', 'on'),
      isIntraday: fc.boolean(),
      perOrderFen: fen,
      dailyFen: fen,
      dailyOrders: fc.nat(3),
      askAgainAfterMs: fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS),
      notBeforeMs: fc.constantFrom(0, 30 * MINUTE_MS),
    }),
    isStopped: fc.boolean(),
    refusal: fc.option(fc.constantFrom('DZ_ACTION_SETTLED', 'DZ_ACTION_ADJACENT_OPEN')),
    amountFen: fc.option(fen),
    payments: fc.array(fc.record({ amountFen: fen, occurredAtMs: atMs }), { maxLength: 2 }),
    refunds: fc.nat(1),
    bill: fc.option(fc.constant('bill:7')),
    channel: fc.option(
      fc.oneof(
        fc.record({ state: fc.constant('PAID'), amountFen: fen, channelTxnNo: fc.constant('T') } as const),
        fc.constantFrom(
          { state: 'NOT_PAID', detail: '' } as const,
          { state: 'UNCLEAR', detail: '' } as const,
        ),
      ),
    ),
    isInMergedReceipt: fc.boolean(),
    isHisOutage: fc.boolean(),
    needsApproval: fc.boolean(),
    used: fc.record({ orders: fc.nat(3), fen }),
    his: fc.record({
      firstAbsentAtMs: fc.option(atMs),
      last: fc.option(
        fc.record({ atMs, answer: fc.constantFrom('ABSENT', 'BOOKED', 'UNCLEAR'), detail: fc.constant('') }),
      ),
    }),
    isHisAsked: fc.boolean(),
  });
  // Half of what is drawn comes from the facts under which money does move, so that it often does.
  const mixed = fc
    .tuple(anyFacts, fc.subarray(Object.keys(CLEAR), { maxLength: 3 }))
    .map(([drawn, names]) => ({
      ...CLEAR,
      ...Object.fromEntries(Object.entries(drawn).filter(([name]) => names.includes(name))),
    }));
  let moved = 0;
  fc.assert(
    fc.property(mixed, (facts: HealingFacts) => {
      if (healingDecision(facts).kind !== 'REFUND') return;
      moved += 1;
      const { his: heard, rules: limits, used, amountFen, channel } = facts;
      const [payment] = facts.payments;
      expect(limits.mode).toBe('on');
      expect([facts.isStopped, facts.needsApproval, facts.isInMergedReceipt]).toEqual([false, false, false]);
      expect([facts.refunds, facts.refusal, facts.payments.length]).toEqual([0, null, 1]);
      expect(amountFen).toBe(payment?.amountFen);
      expect((amountFen ?? 0n) <= limits.perOrderFen && used.fen + (amountFen ?? 0n) <= limits.dailyFen).toBe(
        true,
      );
      expect(used.orders).toBeLessThan(limits.dailyOrders);
      expect([heard.last?.answer, facts.isHisAsked]).toEqual(['ABSENT', true]);
      expect((heard.last?.atMs ?? 0) - (heard.firstAbsentAtMs ?? Infinity)).toBeGreaterThanOrEqual(
        limits.askAgainAfterMs,
      );
      expect(facts.bill !== null || (channel?.state === 'PAID' && channel.amountFen === amountFen)).toBe(
        true,
      );
    }),
    { numRuns: 5_000 },
  );
  expect(moved).toBeGreaterThan(500);
});
