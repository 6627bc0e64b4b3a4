import type { BusinessDate } from './businessDate.ts';
import { REPEAT_WITHIN_MS } from './duplicateHint.ts';
import type { Book, Entry } from './entry.ts';
import { identityOf } from './entry.ts';
import { addFen } from './money.ts';
import type { Verdict, VerdictCode } from './verdict.ts';

/** A HIS receipt, and the orders whose payments add up to it, in text order. */
export type MergedReceipt = { readonly hisOrderNo: string; readonly orderNos: readonly string[] };

/** A HIS receipt of more than was paid under the order number that it stands under. */
export type ReceiptClaim = {
  readonly orderNo: string;
  readonly hisOrderNo: string;
  readonly receiptFen: bigint;
  /** What was paid under the order number; 0 where nothing was. */
  readonly paidFen: bigint;
  /** Epoch milliseconds: of the payment, else of the receipt. */
  readonly occurredAtMs: number;
};

/** A payment without a receipt that nothing was given back of. */
export type UnreceiptedPayment = {
  readonly orderNo: string;
  readonly amountFen: bigint;
  readonly occurredAtMs: number;
  /** The receipt that the platform's line names. */
  readonly hisOrderNo: string | null;
};

/** Who pays several bills at one counter pays them within minutes, as who pays one twice. */
export const MERGE_WITHIN_MS = REPEAT_WITHIN_MS;
/** Of so many payments some would add up to nearly anything. */
const MAX_NEARBY = 16;
/** Payments beside the receipt's own that are looked for where no line names the receipt. */
const MAX_GUESSED = 3;

/** Verdicts of the orders of a merged receipt: what agrees needs no explanation. */
const EXPLAINED: ReadonlySet<VerdictCode> = new Set([
  'AMOUNT_MISMATCH',
  'MERCHANT_ONLY',
  'CHANNEL_ONLY',
  'PLATFORM_ONLY',
]);

/**
 * Which HIS receipts are probably of several payments in one, by order: of the orders that add up to a receipt, and of the
 * one that it stands under. The platform's lines may name the receipt; then all that name it must add up to it. Else
 * exactly one to three unreceipted payments that name none, at most ten minutes away, must make up what is missing, and no
 * other such choice may. A payment that two receipts could hold belongs to neither. A hint for a person: no verdict rests
 * on it.
 * @param claims of one merchant; one an order, in any order
 * @param payments one an order, in any order
 */
export function findMergedReceipts(
  claims: readonly ReceiptClaim[],
  payments: readonly UnreceiptedPayment[],
): ReadonlyMap<string, MergedReceipt> {
  const named = Map.groupBy(payments, (payment) => payment.hisOrderNo);
  const unnamed = (named.get(null) ?? []).toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
  const found: { readonly merged: MergedReceipt; readonly orders: ReadonlySet<string> }[] = [];
  for (const [hisOrderNo, own] of Map.groupBy(claims, (claim) => claim.hisOrderNo)) {
    const others = ordersOfReceipt(own, named.get(hisOrderNo) ?? [], unnamed);
    if (others === null) continue;
    const paid = own.filter((claim) => claim.paidFen > 0n).map((claim) => claim.orderNo);
    const orderNos = [...paid, ...others].toSorted(compareText);
    if (orderNos.length < 2) continue;
    const orders = new Set([...own.map((claim) => claim.orderNo), ...orderNos]);
    found.push({ merged: { hisOrderNo, orderNos }, orders });
  }
  const claimed = new Map<string, number>();
  for (const { orders } of found) for (const no of orders) claimed.set(no, (claimed.get(no) ?? 0) + 1);
  const clear = found.filter(({ orders }) => [...orders].every((no) => claimed.get(no) === 1));
  return new Map(clear.flatMap(({ merged, orders }) => [...orders].map((no) => [no, merged] as const)));
}

/** @returns the orders beside the receipt's own; null where they do not add up to it beyond doubt */
function ordersOfReceipt(
  own: readonly ReceiptClaim[],
  naming: readonly UnreceiptedPayment[],
  unnamed: readonly UnreceiptedPayment[],
): readonly string[] | null {
  const [first] = own;
  if (!first || own.some((claim) => claim.receiptFen !== first.receiptFen)) return null;
  const paidFen = own.reduce((sum, claim) => addFen(sum, claim.paidFen), 0n);
  const missingFen = first.receiptFen - paidFen;
  if (naming.length > 0 || missingFen === 0n) {
    const namedFen = naming.reduce((sum, payment) => addFen(sum, payment.amountFen), 0n);
    return namedFen === missingFen ? naming.map((payment) => payment.orderNo) : null;
  }
  const atMs = Math.min(...own.map((claim) => claim.occurredAtMs));
  const nearby = near(unnamed, atMs);
  if (nearby.length > MAX_NEARBY) return null;
  const choices = choicesOf(nearby, missingFen, MAX_GUESSED);
  const [choice] = choices;
  return choice && choices.length === 1 ? choice.map((payment) => payment.orderNo) : null;
}

/** Of payments in time order those at most MERGE_WITHIN_MS away; no more than one beyond MAX_NEARBY. */
function near(sorted: readonly UnreceiptedPayment[], atMs: number): readonly UnreceiptedPayment[] {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.occurredAtMs ?? atMs) < atMs - MERGE_WITHIN_MS) low = middle + 1;
    else high = middle;
  }
  return sorted
    .slice(low, low + MAX_NEARBY + 1)
    .filter((payment) => payment.occurredAtMs <= atMs + MERGE_WITHIN_MS);
}

/** Every choice of at most `most` payments that add up to an amount above zero. */
function choicesOf(
  payments: readonly UnreceiptedPayment[],
  fen: bigint,
  most: number,
): readonly (readonly UnreceiptedPayment[])[] {
  if (most === 0) return [];
  return payments.flatMap((payment, i) => {
    if (payment.amountFen > fen) return [];
    if (payment.amountFen === fen) return [[payment]];
    const rest = choicesOf(payments.slice(i + 1), fen - payment.amountFen, most - 1);
    return rest.map((others) => [payment, ...others]);
  });
}

/** Puts what was found to the verdicts. Payments of one receipt are no repeats of each other. */
export function noteMergedReceipts(
  verdicts: readonly Verdict[],
  merged: ReadonlyMap<string, MergedReceipt>,
): Verdict[] {
  return verdicts.map((verdict) => {
    const mergedReceipt = isExplained(verdict) ? merged.get(verdict.orderNo) : undefined;
    return mergedReceipt ? { ...verdict, mergedReceipt, possibleDuplicateOf: null } : verdict;
  });
}

function isExplained({ kind, code }: Verdict): boolean {
  return kind === 'PAYMENT' && EXPLAINED.has(code);
}

/** Whether a verdict's order may be a claim: callers need not look at it otherwise. */
export function mayClaim({ kind, code }: Verdict): boolean {
  return kind === 'PAYMENT' && (code === 'AMOUNT_MISMATCH' || code === 'MERCHANT_ONLY');
}

/**
 * The ledger finds both in SQL (adapters/clickhouse/closeReceipts.ts); they change together.
 * @param order all its lines
 * @param date the payment must have a line on it; null: on any
 */
export function claimOf(order: readonly Entry[], date: BusinessDate | null): ReceiptClaim | null {
  const payments = order.filter((line) => line.kind === 'PAYMENT');
  if (date !== null && payments.every((line) => line.businessDate !== date)) return null;
  const receipt = oneOf(payments, 'MERCHANT');
  const paid = paidOf(payments);
  if (!receipt || receipt.hisOrderNo === null || paid === null) return null;
  if (receipt.amountFen <= paid.amountFen) return null;
  return {
    orderNo: receipt.orderNo,
    hisOrderNo: receipt.hisOrderNo,
    receiptFen: receipt.amountFen,
    paidFen: paid.amountFen,
    occurredAtMs: paid.occurredAtMs ?? receipt.occurredAtMs,
  };
}

/** @param order all its lines */
export function unreceiptedOf(order: readonly Entry[]): UnreceiptedPayment | null {
  const [first] = order;
  if (!first || order.some((line) => line.kind === 'REFUND' || line.book === 'MERCHANT')) return null;
  const paid = paidOf(order);
  if (paid === null || paid.occurredAtMs === null) return null;
  const receipts = order.flatMap((line) =>
    line.book === 'PLATFORM' && line.hisOrderNo !== null ? [line.hisOrderNo] : [],
  );
  return {
    orderNo: first.orderNo,
    amountFen: paid.amountFen,
    occurredAtMs: paid.occurredAtMs,
    hisOrderNo: receipts.toSorted(compareText).at(-1) ?? null,
  };
}

/** What platform and channel agree upon; null where they do not, or have several payments; 0 where they have none. */
function paidOf(payments: readonly Entry[]): {
  readonly amountFen: bigint;
  readonly occurredAtMs: number | null;
} | null {
  const sides = (['PLATFORM', 'CHANNEL'] as const).flatMap((book) => {
    const isThere = payments.some((line) => line.book === book);
    return isThere ? [oneOf(payments, book)] : [];
  });
  const [first] = sides;
  if (first === undefined) return { amountFen: 0n, occurredAtMs: null };
  if (first === null || sides.some((side) => side?.amountFen !== first.amountFen)) return null;
  return { amountFen: first.amountFen, occurredAtMs: first.occurredAtMs };
}

/** The book's one payment at its earliest line; null where it has none, several, or one with several amounts. */
function oneOf(payments: readonly Entry[], book: Book): Entry | null {
  const own = payments.filter((line) => line.book === book);
  const [first] = own;
  if (!first) return null;
  const isOne = own.every(
    (line) => identityOf(line) === identityOf(first) && line.amountFen === first.amountFen,
  );
  return isOne ? own.reduce((a, b) => (b.occurredAtMs < a.occurredAtMs ? b : a)) : null;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
