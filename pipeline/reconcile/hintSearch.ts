import type { DuplicateCandidate } from '../../domain/duplicateHint.ts';
import { paidSide, REPEAT_WITHIN_MS, wantsHint } from '../../domain/duplicateHint.ts';
import type { Entry } from '../../domain/entry.ts';
import type { Verdict } from '../../domain/verdict.ts';

/**
 * Tells which lines `hintDuplicates` could make use of, so that of a large day only those are gathered: lines of the
 * amount and the minutes of a payment that wants a hint, and lines that name one of its receipts.
 */
export class HintSearch {
  readonly #times = new Map<bigint, number[]>();
  readonly #receipts = new Set<string>();
  #isSorted = true;

  /** @param own the order's lines; the platform's receipt numbers are among them */
  want(verdict: Verdict, own: readonly Entry[]): void {
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
  }

  sought(): Sought {
    if (!this.#isSorted) for (const times of this.#times.values()) times.sort((a, b) => a - b);
    this.#isSorted = true;
    return { times: this.#times, receipts: this.#receipts };
  }

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
};

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
