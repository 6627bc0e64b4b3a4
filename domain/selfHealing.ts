import type { BusinessDate } from './businessDate.ts';
import type { CaseRow } from './caseHistory.ts';
import type { Json } from './canonicalJson.ts';
import type { Channel } from './entry.ts';
import { fieldsOf } from './refundIntent.ts';
import type { OrderRef } from './resolutionPorts.ts';
import type { Mode } from './verdict.ts';

// Refunds that the system begins by itself, within limits (docs/self-healing.md).

/** Who acts: no user can have this id. */
export const SELF_HEALING = 'system:self-healing';

export const HEALING_MODES = ['off', 'dry-run', 'on'] as const;
export type HealingMode = (typeof HEALING_MODES)[number];

/** Of one hospital. */
export type HealingRules = {
  readonly mode: HealingMode;
  /** The channel's order query may stand in for its bill, of payments of today. */
  readonly isIntraday: boolean;
  /** More than this of one order is left to people. */
  readonly perOrderFen: bigint;
  /** Of a Beijing day. */
  readonly dailyFen: bigint;
  readonly dailyOrders: number;
  /** Least time between the two questions to HIS. */
  readonly askAgainAfterMs: number;
  /** Least age of a payment. */
  readonly notBeforeMs: number;
};

export const HEALING_OFF: HealingRules = {
  mode: 'off',
  isIntraday: false,
  perOrderFen: 0n,
  dailyFen: 0n,
  dailyOrders: 0,
  askAgainAfterMs: 300_000,
  notBeforeMs: 1_800_000,
};

/** The rules as a decision was made under them: another text, another decision. */
export function rulesText(rules: HealingRules, approvalFromFen: bigint | null): string {
  const { mode, isIntraday, perOrderFen, dailyFen, dailyOrders, askAgainAfterMs, notBeforeMs } = rules;
  const approval = approvalFromFen === null ? 'never' : approvalFromFen.toString();
  return [
    `${mode}${isIntraday ? ' intraday' : ''}`,
    `order ${perOrderFen}, day ${dailyFen} and ${dailyOrders} orders, approval from ${approval} fen`,
    `again after ${askAgainAfterMs} ms, not before ${notBeforeMs} ms`,
  ].join('; ');
}

export const HIS_ANSWERS = ['ABSENT', 'BOOKED', 'UNCLEAR'] as const;
export type HisAnswer = (typeof HIS_ANSWERS)[number];

/** What HIS was heard to say of an order since its case last changed. An unclear answer is never "absent". */
export type HisHeard = {
  /** When it first said clearly that it lacks the order; null: it has not yet. */
  readonly firstAbsentAtMs: number | null;
  readonly last: { readonly atMs: number; readonly answer: HisAnswer; readonly detail: string } | null;
};

export const NOT_ASKED: HisHeard = { firstAbsentAtMs: null, last: null };

export const HEALING_KINDS = ['REFUND', 'WOULD_REFUND', 'WAIT', 'LEAVE'] as const;
export type HealingKind = (typeof HEALING_KINDS)[number];

/** What a row CONSIDERED says. */
export type HealingSaid = {
  readonly decision: HealingKind;
  readonly reason: string;
  readonly reasonZh: string;
  readonly rules: string;
  /** What shows that the channel has the money: a bill's id, or `order query`. */
  readonly evidence: string;
  readonly untilMs: number | null;
  readonly his: HisHeard;
};

export function healingJson({
  decision,
  reason,
  reasonZh,
  rules,
  evidence,
  untilMs,
  his,
}: HealingSaid): Json {
  return {
    decision,
    reason,
    reasonZh,
    rules,
    evidence,
    untilMs,
    hisFirstAbsentAtMs: his.firstAbsentAtMs,
    hisLastAskedAtMs: his.last?.atMs ?? null,
    hisLastAnswer: his.last?.answer ?? null,
    hisDetail: his.last?.detail ?? '',
  };
}

/** @returns null where the row is no decision of the system */
export function healingOf(row: Pick<CaseRow, 'step' | 'said'>): HealingSaid | null {
  if (row.step !== 'CONSIDERED') return null;
  const said = fieldsOf(row.said);
  const textOf = (name: string): string => {
    const value = said.get(name);
    return typeof value === 'string' ? value : '';
  };
  const numberOf = (name: string): number | null => {
    const value = said.get(name);
    return typeof value === 'number' ? value : null;
  };
  const answer = HIS_ANSWERS.find((each) => each === textOf('hisLastAnswer'));
  const askedAtMs = numberOf('hisLastAskedAtMs');
  return {
    decision: HEALING_KINDS.find((each) => each === textOf('decision')) ?? 'LEAVE',
    reason: textOf('reason'),
    reasonZh: textOf('reasonZh'),
    rules: textOf('rules'),
    evidence: textOf('evidence'),
    untilMs: numberOf('untilMs'),
    his: {
      firstAbsentAtMs: numberOf('hisFirstAbsentAtMs'),
      last: answer && askedAtMs !== null ? { atMs: askedAtMs, answer, detail: textOf('hisDetail') } : null,
    },
  };
}

// --- what it needs of the outside ------------------------------------------------------------------------------

/** An open exception that may be one for the system. */
export type HealingCandidate = OrderRef & { readonly caseId: string };

export type HealingWish = {
  readonly merchantId: string;
  readonly modes: readonly Mode[];
  readonly openedSinceMs: number;
  /** Those on which the last word is a decision under these rules that still holds at `nowMs` are left out. */
  readonly rules: string;
  readonly nowMs: number;
  readonly limit: number;
};

/** Who stopped self-healing, of one hospital or (merchantId '') of all, or let it go on. */
export type HealingSwitch = {
  readonly merchantId: string;
  readonly isStopped: boolean;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
};

/** An amount of a day's budget that is kept for one refund. */
export type HealingReservation = OrderRef & {
  /** Of the action that the refund will be. */
  readonly actionId: string;
  readonly caseId: string;
  readonly day: BusinessDate;
  readonly amountFen: bigint;
  /** A dry run has a budget of its own. */
  readonly isDryRun: boolean;
  readonly atMs: number;
};

export type HealingUse = { readonly orders: number; readonly fen: bigint };

export interface HealingSwitches {
  /** The last word for each hospital, and for all (''). */
  switches(): Promise<readonly HealingSwitch[]>;
  /** Durable when it resolves, and heard by every process from then on. */
  set(word: HealingSwitch): Promise<void>;
}

export interface HealingLedger extends HealingSwitches {
  /** Open exceptions of payments that platform or channel have alone, the oldest first. */
  candidates(wish: HealingWish): Promise<readonly HealingCandidate[]>;
  /** Whether a close found that the order's payment is probably part of a HIS receipt of several payments. */
  isInMergedReceipt(order: OrderRef): Promise<boolean>;
  /** What is reserved of a day, less what was released and what surely was not refunded. */
  usedOf(merchantId: string, day: BusinessDate, isDryRun: boolean): Promise<HealingUse>;
  reserve(reservation: HealingReservation): Promise<void>;
  release(reservation: HealingReservation): Promise<void>;
  /** Reservations for the case that nobody has released. */
  reservationsOf(merchantId: string, caseId: string): Promise<readonly HealingReservation[]>;
}

/** What the channel says of a payment just now. */
export type PaymentAnswer =
  | { readonly state: 'PAID'; readonly amountFen: bigint; readonly channelTxnNo: string }
  | { readonly state: 'NOT_PAID'; readonly detail: string }
  /** It cannot be asked, or does not say it clearly: neither paid nor not. */
  | { readonly state: 'UNCLEAR'; readonly detail: string };

export interface PaymentQuery {
  /** Everything that may come back is an answer. */
  paymentNow(order: OrderRef & { readonly channel: Channel }): Promise<PaymentAnswer>;
}

export function stopFor(merchantId: string, switches: readonly HealingSwitch[]): HealingSwitch | null {
  return (
    switches.find((word) => word.isStopped && (word.merchantId === '' || word.merchantId === merchantId)) ??
    null
  );
}
