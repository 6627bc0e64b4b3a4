import { businessDateOf, addDays, startOfDate } from './businessDate.ts';
import type { CaseFacts, CaseState } from './caseHistory.ts';
import type { HealingKind, HealingRules, HealingUse, HisHeard, PaymentAnswer } from './selfHealing.ts';
import type { Words } from './words.ts';

// What the system does about a payment that HIS lacks. The table is read from above: the first row that holds decides.

/** All that the decision goes by. */
export type HealingFacts = {
  readonly nowMs: number;
  readonly rules: HealingRules;
  /** The kill switch, of the hospital or of all. */
  readonly isStopped: boolean;
  readonly case: Pick<CaseState, 'assignee' | 'isBookedAfterRefund'> & { readonly facts: CaseFacts };
  /** The policy's word against a refund (domain/policy.ts, resolution/planRefund.ts); null: it allows it. */
  readonly refusal: string | null;
  /** What a refund would return. */
  readonly amountFen: bigint | null;
  /** Distinct payments of the order, by the channel's book, else the platform's. */
  readonly payments: readonly { readonly amountFen: bigint; readonly occurredAtMs: number }[];
  /** Refunds of the order, in any book or ours, whatever became of them. */
  readonly refunds: number;
  /** Id of the channel's bill that has the payment. */
  readonly bill: string | null;
  /** null: not asked. */
  readonly channel: PaymentAnswer | null;
  readonly isInMergedReceipt: boolean;
  /** HIS booked nothing at all around the payment. */
  readonly isHisOutage: boolean;
  /** A second person would have to agree. */
  readonly needsApproval: boolean;
  readonly used: HealingUse;
  readonly his: HisHeard;
  /** HIS was asked in this look: the answer that the money rests on is of this moment. */
  readonly isHisAsked: boolean;
};

export type HealingDecision =
  | { readonly kind: HealingKind; readonly reason: HealingReason; readonly untilMs: number | null }
  | { readonly kind: 'ASK_HIS' | 'ASK_CHANNEL'; readonly reason: HealingReason; readonly untilMs: null };

type Kind = HealingDecision['kind'];
type Row = {
  readonly reason: string;
  readonly kind: Kind | ((facts: HealingFacts) => Kind);
  readonly holds: (facts: HealingFacts) => boolean;
  /** When it is worth looking again; absent: with the next thing that happens. */
  readonly until?: (facts: HealingFacts) => number;
};

/** How long to wait for something whose end nobody knows. */
const LOOK_AGAIN_MS = 5 * 60_000;
/** Refusals that end by themselves. */
const PASSING: readonly string[] = [
  'DZ_ACTION_ADJACENT_OPEN',
  'DZ_ACTION_BILL_ERROR',
  'DZ_ACTION_UNFINISHED',
  'DZ_REFUND_TOO_SOON',
];

const later = ({ nowMs }: HealingFacts): number => nowMs + LOOK_AGAIN_MS;
const isProvisional = ({ case: { facts } }: HealingFacts): boolean => facts.mode === 'REALTIME';
const oldEnoughMs = ({ payments, rules }: HealingFacts): number =>
  Math.max(0, ...payments.map(({ occurredAtMs }) => occurredAtMs)) + rules.notBeforeMs;
const askAgainMs = ({ his, rules }: HealingFacts): number =>
  (his.firstAbsentAtMs ?? 0) + rules.askAgainAfterMs;
/** One clear "absent" is on record, and the last answer, which came long enough after it, says the same. */
const isAbsentTwice = (facts: HealingFacts): boolean =>
  facts.his.firstAbsentAtMs !== null &&
  facts.his.last?.answer === 'ABSENT' &&
  facts.his.last.atMs >= askAgainMs(facts);
const isOverBudget = ({ used, rules, amountFen }: HealingFacts): boolean =>
  used.orders + 1 > rules.dailyOrders || used.fen + (amountFen ?? 0n) > rules.dailyFen;

export const HEALING_TABLE = [
  { reason: 'OFF', kind: 'WAIT', holds: ({ rules }) => rules.mode === 'off' },
  { reason: 'STOPPED', kind: 'WAIT', holds: ({ isStopped }) => isStopped },
  { reason: 'TAKEN_BY_A_PERSON', kind: 'LEAVE', holds: (facts) => facts.case.assignee !== null },
  { reason: 'REFUND_BEFORE', kind: 'LEAVE', holds: (facts) => facts.refunds > 0 },
  { reason: 'BOOKED_AFTER_REFUND', kind: 'LEAVE', holds: (facts) => facts.case.isBookedAfterRefund },
  // A verdict may be stored a moment before the records that it was judged by; without them the plan refuses any refund.
  {
    reason: 'PAYMENT_NOT_STORED',
    kind: 'WAIT',
    holds: ({ payments }) => payments.length === 0,
    until: later,
  },
  {
    reason: 'NOT_ALLOWED_YET',
    kind: 'WAIT',
    holds: ({ refusal }) => PASSING.includes(refusal ?? ''),
    until: later,
  },
  { reason: 'NOT_ALLOWED', kind: 'LEAVE', holds: ({ refusal }) => refusal !== null },
  { reason: 'SEVERAL_PAYMENTS', kind: 'LEAVE', holds: ({ payments }) => payments.length > 1 },
  { reason: 'AMOUNT_UNCLEAR', kind: 'LEAVE', holds: isAmountUnclear },
  { reason: 'MERGED_RECEIPT', kind: 'LEAVE', holds: (facts) => facts.isInMergedReceipt },
  {
    reason: 'ABOVE_ORDER_LIMIT',
    kind: 'LEAVE',
    holds: (facts) => (facts.amountFen ?? 0n) > facts.rules.perOrderFen,
  },
  { reason: 'NEEDS_SECOND_PERSON', kind: 'LEAVE', holds: (facts) => facts.needsApproval },
  { reason: 'HIS_HAS_IT', kind: 'LEAVE', holds: ({ his }) => his.last?.answer === 'BOOKED' },
  {
    reason: 'AWAITS_BILL',
    kind: 'WAIT',
    holds: (facts) => facts.bill === null && !(isProvisional(facts) && facts.rules.isIntraday),
    until: later,
  },
  {
    reason: 'TOO_YOUNG',
    kind: 'WAIT',
    holds: (facts) => facts.nowMs < oldEnoughMs(facts),
    until: oldEnoughMs,
  },
  {
    reason: 'HIS_OUTAGE',
    kind: 'WAIT',
    holds: (facts) => facts.isHisOutage && isProvisional(facts),
    until: later,
  },
  { reason: 'DAY_BUDGET', kind: 'WAIT', holds: isOverBudget, until: ({ nowMs }) => nextMidnightMs(nowMs) },
  {
    reason: 'ASK_HIS',
    kind: 'ASK_HIS',
    holds: ({ his, isHisAsked }) => his.firstAbsentAtMs === null && !isHisAsked,
  },
  {
    reason: 'HIS_UNCLEAR',
    kind: 'WAIT',
    holds: ({ his, isHisAsked }) => his.last?.answer === 'UNCLEAR' && isHisAsked,
    until: later,
  },
  {
    reason: 'HIS_LACKS_IT_ONCE',
    kind: 'WAIT',
    holds: (facts) => facts.nowMs < askAgainMs(facts),
    until: askAgainMs,
  },
  { reason: 'ASK_HIS_AGAIN', kind: 'ASK_HIS', holds: ({ isHisAsked }) => !isHisAsked },
  {
    reason: 'ASK_CHANNEL',
    kind: 'ASK_CHANNEL',
    holds: (facts) => facts.bill === null && facts.channel === null,
  },
  {
    reason: 'CHANNEL_UNCLEAR',
    kind: 'WAIT',
    holds: ({ channel }) => channel?.state === 'UNCLEAR',
    until: later,
  },
  { reason: 'CHANNEL_LACKS_IT', kind: 'LEAVE', holds: ({ channel }) => channel?.state === 'NOT_PAID' },
  { reason: 'CHANNEL_HAS_ANOTHER_AMOUNT', kind: 'LEAVE', holds: isAnotherAmount },
  {
    reason: 'HIS_LACKS_IT_TWICE',
    kind: ({ rules }) => (rules.mode === 'on' ? 'REFUND' : 'WOULD_REFUND'),
    holds: isAbsentTwice,
  },
  { reason: 'HIS_UNCLEAR', kind: 'WAIT', holds: () => true, until: later },
] as const satisfies readonly Row[];

export type HealingReason = (typeof HEALING_TABLE)[number]['reason'];

export function healingDecision(facts: HealingFacts): HealingDecision {
  for (const row of HEALING_TABLE) {
    if (!row.holds(facts)) continue;
    const kind: Kind = typeof row.kind === 'function' ? row.kind(facts) : row.kind;
    if (kind === 'ASK_HIS' || kind === 'ASK_CHANNEL') return { kind, reason: row.reason, untilMs: null };
    return { kind, reason: row.reason, untilMs: 'until' in row ? row.until(facts) : null };
  }
  throw new Error('the last row of HEALING_TABLE holds always');
}

/** Why, for people. */
export const HEALING_TEXTS: Readonly<Record<HealingReason, Words>> = {
  OFF: { en: 'self-healing is off', zh: '自动处理未开启' },
  STOPPED: { en: 'self-healing was stopped', zh: '自动处理已被紧急停止' },
  TAKEN_BY_A_PERSON: { en: 'somebody has taken the case', zh: '该异常已有人认领' },
  REFUND_BEFORE: { en: 'the order has been refunded, or was tried before', zh: '该订单已有退款或退款尝试' },
  BOOKED_AFTER_REFUND: { en: 'HIS booked it after its refund', zh: '退款后医院 HIS 又补记' },
  PAYMENT_NOT_STORED: {
    en: "neither the channel's nor the platform's payment is stored yet",
    zh: '渠道和芸泰的支付记录尚未入库',
  },
  SEVERAL_PAYMENTS: { en: 'the order was paid more than once', zh: '该订单有多笔支付' },
  AMOUNT_UNCLEAR: { en: 'its books do not agree on one amount', zh: '各账金额不一致' },
  MERGED_RECEIPT: {
    en: 'it is probably part of a HIS receipt of several payments',
    zh: '疑似与其他订单合并开具了一张收据',
  },
  ABOVE_ORDER_LIMIT: { en: 'the amount is above the limit of one order', zh: '金额超过单笔自动退款上限' },
  NEEDS_SECOND_PERSON: { en: 'a second person has to agree to it', zh: '达到审批金额，须他人审批' },
  NOT_ALLOWED_YET: { en: 'a refund is not allowed yet', zh: '暂不允许退款' },
  NOT_ALLOWED: { en: 'a refund is not allowed', zh: '不允许退款' },
  HIS_HAS_IT: { en: 'HIS has the order', zh: '医院 HIS 已有该订单' },
  AWAITS_BILL: { en: "the channel's bill has not confirmed it", zh: '渠道账单尚未确认该笔支付' },
  TOO_YOUNG: { en: 'the payment is too young', zh: '支付时间过近' },
  HIS_OUTAGE: {
    en: 'HIS booked nothing at all around it and may catch up',
    zh: '该时段 HIS 整体未记账，可能补记',
  },
  DAY_BUDGET: { en: "the day's budget is used up", zh: '当日自动退款额度已用完' },
  ASK_HIS: { en: 'HIS is to be asked', zh: '待向医院 HIS 查询' },
  HIS_UNCLEAR: { en: 'HIS gave no clear answer', zh: '医院 HIS 未给出明确答复' },
  HIS_LACKS_IT_ONCE: { en: 'HIS lacks it and will be asked again', zh: '医院 HIS 无该订单，将再次查询' },
  ASK_HIS_AGAIN: { en: 'HIS is to be asked again', zh: '待再次向医院 HIS 查询' },
  ASK_CHANNEL: { en: 'the channel is to be asked', zh: '待向渠道查询' },
  CHANNEL_UNCLEAR: { en: 'the channel gave no clear answer', zh: '渠道未给出明确答复' },
  CHANNEL_LACKS_IT: {
    en: 'the channel does not hold the money: not paid, closed or refunded',
    zh: '渠道查询结果为未支付、已关闭或已退款',
  },
  CHANNEL_HAS_ANOTHER_AMOUNT: { en: 'the channel says another amount', zh: '渠道查询金额不一致' },
  HIS_LACKS_IT_TWICE: {
    en: 'the channel has the money and HIS lacks it, asked twice',
    zh: '渠道已收款，两次查询 HIS 均无该订单',
  },
};

function isAmountUnclear({ payments, amountFen, case: { facts } }: HealingFacts): boolean {
  return (
    facts.isAmountConflict || amountFen === null || amountFen <= 0n || amountFen !== payments[0]?.amountFen
  );
}

function isAnotherAmount({ channel, amountFen }: HealingFacts): boolean {
  return channel?.state === 'PAID' && channel.amountFen !== amountFen;
}

function nextMidnightMs(nowMs: number): number {
  return startOfDate(addDays(businessDateOf(nowMs), 1));
}
