import type { CaseStatus } from './apiPorts.ts';
import type { Kind } from './entry.ts';
import type { Mode, VerdictCode } from './verdict.ts';
import type { Words } from './words.ts';

// What each exception allows (docs/design.md, "Cases"; UPP manual 5.2 to 6.3). The table is data; all else in this file
// are the rules about cross-day entries and about what has happened on the case.

export const ACTIONS = ['REFUND', 'WRITE_OFF', 'SUPPLEMENT', 'SELF_REFUND', 'EXTERNAL_REFUND'] as const;
export type Action = (typeof ACTIONS)[number];

/** `after`: only once that refund is done and on record. */
export type PolicyStep = { readonly action: Action; readonly after?: 'SELF_REFUND' | 'EXTERNAL_REFUND' };

export type PolicyRow = {
  readonly modes: readonly Mode[];
  readonly type: VerdictCode;
  readonly kinds: readonly Kind[];
  readonly may: readonly PolicyStep[];
};

const EVERY_MODE: readonly Mode[] = ['REALTIME', 'THREE_WAY', 'TWO_WAY'];
const BOTH: readonly Kind[] = ['PAYMENT', 'REFUND'];
const refund: PolicyStep = { action: 'REFUND' };
const writeOff: PolicyStep = { action: 'WRITE_OFF' };
const supplement: PolicyStep = { action: 'SUPPLEMENT' };
const selfRefundFirst: readonly PolicyStep[] = [
  { action: 'SELF_REFUND' },
  { action: 'WRITE_OFF', after: 'SELF_REFUND' },
];
const externalRefundFirst: readonly PolicyStep[] = [
  { action: 'EXTERNAL_REFUND' },
  { action: 'WRITE_OFF', after: 'EXTERNAL_REFUND' },
];

export const POLICY: readonly PolicyRow[] = [
  { modes: ['THREE_WAY'], type: 'MERCHANT_ONLY', kinds: ['PAYMENT'], may: [supplement, writeOff] },
  { modes: ['THREE_WAY'], type: 'MERCHANT_ONLY', kinds: ['REFUND'], may: selfRefundFirst },
  { modes: ['THREE_WAY'], type: 'CHANNEL_ONLY', kinds: ['PAYMENT'], may: [refund] },
  { modes: ['THREE_WAY'], type: 'CHANNEL_ONLY', kinds: ['REFUND'], may: [supplement, writeOff] },
  { modes: ['THREE_WAY'], type: 'PLATFORM_ONLY', kinds: ['PAYMENT'], may: [writeOff] },
  { modes: ['THREE_WAY'], type: 'PLATFORM_ONLY', kinds: ['REFUND'], may: externalRefundFirst },
  { modes: ['THREE_WAY'], type: 'PLATFORM_MISSING', kinds: BOTH, may: [writeOff] },
  { modes: ['TWO_WAY'], type: 'PLATFORM_ONLY', kinds: ['PAYMENT'], may: [writeOff] },
  { modes: ['TWO_WAY'], type: 'PLATFORM_ONLY', kinds: ['REFUND'], may: externalRefundFirst },
  { modes: ['TWO_WAY'], type: 'CHANNEL_ONLY', kinds: ['PAYMENT'], may: externalRefundFirst },
  { modes: ['TWO_WAY'], type: 'CHANNEL_ONLY', kinds: ['REFUND'], may: [supplement, writeOff] },
  { modes: ['REALTIME'], type: 'MERCHANT_ONLY', kinds: ['PAYMENT'], may: [supplement, writeOff] },
  { modes: ['REALTIME'], type: 'MERCHANT_ONLY', kinds: ['REFUND'], may: selfRefundFirst },
  { modes: ['REALTIME'], type: 'PLATFORM_ONLY', kinds: ['PAYMENT'], may: [refund] },
  { modes: ['REALTIME'], type: 'PLATFORM_ONLY', kinds: ['REFUND'], may: [supplement, writeOff] },
  { modes: EVERY_MODE, type: 'AMOUNT_MISMATCH', kinds: BOTH, may: [writeOff] },
  { modes: EVERY_MODE, type: 'DUPLICATE', kinds: ['PAYMENT'], may: [refund] },
];

/** What a request for an action must bring or what must hold when it is carried out. */
export const NEEDS = [
  'VERIFICATION_CODE',
  'NOTE',
  'METHOD',
  'CHANNEL_REFUND_NO',
  'CONFIRM_CROSS_DAY',
  'CONFIRM_NOT_CROSS_DAY',
  /** The hospital is asked right before the money moves, and has to say that it lacks the order. */
  'HIS_ABSENT',
  'ADJACENT_DAY_CLOSED',
  'APPROVAL',
] as const;
export type Need = (typeof NEEDS)[number];

export const REFUSALS = [
  'DZ_ACTION_SETTLED',
  'DZ_ACTION_AWAITS_APPROVAL',
  'DZ_ACTION_UNFINISHED',
  'DZ_ACTION_REFUNDED',
  'DZ_ACTION_NOT_FOR_TYPE',
  'DZ_ACTION_NEEDS_REFUND_FIRST',
  'DZ_ACTION_CROSS_DAY',
  'DZ_ACTION_NOT_CROSS_DAY',
  'DZ_ACTION_BILL_ERROR',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** What a ruling goes by. */
export type CaseStanding = {
  readonly mode: Mode;
  readonly type: VerdictCode;
  readonly kind: Kind;
  readonly status: CaseStatus;
  readonly isPossiblyCrossDay: boolean;
  readonly isCrossDayConfirmed: boolean;
  readonly isAmountConflict: boolean;
  readonly hasSelfRefund: boolean;
  readonly hasExternalRefund: boolean;
  /** No refund of ours comes through: refused for good, failed the last time, or there is no single payment to refund. */
  readonly mayRefundOutside: boolean;
  /** A money action on the order, of this case or another, has no final outcome yet. */
  readonly hasOpenRefund: boolean;
  readonly isNamedInBillError: boolean;
};

export type Ruling =
  | { readonly action: Action; readonly allowed: true; readonly needs: readonly Need[] }
  | { readonly action: Action; readonly allowed: false; readonly code: RefusalCode };

/** Of each action whether the case allows it, what it needs, or why not. */
export function rulingsOn(standing: CaseStanding): readonly Ruling[] {
  return ACTIONS.map((action) => rulingOn(action, standing));
}

export function rulingOn(action: Action, standing: CaseStanding): Ruling {
  const code = refusalOf(action, standing);
  return code === null
    ? { action, allowed: true, needs: needsOf(action, standing) }
    : { action, allowed: false, code };
}

function refusalOf(action: Action, standing: CaseStanding): RefusalCode | null {
  const { status } = standing;
  if (standing.hasOpenRefund) return 'DZ_ACTION_UNFINISHED';
  if (status === 'PENDING_APPROVAL') return 'DZ_ACTION_AWAITS_APPROVAL';
  if (status === 'RESOLVED' || status === 'HEALED') return 'DZ_ACTION_SETTLED';
  const isRefund = action === 'REFUND' || action === 'SELF_REFUND' || action === 'EXTERNAL_REFUND';
  if (isRefund && (standing.hasSelfRefund || standing.hasExternalRefund)) return 'DZ_ACTION_REFUNDED';
  const refusal = action === 'WRITE_OFF' ? writeOffRefusal(standing) : tableRefusal(action, standing);
  if (refusal !== null) return refusal;
  const movesMoney = action === 'REFUND' || action === 'SELF_REFUND';
  return movesMoney && standing.isNamedInBillError ? 'DZ_ACTION_BILL_ERROR' : null;
}

function tableRefusal(action: Action, standing: CaseStanding): RefusalCode | null {
  const isOpened = action === 'EXTERNAL_REFUND' && standing.mayRefundOutside;
  if (!isOpened && !stepsOf(standing).some((step) => step.action === action)) return 'DZ_ACTION_NOT_FOR_TYPE';
  const bindsToDay = action === 'REFUND' || action === 'SUPPLEMENT';
  return bindsToDay && isOneSided(standing.type) && standing.isCrossDayConfirmed
    ? 'DZ_ACTION_CROSS_DAY'
    : null;
}

/** A write-off says "this settles itself on the other day", unless a refund or the type gives another reason for it. */
function writeOffRefusal(standing: CaseStanding): RefusalCode | null {
  if (standing.hasSelfRefund || standing.hasExternalRefund) return null;
  const oneSided = isOneSided(standing.type);
  if (oneSided && (standing.isCrossDayConfirmed || standing.isPossiblyCrossDay)) return null;
  const step = stepsOf(standing).find(({ action }) => action === 'WRITE_OFF');
  if (!step) return standing.mayRefundOutside ? 'DZ_ACTION_NEEDS_REFUND_FIRST' : 'DZ_ACTION_NOT_FOR_TYPE';
  if (step.after !== undefined) return 'DZ_ACTION_NEEDS_REFUND_FIRST';
  const isFree = !oneSided || (standing.type === 'PLATFORM_ONLY' && standing.kind === 'PAYMENT');
  return isFree ? null : 'DZ_ACTION_NOT_CROSS_DAY';
}

function needsOf(action: Action, standing: CaseStanding): readonly Need[] {
  const nearMidnight =
    isOneSided(standing.type) && standing.isPossiblyCrossDay && !standing.isCrossDayConfirmed;
  switch (action) {
    case 'REFUND':
      return [
        'VERIFICATION_CODE',
        'NOTE',
        ...(nearMidnight || standing.mode === 'REALTIME' ? (['HIS_ABSENT'] as const) : []),
        ...(nearMidnight ? (['ADJACENT_DAY_CLOSED'] as const) : []),
        ...(standing.isAmountConflict ? (['APPROVAL'] as const) : []),
      ];
    case 'SELF_REFUND':
      return ['VERIFICATION_CODE', 'NOTE', ...(nearMidnight ? (['ADJACENT_DAY_CLOSED'] as const) : [])];
    case 'WRITE_OFF': {
      const followsRefund = standing.hasSelfRefund || standing.hasExternalRefund;
      return ['NOTE', ...(nearMidnight && !followsRefund ? (['CONFIRM_CROSS_DAY'] as const) : [])];
    }
    case 'SUPPLEMENT':
      return ['METHOD', 'NOTE', ...(nearMidnight ? (['CONFIRM_NOT_CROSS_DAY'] as const) : [])];
    case 'EXTERNAL_REFUND':
      return [
        'CHANNEL_REFUND_NO',
        'NOTE',
        // In place of a refund of ours it needs whoever would have had to agree to that one.
        ...(standing.mayRefundOutside && standing.isAmountConflict ? (['APPROVAL'] as const) : []),
      ];
  }
}

/** The row of the table; every exception has at most one. */
export function policyOf(mode: Mode, type: VerdictCode, kind: Kind): PolicyRow | null {
  return (
    POLICY.find((row) => row.type === type && row.modes.includes(mode) && row.kinds.includes(kind)) ?? null
  );
}

function stepsOf({ mode, type, kind }: CaseStanding): readonly PolicyStep[] {
  return policyOf(mode, type, kind)?.may ?? [];
}

export function isOneSided(type: VerdictCode): boolean {
  return type === 'MERCHANT_ONLY' || type === 'PLATFORM_ONLY' || type === 'CHANNEL_ONLY';
}

/** Why an action is refused, for people: English and Chinese. */
export const REFUSAL_TEXTS: Readonly<Record<RefusalCode, Words>> = {
  DZ_ACTION_SETTLED: {
    en: 'the case is settled; nothing is left to do',
    zh: '该异常已处理完毕或已自行对平，无需再操作',
  },
  DZ_ACTION_AWAITS_APPROVAL: {
    en: 'an action on the case waits for approval; it has to be approved or rejected first',
    zh: '该异常有操作待审批，请先审批通过或驳回',
  },
  DZ_ACTION_UNFINISHED: {
    en: 'a refund of this order has no final outcome yet; it is followed to its end by itself',
    zh: '该订单有退款尚未出最终结果，系统会自动跟进，请稍后再试',
  },
  DZ_ACTION_REFUNDED: {
    en: 'the refund of this exception is done and on record; what is left is to write it off',
    zh: '该异常的退款已完成并已登记，请直接平账',
  },
  DZ_ACTION_NOT_FOR_TYPE: {
    en: 'an exception of this type does not allow this action',
    zh: '此类异常不支持该操作',
  },
  DZ_ACTION_NEEDS_REFUND_FIRST: {
    en: 'the refund has to be done and on record first, then the case can be written off',
    zh: '请先完成退款（自助退款或登记外部退款），再进行平账',
  },
  DZ_ACTION_CROSS_DAY: {
    en: 'the entry was confirmed to be cross-day: its counterpart stands on the other date, so write it off',
    zh: '该账单已确认为隔日账，只能平账，不能退款或补差',
  },
  DZ_ACTION_NOT_CROSS_DAY: {
    en: 'the entry is not cross-day; only a cross-day entry of this type can be written off',
    zh: '该账单不是隔日账，不能平账',
  },
  DZ_ACTION_BILL_ERROR: {
    en: 'the order is named in bill rows that could not be read; handle the bill errors first',
    zh: '该订单存在未处理的账单异常，请先处理账单异常再退款',
  },
};
