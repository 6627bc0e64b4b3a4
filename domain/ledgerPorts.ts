import type { Entry } from './entry.ts';
import type { DeadLetter, PartitionId, Position, VersionedVerdict } from './ports.ts';

// What the realtime side needs of the ledger. Everything is at least once: writing the same again changes nothing.

/** An entry with where its event stands in the log. */
export type LoggedEntry = {
  readonly entry: Entry;
  readonly partition: PartitionId;
  readonly position: Position;
  /** Its day had been closed before it came. */
  readonly late: boolean;
};

export interface RealtimeLedger {
  /** Durable when they resolve, as are the other writes. */
  insertEntries(entries: readonly LoggedEntry[]): Promise<void>;
  insertDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
  /** Of the rows of one key the one with the highest version counts. */
  insertVerdicts(verdicts: readonly VersionedVerdict[]): Promise<void>;
  /** Records how far a consumer has stored the log (exclusive ends); a lower position changes nothing. */
  storePositions(consumer: string, positions: ReadonlyMap<PartitionId, Position>): Promise<void>;
  loadPositions(consumer: string): Promise<ReadonlyMap<PartitionId, Position>>;
  /** Entries of events of the given orders, by `orderKeyOf`; orders without one are absent. */
  eventEntriesOfOrders(
    orders: readonly { readonly merchantId: string; readonly orderNo: string }[],
  ): Promise<ReadonlyMap<string, readonly Entry[]>>;
}
