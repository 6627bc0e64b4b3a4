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

  /** @param own the order's lines; the platform's receipt numbers are among them */
  want(verdict: Verdict, own: readonly Entry[]): void {
    const paid = wantsHint(verdict) ? paidSide(verdict) : null;
    if (paid === null) return;
    this.wantTime(paid.amountFen, paid.occurredAtMs);
    for (const line of own) {
      if (line.book === 'PLATFORM' && line.kind === 'PAYMENT' && line.hisOrderNo !== null) {
        this.wantReceipt(line.hisOrderNo);
      }
    }
  }

  wantTime(amountFen: bigint, occurredAtMs: number): void {
    const times = this.#times.get(amountFen);
    if (times) times.push(occurredAtMs);
    else this.#times.set(amountFen, [occurredAtMs]);
  }

  wantReceipt(hisOrderNo: string): void {
    this.#receipts.add(hisOrderNo);
  }

  get isEmpty(): boolean {
    return this.#times.size === 0;
  }

  get receipts(): ReadonlySet<string> {
    return this.#receipts;
  }

  /** Instants at which a payment of some amount wants a hint. */
  get times(): ReadonlyMap<bigint, readonly number[]> {
    return this.#times;
  }

  /** The lines of one order that may be pointed at. */
  candidatesOf(order: readonly Entry[]): DuplicateCandidate[] {
    const paid = order.filter((line) => line.kind === 'PAYMENT' && this.#isSought(line));
    if (paid.length === 0) return [];
    const hasMerchant = order.some((line) => line.book === 'MERCHANT' && line.kind === 'PAYMENT');
    return paid.map((line) => candidateOf(line, hasMerchant));
  }

  #isSought(line: Entry): boolean {
    if (line.book === 'MERCHANT') return false;
    if (line.book === 'PLATFORM' && line.hisOrderNo !== null && this.#receipts.has(line.hisOrderNo))
      return true;
    return isNear(this.#times.get(line.amountFen), line.occurredAtMs);
  }
}

function isNear(times: readonly number[] | undefined, atMs: number): boolean {
  return times?.some((time) => Math.abs(time - atMs) <= REPEAT_WITHIN_MS) ?? false;
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
