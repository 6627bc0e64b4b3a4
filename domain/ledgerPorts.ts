import type { BusinessDate } from './businessDate.ts';
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

/** Rows on their way: made ready as they come, because they wait by the ten thousand. */
export type RowBatch<Row> = {
  readonly size: number;
  add(row: Row): void;
  /** Durable when it resolves. May be called again after a failure. */
  write(): Promise<void>;
};

export interface RealtimeLedger {
  newEntryBatch(): RowBatch<LoggedEntry>;
  /** Of the verdicts of one key the one with the highest version counts. */
  newVerdictBatch(): RowBatch<VersionedVerdict>;
  /** Durable when they resolve, as are positions. */
  insertDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
  /** Records how far a consumer has stored the log (exclusive ends); a lower position changes nothing. */
  storePositions(consumer: string, positions: ReadonlyMap<PartitionId, Position>): Promise<void>;
  loadPositions(consumer: string): Promise<ReadonlyMap<PartitionId, Position>>;
  /** Entries of events of the given orders, by `orderKeyOf`; orders without one are absent. */
  eventEntriesOfOrders(
    orders: readonly { readonly merchantId: string; readonly orderNo: string }[],
  ): Promise<ReadonlyMap<string, readonly Entry[]>>;
}

/** A (merchant, date) that was closed. */
export type ClosedDate = {
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  /** What had been consumed when the date was closed first: an event behind it is late. */
  readonly firstPositions: Readonly<Record<PartitionId, Position>>;
};

/** What the realtime side asks of the ledger about whole days, to know what is late and what may be let go of. */
export interface DayLedger {
  /** Every date with a publication that did not fail. */
  closedDates(): Promise<readonly ClosedDate[]>;
  /**
   * Closed dates that have entries of events behind what their current publication had consumed: they want another run.
   */
  datesWithLateEntries(): Promise<
    readonly { readonly merchantId: string; readonly businessDate: BusinessDate }[]
  >;
  /** The earliest date on which some merchant has entries of events and no publication; null when there is none. */
  oldestOpenDate(): Promise<BusinessDate | null>;
  /** Orders whose realtime verdict, dated on or after `date`, leaves something to come or to settle. */
  unsettledOrders(
    date: BusinessDate,
  ): Promise<readonly { readonly merchantId: string; readonly orderNo: string }[]>;
  /** Per partition, the lowest position of an event entry dated on or after `date`; partitions without one are absent. */
  firstPositionsSince(date: BusinessDate): Promise<ReadonlyMap<PartitionId, Position>>;
}
