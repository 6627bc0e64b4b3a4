import type { CauseFacts, NearbyKey } from './causeFacts.ts';
import { anchorMs, paidAtMs, paidFen } from './causeFacts.ts';

/** A receipt under one order that is exactly its payment and those of others, added up. */
export type MergedReceipt = {
  readonly holder: string;
  readonly bookedFen: bigint;
  readonly parts: readonly string[];
};

const ONE_VISIT_MS = 10 * 60_000;
/** Clocks differ by seconds. */
const CLOCKS_MS = 60_000;
/** With more payments that HIS lacks some of them come to any sum. */
const MOST_LACKING = 8;
const MOST_PARTS = 3;

/** All ways in which the payment is part of a merged receipt. */
export function mergedReceipts(facts: CauseFacts): readonly MergedReceipt[] {
  const atMs = anchorMs(facts);
  if (facts.kind !== 'PAYMENT' || atMs === null) return [];
  const around = facts.nearby.filter((each) => {
    const paidMs = paidAtMs(each);
    return each.kind === 'PAYMENT' && paidMs !== null && Math.abs(paidMs - atMs) <= ONE_VISIT_MS;
  });
  const lacking = around.filter(({ amounts }) => amounts.MERCHANT === null);
  return around.flatMap((holder) => {
    const [bookedFen, paid] = [holder.amounts.MERCHANT, paidFen(holder)];
    if (bookedFen === null || paid === null || bookedFen <= paid) return [];
    const payers = lacking.filter((payer) => isOfOneVisit(payer, holder));
    if (payers.length > MOST_LACKING) return [];
    return choices(payers, bookedFen - paid, MOST_PARTS)
      .map((parts) => ({ holder: holder.orderNo, bookedFen, parts: parts.map(({ orderNo }) => orderNo) }))
      .filter(({ holder: no, parts }) => no === facts.orderNo || parts.includes(facts.orderNo));
  });
}

/** Paid by one channel within minutes, and before the receipt was written. */
function isOfOneVisit(payer: NearbyKey, holder: NearbyKey): boolean {
  const [paidMs, holderMs, bookedMs] = [paidAtMs(payer), paidAtMs(holder), holder.times.MERCHANT];
  if (paidMs === null || holderMs === null || bookedMs === null) return false;
  return (
    payer.channel === holder.channel &&
    Math.abs(paidMs - holderMs) <= ONE_VISIT_MS &&
    paidMs <= bookedMs + CLOCKS_MS
  );
}

/** Choices of at most `most` payments that add up to the sum. */
function choices(payers: readonly NearbyKey[], sum: bigint, most: number): readonly (readonly NearbyKey[])[] {
  if (most === 0) return [];
  return payers.flatMap((payer, i) => {
    const fen = paidFen(payer) ?? 0n;
    if (fen === sum) return [[payer]];
    if (fen > sum) return [];
    return choices(payers.slice(i + 1), sum - fen, most - 1).map((rest) => [payer, ...rest]);
  });
}
