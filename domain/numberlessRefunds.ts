import type { BusinessDate } from './businessDate.ts';
import { daysBetween } from './businessDate.ts';
import type { Entry } from './entry.ts';
import { keyPartOf } from './entry.ts';
import type { MatchRules } from './merchant.ts';

type Refund = {
  readonly key: string;
  readonly refundNo: string | null;
  readonly atMs: number;
  readonly businessDate: BusinessDate;
};

export type PairedRefunds = {
  /** The order's lines; a numberless refund that was paired carries the number. */
  readonly lines: readonly Entry[];
  /** Key parts of refunds without a number that stand alone, and of those that each of them could be. */
  readonly ambiguous: ReadonlySet<string>;
};

const NONE: ReadonlySet<string> = new Set();

/**
 * A HIS refund that came without a number takes the number of the refund of its order and amount which HIS has under no
 * number, at most the cross-day span away: the only one, or, of several, the nearest in time where that is beyond doubt,
 * every rival on either side being further away by more than the merchant's window. Else nothing is guessed, and all
 * that could belong together are called ambiguous.
 */
export function pairNumberlessRefunds(
  entries: readonly Entry[],
  { windowMs: marginMs, crossDayDays }: Pick<MatchRules, 'windowMs' | 'crossDayDays'>,
): PairedRefunds {
  const refunds = entries.filter((entry) => entry.kind === 'REFUND');
  const ofHis = refunds.filter((entry) => entry.book === 'MERCHANT');
  const numberless = ofHis.filter((entry) => entry.refundNo === null);
  if (numberless.length === 0) return { lines: entries, ambiguous: NONE };
  const taken = new Set(ofHis.map(keyPartOf));
  const open = refunds.filter((entry) => entry.book !== 'MERCHANT' && !taken.has(keyPartOf(entry)));
  const refundNoOf = new Map<string, string>();
  const ambiguous = new Set<string>();
  const isNear = (a: Refund, b: Refund): boolean =>
    Math.abs(daysBetween(a.businessDate, b.businessDate)) <= crossDayDays;
  for (const amountFen of new Set(numberless.map((entry) => entry.amountFen))) {
    const ofAmount = (entry: Entry): boolean => entry.amountFen === amountFen;
    const wanting = refundsOf(numberless.filter(ofAmount));
    const offered = refundsOf(open.filter(ofAmount));
    const rivals = { wanting, offered, marginMs, isNear };
    const pairs = wanting.flatMap((refund) => {
      const other = offered.find((each) => isBeyondDoubt(refund, each, rivals));
      return other && other.refundNo !== null ? [{ refund, other, refundNo: other.refundNo }] : [];
    });
    for (const { refund, refundNo } of pairs) refundNoOf.set(refund.key, refundNo);
    const alone = wanting.filter((refund) => pairs.every((pair) => pair.refund !== refund));
    const left = offered.filter((other) => pairs.every((pair) => pair.other !== other));
    for (const refund of alone) {
      for (const other of left) if (isNear(refund, other)) ambiguous.add(refund.key).add(other.key);
    }
  }
  const lines = entries.map((entry) => {
    const refundNo = entry.book === 'MERCHANT' ? refundNoOf.get(keyPartOf(entry)) : undefined;
    return refundNo === undefined ? entry : { ...entry, refundNo };
  });
  return { lines, ambiguous };
}

type Rivals = {
  readonly wanting: readonly Refund[];
  readonly offered: readonly Refund[];
  readonly marginMs: number;
  readonly isNear: (a: Refund, b: Refund) => boolean;
};

function isBeyondDoubt(
  refund: Refund,
  other: Refund,
  { wanting, offered, marginMs, isNear }: Rivals,
): boolean {
  if (!isNear(refund, other)) return false;
  const distance = (a: Refund, b: Refund): number => Math.abs(a.atMs - b.atMs);
  const limit = distance(refund, other) + marginMs;
  return (
    offered.every((rival) => rival === other || !isNear(refund, rival) || distance(refund, rival) > limit) &&
    wanting.every((rival) => rival === refund || !isNear(rival, other) || distance(rival, other) > limit)
  );
}

/** One for each key, at its earliest line: the order in which lines came must not matter. */
function refundsOf(lines: readonly Entry[]): readonly Refund[] {
  const byKey = new Map<string, Refund>();
  for (const line of lines) {
    const key = keyPartOf(line);
    const known = byKey.get(key);
    if (known && known.atMs <= line.occurredAtMs) continue;
    byKey.set(key, {
      key,
      refundNo: line.refundNo,
      atMs: line.occurredAtMs,
      businessDate: line.businessDate,
    });
  }
  return [...byKey.values()];
}
