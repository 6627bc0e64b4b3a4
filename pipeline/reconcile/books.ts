import type { Book, Channel, Entry } from '../../domain/entry.ts';
import type { BillLine } from '../../domain/ports.ts';
import type { ReconcileResult } from './tally.ts';

/** A file that speaks for a book, or for a part of one. */
export type BookFile = {
  /** As the user wrote it; messages name it. */
  readonly name: string;
  readonly book: Book;
  /** The channel that the user says the bill is of, where its format does not say. */
  readonly channel: Channel | null;
  open(): AsyncIterable<Uint8Array>;
};

/** A row that was left out, and why. */
export type FileRowError = {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
};

export type ReconciledFiles = {
  readonly result: ReconcileResult;
  /** The first of each file (see BillReport); `errorCount` counts all. */
  readonly errors: readonly FileRowError[];
  readonly errorCount: number;
  /** Rows of other businesses under the hospital's number; see MerchantChannel. */
  readonly foreignRows: number;
  /** Which channels the bills of the channel book are of; null: one of them may hold any. */
  readonly billChannels: ReadonlySet<Channel> | null;
};

/** Files name no hospital: whatever is compared in one call is one hospital's. */
export const FILES_MERCHANT = 'FILES';

/** Keeps the lines of large books outside of Node's heap and gives them back order by order. */
export interface OrderShelf {
  put(book: Book, line: BillLine, sourceRef: string): void;
  /** All lines, each order's in one list; may be read several times. */
  orders(): Iterable<readonly Entry[]>;
  /** Removes what was stored. */
  dispose(): void;
}
