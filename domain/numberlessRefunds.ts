import type { Entry } from './entry.ts';
import { keyPartOf } from './entry.ts';

type Refund = { readonly key: string; readonly refundNo: string | null; readonly atMs: number };

/**
 * A HIS refund that came without a number takes the number of the refund of its order and amount which HIS has under no
 * number: the only one, or, of several, the nearest in time where that is beyond doubt. Else nothing is guessed.
 * @param marginMs how much further away than the nearest every rival must be, on either side
 */
export function pairNumberlessRefunds(entries: readonly Entry[], marginMs: number): readonly Entry[] {
  const refunds = entries.filter((entry) => entry.kind === 'REFUND');
  const ofHis = refunds.filter((entry) => entry.book === 'MERCHANT');
  const numberless = ofHis.filter((entry) => entry.refundNo === null);
  if (numberless.length === 0) return entries;
  const taken = new Set(ofHis.map(keyPartOf));
  const open = refunds.filter((entry) => entry.book !== 'MERCHANT' && !taken.has(keyPartOf(entry)));
  const refundNoOf = new Map<string, string>();
  for (const amountFen of new Set(numberless.map((entry) => entry.amountFen))) {
    const ofAmount = (entry: Entry): boolean => entry.amountFen === amountFen;
    const wanting = refundsOf(numberless.filter(ofAmount));
    const offered = refundsOf(open.filter(ofAmount));
    for (const refund of wanting) {
      const found = offered.find((other) => isBeyondDoubt(refund, other, { wanting, offered, marginMs }));
      if (found && found.refundNo !== null) refundNoOf.set(refund.key, found.refundNo);
    }
  }
  return entries.map((entry) => {
    const refundNo = entry.book === 'MERCHANT' ? refundNoOf.get(keyPartOf(entry)) : undefined;
    return refundNo === undefined ? entry : { ...entry, refundNo };
  });
}

function isBeyondDoubt(
  refund: Refund,
  other: Refund,
  { wanting, offered, marginMs }: Rivals & { readonly marginMs: number },
): boolean {
  const distance = (a: Refund, b: Refund): number => Math.abs(a.atMs - b.atMs);
  const limit = distance(refund, other) + marginMs;
  return (
    offered.every((rival) => rival === other || distance(refund, rival) > limit) &&
    wanting.every((rival) => rival === refund || distance(rival, other) > limit)
  );
}

type Rivals = { readonly wanting: readonly Refund[]; readonly offered: readonly Refund[] };

/** One for each key, at its earliest time: the order in which lines came must not matter. */
function refundsOf(lines: readonly Entry[]): readonly Refund[] {
  const byKey = new Map<string, Refund>();
  for (const line of lines) {
    const key = keyPartOf(line);
    const atMs = Math.min(line.occurredAtMs, byKey.get(key)?.atMs ?? line.occurredAtMs);
    byKey.set(key, { key, refundNo: line.refundNo, atMs });
  }
  return [...byKey.values()];
}
