import type { Channel } from './entry.ts';
import type { Verdict } from './verdict.ts';

/** A payment of the platform's or the channel's book that an unreceipted payment may repeat. */
export type DuplicateCandidate = {
  readonly orderNo: string;
  readonly amountFen: bigint;
  readonly occurredAtMs: number;
  /** The receipt the platform's book names; null in the channel's. */
  readonly hisOrderNo: string | null;
  /** Whether the hospital has a receipt for this order. */
  readonly hasMerchant: boolean;
  readonly channel: Channel | null;
};

/** A patient who pays again does so within minutes. */
export const REPEAT_WITHIN_MS = 10 * 60_000;

/**
 * Marks payments that the hospital lacks with the order they probably repeat: one whose platform line names the same
 * receipt, else one with a receipt, the same amount and at most ten minutes away. Among several the nearest in time
 * counts, then the smallest order number. A hint for a person, never a ground for an action.
 * @param candidates payments of the same merchant; an order may stand there several times, once for each of its lines
 */
export function hintDuplicates(
  verdicts: readonly Verdict[],
  candidates: readonly DuplicateCandidate[],
): Verdict[] {
  const wanted = verdicts.filter(wantsHint);
  if (wanted.length === 0) return [...verdicts];
  const receiptsOf = receiptsByOrder(wanted, candidates);
  const sharing = candidatesByReceipt(receiptsOf, candidates);
  const nearby = candidatesByAmount(wanted, candidates);
  return verdicts.map((verdict) => {
    if (!wantsHint(verdict)) return verdict;
    const paid = paidSide(verdict);
    if (!paid) return verdict;
    const sameReceipt = [...(receiptsOf.get(verdict.orderNo) ?? [])].flatMap((no) => sharing.get(no) ?? []);
    const hint =
      nearest(sameReceipt, verdict.orderNo, paid.occurredAtMs, Number.POSITIVE_INFINITY) ??
      nearest(nearby.get(paid.amountFen) ?? [], verdict.orderNo, paid.occurredAtMs, REPEAT_WITHIN_MS);
    return hint === null ? verdict : { ...verdict, possibleDuplicateOf: hint };
  });
}

/** Whether a verdict is one that may get a hint: callers need not look for candidates otherwise. */
export function wantsHint(verdict: Verdict): boolean {
  return (
    verdict.kind === 'PAYMENT' &&
    verdict.sides.MERCHANT === null &&
    (verdict.code === 'CHANNEL_ONLY' || verdict.code === 'PLATFORM_ONLY')
  );
}

/** The side whose amount and time a hint is sought for. */
export function paidSide(verdict: Verdict): Verdict['sides']['PLATFORM'] {
  return verdict.sides.PLATFORM ?? verdict.sides.CHANNEL;
}

// The indexes hold only what some verdict asks for: a large day has few such verdicts and many candidates.

function receiptsByOrder(
  wanted: readonly Verdict[],
  candidates: readonly DuplicateCandidate[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const receipts = new Map(wanted.map((verdict) => [verdict.orderNo, new Set<string>()]));
  for (const { orderNo, hisOrderNo } of candidates) {
    if (hisOrderNo !== null) receipts.get(orderNo)?.add(hisOrderNo);
  }
  return receipts;
}

function candidatesByReceipt(
  receiptsOf: ReadonlyMap<string, ReadonlySet<string>>,
  candidates: readonly DuplicateCandidate[],
): ReadonlyMap<string, readonly DuplicateCandidate[]> {
  const byReceipt = new Map<string, DuplicateCandidate[]>();
  for (const receipts of receiptsOf.values()) for (const no of receipts) byReceipt.set(no, []);
  for (const candidate of candidates) {
    if (candidate.hisOrderNo !== null) byReceipt.get(candidate.hisOrderNo)?.push(candidate);
  }
  return byReceipt;
}

function candidatesByAmount(
  wanted: readonly Verdict[],
  candidates: readonly DuplicateCandidate[],
): ReadonlyMap<bigint, readonly DuplicateCandidate[]> {
  const byAmount = new Map<bigint, DuplicateCandidate[]>();
  for (const verdict of wanted) {
    const paid = paidSide(verdict);
    if (paid) byAmount.set(paid.amountFen, []);
  }
  for (const candidate of candidates) {
    if (candidate.hasMerchant) byAmount.get(candidate.amountFen)?.push(candidate);
  }
  for (const list of byAmount.values()) list.sort((a, b) => a.occurredAtMs - b.occurredAtMs);
  return byAmount;
}

function nearest(
  candidates: readonly DuplicateCandidate[],
  orderNo: string,
  occurredAtMs: number,
  withinMs: number,
): string | null {
  let best: { readonly orderNo: string; readonly distanceMs: number } | null = null;
  const first = Number.isFinite(withinMs) ? firstAtOrAfter(candidates, occurredAtMs - withinMs) : 0;
  for (let i = first; i < candidates.length; i++) {
    const candidate = candidates[i];
    if (!candidate || candidate.occurredAtMs - occurredAtMs > withinMs) break;
    const distanceMs = Math.abs(candidate.occurredAtMs - occurredAtMs);
    if (candidate.orderNo === orderNo) continue;
    if (
      best === null ||
      distanceMs < best.distanceMs ||
      (distanceMs === best.distanceMs && candidate.orderNo < best.orderNo)
    ) {
      best = { orderNo: candidate.orderNo, distanceMs };
    }
  }
  return best?.orderNo ?? null;
}

/** Index of the first candidate (in time order) that is not before an instant. */
function firstAtOrAfter(sorted: readonly DuplicateCandidate[], atMs: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.occurredAtMs ?? atMs) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
