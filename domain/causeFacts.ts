import type { Book, Channel, Entry, Kind } from './entry.ts';
import { BOOKS, identityOf } from './entry.ts';
import type { MatchRules } from './merchant.ts';

// What the rules of likelyCause.ts go by.

/** A distinct line of the key in one book. */
export type CauseLine = Pick<Entry, 'amountFen' | 'occurredAtMs' | 'businessDate'>;

/** A payment or refund of the same hospital at about the same time, this one's own among them. */
export type NearbyKey = {
  readonly orderNo: string;
  readonly kind: Kind;
  readonly channel: Channel | null;
  readonly businessType: string | null;
  /** HIS receipts that its lines name. */
  readonly receipts: readonly string[];
  readonly amounts: Readonly<Record<Book, bigint | null>>;
  readonly times: Readonly<Record<Book, number | null>>;
};

export type CauseFacts = {
  readonly orderNo: string;
  readonly kind: Kind;
  /** Lines that stand for their book, by time; a repeated identity once. */
  readonly lines: Readonly<Record<Book, readonly CauseLine[]>>;
  readonly rules: MatchRules;
  /** By nearness in time. */
  readonly nearby: readonly NearbyKey[];
};

/** How far around a case its surroundings reach. */
export const SURROUNDINGS_MS = 60 * 60_000;
/** A receipt that was booked much later is no missing one. */
export const LATE_RECEIPT_MS = 4 * 60 * 60_000;

/** @param standing lines of the key that stand for their book */
export function causeLines(standing: readonly Entry[]): CauseFacts['lines'] {
  const lines: Record<Book, readonly CauseLine[]> = { MERCHANT: [], PLATFORM: [], CHANNEL: [] };
  for (const book of BOOKS) {
    const byTime = standing
      .filter((entry) => entry.book === book)
      .toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
    const byIdentity = Map.groupBy(byTime, identityOf);
    lines[book] = [...byIdentity.values()].flatMap(([first]) => (first ? [first] : []));
  }
  return lines;
}

/** When the money moved: the platform's time, else the channel's, else that of HIS. */
export function anchorMs({ lines }: Pick<CauseFacts, 'lines'>): number | null {
  const [first] = [...lines.PLATFORM, ...lines.CHANNEL, ...lines.MERCHANT];
  return first?.occurredAtMs ?? null;
}

export function sumIn(lines: readonly CauseLine[]): bigint | null {
  return lines.length === 0 ? null : lines.reduce((total, { amountFen }) => total + amountFen, 0n);
}

/** What was paid: the platform's word, else the channel's. */
export function paidFen({ amounts }: NearbyKey): bigint | null {
  return amounts.PLATFORM ?? amounts.CHANNEL;
}

export function paidAtMs({ times }: NearbyKey): number | null {
  return times.PLATFORM ?? times.CHANNEL;
}
