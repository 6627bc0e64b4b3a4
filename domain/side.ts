import type { BusinessDate } from './businessDate.ts';
import type { Channel, Entry } from './entry.ts';
import { identityOf, keyPartOf } from './entry.ts';
import { addFen } from './money.ts';

/** One book's part of a matchKey: all its lines of the key, taken together. */
export type Side = {
  /** Sum over the distinct identities; where one identity stands with several amounts, its earliest counts. */
  readonly amountFen: bigint;
  /** The earliest line's date and time. */
  readonly businessDate: BusinessDate;
  readonly occurredAtMs: number;
  readonly channel: Channel | null;
  /** Distinct identities with their amounts, by (occurredAt, identity, amount). */
  readonly identities: readonly { readonly identity: string; readonly amountFen: bigint }[];
  /** One identity stands here with different amounts. */
  readonly conflict: boolean;
};

/** Lines by `keyPartOf`, in its order. */
export function linesByKey(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const byKey = Map.groupBy(entries, keyPartOf);
  return [...byKey.keys()].sort(compareText).map((key) => byKey.get(key) ?? []);
}

/** Of the one line that a book has of a key. */
export function lineSide(line: Entry): Side {
  return {
    amountFen: line.amountFen,
    businessDate: line.businessDate,
    occurredAtMs: line.occurredAtMs,
    channel: line.channel,
    identities: [{ identity: identityOf(line), amountFen: line.amountFen }],
    conflict: false,
  };
}

/** @param lines of one key and book */
export function sideOf(lines: readonly Entry[]): Side | null {
  const [only] = lines;
  if (only && lines.length === 1) return lineSide(only);
  const sorted = [...lines].sort(compareLines);
  const [first] = sorted;
  if (!first) return null;
  const identities = new Map<string, bigint>();
  let conflict = false;
  for (const line of sorted) {
    const identity = identityOf(line);
    const known = identities.get(identity);
    if (known === undefined) identities.set(identity, line.amountFen);
    else if (known !== line.amountFen) conflict = true;
  }
  return {
    amountFen: [...identities.values()].reduce(addFen, 0n),
    businessDate: first.businessDate,
    occurredAtMs: first.occurredAtMs,
    channel: sorted.find((line) => line.channel !== null)?.channel ?? null,
    identities: [...identities].map(([identity, amountFen]) => ({ identity, amountFen })),
    conflict,
  };
}

/** The order of lines inside a side: arrival order must not matter. */
function compareLines(a: Entry, b: Entry): number {
  return (
    a.occurredAtMs - b.occurredAtMs ||
    compareText(identityOf(a), identityOf(b)) ||
    Number(a.amountFen > b.amountFen) - Number(a.amountFen < b.amountFen) ||
    compareText(a.channel ?? '', b.channel ?? '')
  );
}

/** Code-unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
