import type { DuplicateCandidate } from '../../domain/duplicateHint.ts';
import { hintDuplicates, paidSide, REPEAT_WITHIN_MS, wantsHint } from '../../domain/duplicateHint.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import type { ReceiptClaim, UnreceiptedPayment } from '../../domain/mergedReceipt.ts';
import { claimOf, findMergedReceipts, mayClaim, noteMergedReceipts } from '../../domain/mergedReceipt.ts';
import type { Verdict } from '../../domain/verdict.ts';

/**
 * Tells which lines hints could make use of, so that of a large day only those are gathered: lines of the amount and the
 * minutes of a payment that may repeat another, and lines that name one of its receipts. Receipts of more than was paid
 * under their order are kept as they are found; payments that they may hold are verdicts that want a hint, too.
 */
export class HintSearch {
  readonly #times = new Map<bigint, number[]>();
  readonly #receipts = new Set<string>();
  readonly #claims: ReceiptClaim[] = [];
  #isSorted = true;

  /**
   * @param own the order's lines; the platform's receipt numbers are among them
   * @param date see `claimOf`
   */
  want(verdict: Verdict, own: readonly Entry[], date: BusinessDate | null): void {
    const claim = mayClaim(verdict) ? claimOf(own, date) : null;
    if (claim !== null) this.#claims.push(claim);
    const paid = wantsHint(verdict) ? paidSide(verdict) : null;
    if (paid === null) return;
    this.#wantTimes(paid.amountFen, [paid.occurredAtMs]);
    for (const line of own) {
      if (line.book === 'PLATFORM' && line.kind === 'PAYMENT' && line.hisOrderNo !== null) {
        this.#receipts.add(line.hisOrderNo);
      }
    }
  }

  /** What another search looks for, too. */
  include(sought: Sought): void {
    for (const [amountFen, times] of sought.times) this.#wantTimes(amountFen, times);
    for (const receipt of sought.receipts) this.#receipts.add(receipt);
    this.#claims.push(...sought.claims);
  }

  sought(): Sought {
    if (!this.#isSorted) for (const times of this.#times.values()) times.sort((a, b) => a - b);
    this.#isSorted = true;
    return { times: this.#times, receipts: this.#receipts, claims: this.#claims };
  }

  /** No payment may repeat another. */
  get isEmpty(): boolean {
    return this.#times.size === 0;
  }

  /** The lines of one order that may be pointed at. */
  candidatesOf(order: readonly Entry[], hasMerchant = hasReceipt(order)): DuplicateCandidate[] {
    const { times, receipts } = this.sought();
    return order
      .filter((line) => line.kind === 'PAYMENT' && line.book !== 'MERCHANT')
      .filter(
        (line) =>
          (line.book === 'PLATFORM' && line.hisOrderNo !== null && receipts.has(line.hisOrderNo)) ||
          isNearAny(times.get(line.amountFen), line.occurredAtMs),
      )
      .map((line) => candidateOf(line, hasMerchant));
  }

  #wantTimes(amountFen: bigint, wanted: readonly number[]): void {
    const times = this.#times.get(amountFen);
    if (times) times.push(...wanted);
    else this.#times.set(amountFen, [...wanted]);
    this.#isSorted = false;
  }
}

/** Plain data, so that threads can tell each other what they look for. */
export type Sought = {
  /** Instants, in order, at which a payment of an amount wants a hint. */
  readonly times: ReadonlyMap<bigint, readonly number[]>;
  readonly receipts: ReadonlySet<string>;
  /** Each once. */
  readonly claims: readonly ReceiptClaim[];
};

/** What a search has found. */
export type HintFacts = {
  readonly candidates: readonly DuplicateCandidate[];
  readonly unreceipted: readonly UnreceiptedPayment[];
};

/** Whether a verdict is one that may get a hint, or that others get one by. */
export function concernsHints(verdict: Verdict): boolean {
  return wantsHint(verdict) || mayClaim(verdict);
}

/** @param verdicts those that concern hints, and any others */
export function withHints(
  verdicts: readonly Verdict[],
  claims: readonly ReceiptClaim[],
  { candidates, unreceipted }: HintFacts,
): Verdict[] {
  const hinted = hintDuplicates(verdicts, candidates);
  return claims.length === 0 ? hinted : noteMergedReceipts(hinted, findMergedReceipts(claims, unreceipted));
}

/** Whether an instant lies within the time of a repeat from one of the sorted instants. */
export function isNearAny(sorted: readonly number[] | undefined, atMs: number): boolean {
  if (sorted === undefined) return false;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < atMs - REPEAT_WITHIN_MS) low = middle + 1;
    else high = middle;
  }
  const first = sorted[low];
  return first !== undefined && first <= atMs + REPEAT_WITHIN_MS;
}

function hasReceipt(order: readonly Entry[]): boolean {
  return order.some((line) => line.book === 'MERCHANT' && line.kind === 'PAYMENT');
}

function candidateOf(line: Entry, hasMerchant: boolean): DuplicateCandidate {
  return {
    orderNo: line.orderNo,
    amountFen: line.amountFen,
    occurredAtMs: line.occurredAtMs,
    // Only the platform's book says which receipt the hospital answered with.
    hisOrderNo: line.book === 'PLATFORM' ? line.hisOrderNo : null,
    hasMerchant,
    channel: line.channel,
  };
}
