import { hash } from 'node:crypto';
import type { Entry } from './entry.ts';
import { identityOf, keyPartOf } from './entry.ts';
import type { MatchRules } from './merchant.ts';
import { pairNumberlessRefunds } from './numberlessRefunds.ts';

// How much of an order may still be refunded, over every path to its money (docs/design.md, "Money").

/** One refund that we have begun. n: the place of its number in the order; null where a book had named the number. */
export type RefundAttempt = {
  readonly actionId: string;
  readonly refundNo: string;
  readonly n: number | null;
  readonly amountFen: bigint;
  /** FAILED: certainly not carried out, and the same number may be sent again. REFUSED: never will be. */
  readonly state: 'OPEN' | 'SUCCEEDED' | 'REFUSED' | 'FAILED';
};

/** Done, or nobody knows yet. */
export function mayBePaid({ state }: RefundAttempt): boolean {
  return state === 'SUCCEEDED' || state === 'OPEN';
}

export type OrderMoney = {
  /** What the patient paid through the channel: the channel's word, else the platform's. */
  readonly paidFen: bigint;
  /** Refunds that some book or we ourselves say are done. */
  readonly refundedFen: bigint;
  /** What HIS holds of the order: its payments less its refunds, and whether it has every payment. */
  readonly bookedFen: bigint;
  readonly isAllBooked: boolean;
  /** Refunds of ours without a final outcome. */
  readonly openFen: bigint;
  readonly refundableFen: bigint;
};

/**
 * @param lines all lines of the order, of every book, date and stream. A refund counts wherever it stands; what was paid
 *   is taken from lines that stand for their book now
 * @param attempts all refunds of the order that we have begun
 * @param more.rules of the hospital: a HIS refund without a number is the platform's where that is beyond doubt, else one more
 * @param more.repairedKey the key part of a refund that a book names and that is about to be carried out: it is no refund done
 */
export function orderMoney(
  lines: readonly { readonly entry: Entry; readonly counts: boolean }[],
  attempts: readonly RefundAttempt[],
  { rules, repairedKey = null }: { readonly rules: MatchRules; readonly repairedKey?: string | null },
): OrderMoney {
  const paidFen = paidOf(lines.filter(({ counts }) => counts).map(({ entry }) => entry));
  const done = new Map<string, bigint>();
  const put = (key: string, fen: bigint): void => {
    const known = done.get(key) ?? 0n;
    done.set(key, fen > known ? fen : known);
  };
  const entries = lines.map(({ entry }) => entry);
  for (const entry of pairNumberlessRefunds(entries, rules).lines) {
    if (entry.kind !== 'REFUND') continue;
    // What only HIS and the platform say of it is what is to be carried out; the channel's word is that it was.
    if (keyPartOf(entry) === repairedKey && entry.book !== 'CHANNEL') continue;
    put(keyPartOf(entry), entry.amountFen);
  }
  for (const attempt of attempts) {
    if (attempt.state === 'SUCCEEDED') put(`R${attempt.refundNo}`, attempt.amountFen);
  }
  let openFen = 0n;
  for (const attempt of attempts) {
    // A book may know of a refund before its gateway has told us.
    if (attempt.state === 'OPEN' && !done.has(`R${attempt.refundNo}`)) openFen += attempt.amountFen;
  }
  const refundedFen = sumOf(done.values());
  const left = paidFen - refundedFen - openFen;
  const ofHis = lines
    .filter(({ counts, entry }) => counts && entry.book === 'MERCHANT')
    .map(({ entry }) => entry);
  const [paidAtHis, refundedAtHis] = (['PAYMENT', 'REFUND'] as const).map((kind) =>
    sumOfIdentities(ofHis.filter((entry) => entry.kind === kind)),
  );
  return {
    paidFen,
    refundedFen,
    bookedFen: (paidAtHis ?? 0n) - (refundedAtHis ?? 0n),
    isAllBooked: (paidAtHis ?? 0n) >= paidFen,
    openFen,
    refundableFen: left > 0n ? left : 0n,
  };
}

export function sumOf(amounts: Iterable<bigint>): bigint {
  return [...amounts].reduce((total, fen) => total + fen, 0n);
}

function paidOf(entries: readonly Entry[]): bigint {
  for (const book of ['CHANNEL', 'PLATFORM'] as const) {
    const lines = entries.filter((entry) => entry.kind === 'PAYMENT' && entry.book === book);
    if (lines.length > 0) return sumOfIdentities(lines);
  }
  return 0n;
}

/** Where one identity stands with several amounts the smallest counts: no more than surely was paid goes back. */
function sumOfIdentities(lines: readonly Entry[]): bigint {
  const byIdentity = new Map<string, bigint>();
  for (const line of lines) {
    const known = byIdentity.get(identityOf(line));
    if (known === undefined || line.amountFen < known) byIdentity.set(identityOf(line), line.amountFen);
  }
  return sumOf(byIdentity.values());
}

/**
 * The number of the order's next refund: a function of the order and of how many of its numbers have come to a final
 * outcome, so that two racers use the same one and the gateway collapses them. Within 64 letters and digits of every channel.
 */
export function nextRefundNo(
  merchantId: string,
  orderNo: string,
  attempts: readonly RefundAttempt[],
): { readonly refundNo: string; readonly n: number } {
  const ended = attempts.filter(
    ({ n, state }) => n !== null && (state === 'SUCCEEDED' || state === 'REFUSED'),
  );
  const n = 1 + Math.max(0, ...ended.map((attempt) => attempt.n ?? 0));
  return { refundNo: `DZ${hash('sha256', `${merchantId} ${orderNo}`, 'hex').slice(0, 24)}-${n}`, n };
}
