import type { BusinessDate } from './businessDate.ts';
import { daysBetween, isNearCutOff } from './businessDate.ts';
import type { Book, Channel, Entry, Kind } from './entry.ts';
import { BOOKS, keyPartOf } from './entry.ts';
import type { MatchRules } from './merchant.ts';
import type { MergedReceipt } from './mergedReceipt.ts';
import { addFen } from './money.ts';
import { pairNumberlessRefunds } from './numberlessRefunds.ts';
import { applyOffset, applyRefundedSurplus } from './offset.ts';
import type { Side } from './side.ts';
import { compareText, lineSide, linesByKey, sideOf } from './side.ts';

export type { Side } from './side.ts';

export const MODES = ['REALTIME', 'THREE_WAY', 'TWO_WAY'] as const;
export type Mode = (typeof MODES)[number];

/** Which books a mode compares. */
export const BOOKS_OF_MODE: Readonly<Record<Mode, readonly Book[]>> = {
  REALTIME: ['MERCHANT', 'PLATFORM'],
  THREE_WAY: ['MERCHANT', 'PLATFORM', 'CHANNEL'],
  TWO_WAY: ['PLATFORM', 'CHANNEL'],
};

export const VERDICT_CODES = [
  'MATCHED',
  'AMOUNT_MISMATCH',
  'MERCHANT_ONLY',
  'PLATFORM_ONLY',
  'CHANNEL_ONLY',
  'PLATFORM_MISSING',
  'DUPLICATE',
  'OFFSET',
  'CROSS_DAY',
] as const;
export type VerdictCode = (typeof VERDICT_CODES)[number];

/** Verdicts that need a person (异常). */
export const EXCEPTION_CODES: ReadonlySet<VerdictCode> = new Set([
  'AMOUNT_MISMATCH',
  'MERCHANT_ONLY',
  'PLATFORM_ONLY',
  'CHANNEL_ONLY',
  'PLATFORM_MISSING',
  'DUPLICATE',
]);

export type Verdict = {
  readonly mode: Mode;
  readonly merchantId: string;
  readonly kind: Kind;
  readonly orderNo: string;
  readonly refundNo: string | null;
  /** See `keyPartOf`. */
  readonly keyPart: string;
  readonly code: VerdictCode;
  /** The platform side's date, else the channel's, else the merchant's. */
  readonly businessDate: BusinessDate;
  readonly channel: Channel | null;
  readonly businessType: string | null;
  readonly sides: Readonly<Record<Book, Side | null>>;
  /** One-sided, near a cut-off, and nothing has come yet from the other side of it. */
  readonly possiblyCrossDay: boolean;
  /** CHANNEL_ONLY although the platform has the order too, with another amount. */
  readonly amountConflict: boolean;
  /** Two books name different channels; `channel` is the platform's. */
  readonly channelConflict: boolean;
  /** A HIS refund without a number could be this one, or this is it: which one is not beyond doubt. */
  readonly ambiguousRefund: boolean;
  /** Several HIS receipts add up to the payment. */
  readonly split: boolean;
  /**
   * DUPLICATE, and OFFSET where that was given back: what was paid beyond the first payment, in the book that shows most
   * of it.
   */
  readonly surplusFen: bigint | null;
  /** Another order that this payment probably repeats; a hint, see `duplicateHint.ts`. */
  readonly possibleDuplicateOf: string | null;
  /** A HIS receipt that this and other payments probably add up to; a hint, see `mergedReceipt.ts`. */
  readonly mergedReceipt: MergedReceipt | null;
};

export type JudgeContext = {
  readonly mode: Mode;
  readonly rules: MatchRules;
  /**
   * REALTIME only: whether the window of this key part is over. A one-sided key whose window still runs has no
   * verdict yet.
   */
  readonly deadlinePassed?: (keyPart: string) => boolean;
  /**
   * REALTIME only: the order's payment is known to be matched although its lines are not in `entries` (the window has
   * let go of them). Its refunds are then no OFFSET.
   */
  readonly paymentMatched?: boolean;
};

/**
 * The verdicts of one order: of its payment and of each of its refunds, in key order. This one function serves the
 * realtime window, the day's close and the comparison of files.
 * @param entries all lines known of the order (one merchant, one orderNo), in any order; repeats change nothing
 * @returns one verdict a key (docs/design.md, "Verdicts by presence"); more than one only where lines of a key lie
 *   further apart than the cross-day span
 */
export function judgeOrder(entries: readonly Entry[], context: JudgeContext): Verdict[] {
  const pair = judgeEqualPair(entries, context);
  if (pair) return [pair];
  const drafts: Verdict[] = [];
  // REALTIME does not pair refunds: what its window has let go of cannot be weighed.
  const paired = context.mode === 'THREE_WAY' ? pairNumberlessRefunds(entries, context.rules) : null;
  for (const lines of linesByKey(paired?.lines ?? entries)) {
    for (const near of withinSpan(lines, context.rules.crossDayDays)) {
      const verdict = judgeKey(near, context);
      if (!verdict) continue;
      drafts.push(paired?.ambiguous.has(verdict.keyPart) ? { ...verdict, ambiguousRefund: true } : verdict);
    }
  }
  const netted = context.paymentMatched ? drafts : applyOffset(drafts, entries, context.mode);
  return applyRefundedSurplus(netted, context.mode);
}

/** Which side's date is the verdict's. */
export const DATE_AUTHORITY: readonly Book[] = ['PLATFORM', 'CHANNEL', 'MERCHANT'];

/**
 * Lines of one key that lie further apart than the cross-day span are judged apart. The anchor of a group is its
 * authoritative side's earliest date.
 */
function withinSpan(lines: readonly Entry[], spanDays: number): readonly (readonly Entry[])[] {
  const dates = new Set(lines.map((line) => line.businessDate));
  if (dates.size === 1) return [lines];
  const anchor = anchorDate(lines);
  const near = lines.filter((line) => Math.abs(daysBetween(anchor, line.businessDate)) <= spanDays);
  const far = lines.filter((line) => Math.abs(daysBetween(anchor, line.businessDate)) > spanDays);
  return far.length === 0 ? [near] : [near, ...withinSpan(far, spanDays)];
}

function anchorDate(lines: readonly Entry[]): BusinessDate {
  for (const book of DATE_AUTHORITY) {
    const dates = lines.filter((line) => line.book === book).map((line) => line.businessDate);
    if (dates.length > 0) return dates.reduce((a, b) => (a < b ? a : b));
  }
  throw new Error('anchorDate of no lines');
}

function judgeKey(lines: readonly Entry[], context: JudgeContext): Verdict | null {
  const first = lines[0];
  if (!first) return null;
  const sides: Record<Book, Side | null> = { MERCHANT: null, PLATFORM: null, CHANNEL: null };
  for (const book of BOOKS) {
    if (context.mode === 'REALTIME' && book === 'CHANNEL') continue;
    if (context.mode === 'TWO_WAY' && book === 'MERCHANT') continue;
    sides[book] = sideOf(lines.filter((line) => line.book === book));
  }
  const authority = DATE_AUTHORITY.map((book) => sides[book]).find((side) => side !== null);
  if (!authority) return null;
  const { code, split } = classify(first.kind, sides, context.mode);
  const keyPart = keyPartOf(first);
  const oneSided = isOneSided(code);
  if (oneSided && context.mode === 'REALTIME' && !(context.deadlinePassed?.(keyPart) ?? true)) return null;
  return {
    mode: context.mode,
    merchantId: first.merchantId,
    kind: first.kind,
    orderNo: first.orderNo,
    refundNo: first.refundNo,
    keyPart,
    code,
    businessDate: authority.businessDate,
    channel: sides.PLATFORM?.channel ?? sides.CHANNEL?.channel ?? sides.MERCHANT?.channel ?? null,
    businessType: businessTypeOf(lines),
    sides,
    possiblyCrossDay:
      oneSided &&
      isNearCutOff(authority.occurredAtMs, context.rules.crossDayMarginMs, context.rules.cutOffMs),
    amountConflict:
      code === 'CHANNEL_ONLY' &&
      sides.PLATFORM !== null &&
      sides.PLATFORM.amountFen !== sides.CHANNEL?.amountFen,
    channelConflict: haveChannelConflict(sides),
    ambiguousRefund: false,
    split,
    surplusFen: code === 'DUPLICATE' ? surplusOf(sides) : null,
    possibleDuplicateOf: null,
    mergedReceipt: null,
  };
}

/**
 * The most common order by far, judged without the general path's maps and sorts: one line in each of the mode's two
 * books, equal amounts. @returns null for everything else
 */
function judgeEqualPair(entries: readonly Entry[], context: JudgeContext): Verdict | null {
  const [a, b] = entries;
  if (!a || !b || entries.length !== 2 || a.amountFen !== b.amountFen || a.kind !== b.kind) return null;
  if (a.refundNo !== b.refundNo || (a.kind === 'REFUND' && a.refundNo === null)) return null;
  const counterpart =
    context.mode === 'REALTIME' ? 'MERCHANT' : context.mode === 'TWO_WAY' ? 'CHANNEL' : null;
  const [platform, other] = a.book === 'PLATFORM' ? [a, b] : [b, a];
  if (platform.book !== 'PLATFORM' || other.book !== counterpart) return null;
  const sameDate = a.businessDate === b.businessDate;
  if (!sameDate && Math.abs(daysBetween(a.businessDate, b.businessDate)) > context.rules.crossDayDays)
    return null;
  const [own, counter] = [lineSide(platform), lineSide(other)];
  const sides = {
    MERCHANT: other.book === 'MERCHANT' ? counter : null,
    PLATFORM: own,
    CHANNEL: other.book === 'CHANNEL' ? counter : null,
  };
  return {
    mode: context.mode,
    merchantId: a.merchantId,
    kind: a.kind,
    orderNo: a.orderNo,
    refundNo: a.refundNo,
    keyPart: keyPartOf(a),
    code: sameDate ? 'MATCHED' : 'CROSS_DAY',
    businessDate: platform.businessDate,
    channel: platform.channel ?? other.channel,
    businessType: platform.businessType ?? other.businessType,
    sides,
    possiblyCrossDay: false,
    amountConflict: false,
    channelConflict: haveChannelConflict(sides),
    ambiguousRefund: false,
    split: false,
    surplusFen: null,
    possibleDuplicateOf: null,
    mergedReceipt: null,
  };
}

function haveChannelConflict(sides: Readonly<Record<Book, Side | null>>): boolean {
  const named = BOOKS.flatMap((book) => sides[book]?.channel ?? []);
  return named.some((channel) => channel !== named[0]);
}

function isOneSided(code: VerdictCode): boolean {
  return code === 'MERCHANT_ONLY' || code === 'PLATFORM_ONLY' || code === 'CHANNEL_ONLY';
}

function classify(
  kind: Kind,
  sides: Record<Book, Side | null>,
  mode: Mode,
): { code: VerdictCode; split: boolean } {
  const present = BOOKS.map((book) => sides[book]).filter((side) => side !== null);
  if (present.some((side) => side.conflict)) return { code: 'AMOUNT_MISMATCH', split: false };
  if (kind === 'PAYMENT' && isDuplicate(sides)) return { code: 'DUPLICATE', split: false };
  const equal = present.every((side) => side.amountFen === present[0]?.amountFen);
  const sameDate = present.every((side) => side.businessDate === present[0]?.businessDate);
  const code = classifyByPresence(sides, equal, mode);
  const split = code === 'MATCHED' && (sides.MERCHANT?.identities.length ?? 0) > 1;
  return { code: code === 'MATCHED' && !sameDate ? 'CROSS_DAY' : code, split };
}

/** The tables of docs/design.md, "Verdicts by presence"; rows that need equal amounts say AMOUNT_MISMATCH otherwise. */
function classifyByPresence(sides: Record<Book, Side | null>, equal: boolean, mode: Mode): VerdictCode {
  const { MERCHANT: merchant, PLATFORM: platform, CHANNEL: channel } = sides;
  const agreed = equal ? 'MATCHED' : 'AMOUNT_MISMATCH';
  switch (mode) {
    case 'REALTIME':
      if (merchant && platform) return agreed;
      return merchant ? 'MERCHANT_ONLY' : 'PLATFORM_ONLY';
    case 'TWO_WAY':
      if (platform && channel) return agreed;
      return platform ? 'PLATFORM_ONLY' : 'CHANNEL_ONLY';
    case 'THREE_WAY':
      if (merchant && platform && channel) return agreed;
      if (merchant && channel) return equal ? 'PLATFORM_MISSING' : 'AMOUNT_MISMATCH';
      if (merchant) return 'MERCHANT_ONLY';
      return channel ? 'CHANNEL_ONLY' : 'PLATFORM_ONLY';
  }
}

/**
 * A second, different payment under one order number: two transactions at the platform or the channel, or two HIS
 * receipts that each equal the payment. Several receipts that add up to it are a split and no duplicate.
 */
function isDuplicate(sides: Record<Book, Side | null>): boolean {
  const { MERCHANT: merchant, PLATFORM: platform, CHANNEL: channel } = sides;
  if ((platform?.identities.length ?? 0) > 1 || (channel?.identities.length ?? 0) > 1) return true;
  const paid = platform?.amountFen ?? channel?.amountFen;
  return (
    merchant !== null &&
    merchant.identities.length > 1 &&
    merchant.identities.every((i) => i.amountFen === paid)
  );
}

function surplusOf(sides: Record<Book, Side | null>): bigint {
  let most = 0n;
  for (const book of BOOKS) {
    const rest = sides[book]?.identities.slice(1).reduce((sum, i) => addFen(sum, i.amountFen), 0n) ?? 0n;
    if (rest > most) most = rest;
  }
  return most;
}

function businessTypeOf(lines: readonly Entry[]): string | null {
  for (const book of DATE_AUTHORITY) {
    const types = lines.filter((l) => l.book === book && l.businessType !== null).map((l) => l.businessType);
    if (types.length > 0) return types.sort((a, b) => compareText(a ?? '', b ?? ''))[0] ?? null;
  }
  return null;
}
