import { localOfInstant } from './businessDate.ts';
import type { Book, Entry } from './entry.ts';
import { BOOKS, identityOf } from './entry.ts';

export const COMPARED_FIELDS = [
  'amountFen',
  'occurredAt',
  'businessDate',
  'channel',
  'channelTxnNo',
  'hisOrderNo',
  'businessType',
  'refundNo',
] as const;
export type ComparedFieldName = (typeof COMPARED_FIELDS)[number];

/** One field of a key in each book. */
export type ComparedField = {
  readonly field: ComparedFieldName;
  /** Distinct values by time; none where the book lacks the key or does not say. Of amountFen the sum. */
  readonly values: Readonly<Record<Book, readonly string[]>>;
  /** Books that say something say different things. */
  readonly differs: boolean;
};

/**
 * The books of one key side by side.
 * @param lines those that stand for their book
 * @param windowMs times that lie no further apart are no difference: books are never written at one instant
 */
export function compareBooks(lines: readonly Entry[], windowMs: number): readonly ComparedField[] {
  const byTime = lines.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
  const byBook = Map.groupBy(byTime, ({ book }) => book);
  return COMPARED_FIELDS.map((field) => {
    const values = { MERCHANT: [], PLATFORM: [], CHANNEL: [] } as Record<Book, readonly string[]>;
    for (const book of BOOKS) values[book] = valuesOf(field, byBook.get(book) ?? []);
    const told = BOOKS.map((book) => values[book]).filter((texts) => texts.length > 0);
    const differs =
      field === 'occurredAt'
        ? isApart(byBook, windowMs)
        : new Set(told.map((texts) => texts.join('\n'))).size > 1;
    return { field, values, differs };
  });
}

function valuesOf(field: ComparedFieldName, lines: readonly Entry[]): readonly string[] {
  if (lines.length === 0) return [];
  switch (field) {
    case 'amountFen': {
      const byIdentity = new Map<string, bigint>();
      for (const line of lines) {
        // Of one identity with several amounts the earliest counts, as in a verdict.
        if (!byIdentity.has(identityOf(line))) byIdentity.set(identityOf(line), line.amountFen);
      }
      return [[...byIdentity.values()].reduce((total, fen) => total + fen, 0n).toString()];
    }
    case 'occurredAt':
      return distinct(lines.map(({ occurredAtMs }) => localOfInstant(occurredAtMs)));
    case 'businessDate':
    case 'channel':
    case 'channelTxnNo':
    case 'hisOrderNo':
    case 'businessType':
    case 'refundNo':
      return distinct(lines.map((line) => line[field]));
  }
}

function distinct(values: readonly (string | null)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== null && value !== ''))].map(String);
}

function isApart(byBook: ReadonlyMap<Book, readonly Entry[]>, windowMs: number): boolean {
  const firsts = [...byBook.values()].flatMap(([first]) => (first ? [first.occurredAtMs] : []));
  return firsts.length > 1 && Math.max(...firsts) - Math.min(...firsts) > windowMs;
}
