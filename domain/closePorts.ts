import type { BusinessDate } from './businessDate.ts';
import type { DuplicateCandidate } from './duplicateHint.ts';
import type { Book, Channel, Entry, Kind } from './entry.ts';
import type { Month } from './month.ts';
import type { Bill, BillError, PartitionId, Position, Reconciliation } from './ports.ts';
import type { Mode, Verdict, VerdictCode } from './verdict.ts';

// What the import of bills and the day's close need of the outside.

export type CloseMode = Exclude<Mode, 'REALTIME'>;

// --- bills -------------------------------------------------------------------------------------------------------

/** Keeps bills. Lines without their bill's record are no lines of any book. */
export interface BillStore {
  /** All bills on record of a merchant whose date lies in [from, to], superseded ones too. */
  billsBetween(merchantId: string, from: BusinessDate, to: BusinessDate): Promise<readonly Bill[]>;
  /** Stores lines of a bill; storing the same lines again changes nothing. */
  writeLines(billId: string, entries: readonly Entry[]): Promise<void>;
  writeErrors(bill: Bill, errors: readonly BillError[]): Promise<void>;
  /** Puts the bill on record, which makes its lines count. Durable when it resolves. */
  record(bill: Bill): Promise<void>;
}

// --- close -------------------------------------------------------------------------------------------------------

/** Which lines are the three books of a merchant around a date. */
export type BookScope = {
  readonly merchantId: string;
  /** The date that is closed. */
  readonly businessDate: BusinessDate;
  /** First and last date whose lines may be counterparts. */
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  /** A bill's line counts when its bill is here with its book and channel. */
  readonly bills: readonly {
    readonly billId: string;
    readonly book: Book;
    readonly channel: Channel | null;
  }[];
  /** A line of another source (event, action) counts unless its book, channel and date are here. */
  readonly covered: readonly {
    readonly book: Book;
    readonly channel: Channel | null;
    readonly businessDate: BusinessDate;
  }[];
};

/** A verdict as a run publishes it. */
export type FinalVerdict = {
  readonly verdict: Verdict;
  /** The earlier date whose verdict this row settles or carries on; null where it is the run's own. */
  readonly refersTo: BusinessDate | null;
};

/** Lines of one book, channel and kind on the date that is closed; one identity of a key counts once. */
export type BookSum = {
  readonly book: Book;
  readonly channel: Channel | null;
  readonly kind: Kind;
  readonly lines: number;
  readonly fen: bigint;
  /** Of `fen`, the identities that stand on this one date with one amount: nearly always all of them. */
  readonly plainFen: bigint;
};

/** What a book's sides add up to, by kind. */
export type SideSum = { readonly book: Book; readonly kind: Kind; readonly fen: bigint };

/** The run whose rows are being written. */
export type RunKey = {
  readonly runId: string;
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly mode: CloseMode;
};

/**
 * The books as they stood at one moment: every order with a line on the date, each with all its lines in the scope. What
 * arrives later does not change it.
 */
export interface BooksSnapshot {
  sums(): Promise<readonly BookSum[]>;
  /**
   * Decides the orders that leave nothing to judge (each key once in every book, equal amounts, all on the date) and
   * writes their MATCHED rows for the run.
   */
  matchTrivial(): Promise<void>;
  /** All other orders in batches, each order with all its lines. */
  ordersToJudge(): AsyncIterable<readonly (readonly Entry[])[]>;
  /** Payments that the verdicts may repeat, of untouched orders too; see `hintDuplicates`. */
  duplicateCandidates(verdicts: readonly Verdict[]): Promise<readonly DuplicateCandidate[]>;
  discard(): Promise<void>;
}

export interface CloseLedger {
  snapshot(run: RunKey, scope: BookScope): Promise<BooksSnapshot>;
  writeVerdicts(run: RunKey, rows: readonly FinalVerdict[]): Promise<void>;
  /** Sums over the sides that the run's written rows date on its date. */
  sideSums(run: RunKey): Promise<readonly SideSum[]>;
  verdictCounts(run: RunKey): Promise<Readonly<Partial<Record<VerdictCode, number>>>>;
  /** Merkle leaves of the run's written rows in key order. */
  leaves(run: RunKey): AsyncIterable<readonly Buffer[]>;
  /** The run's rows in key order, all or those of some verdicts. */
  rows(run: RunKey, codes: readonly VerdictCode[]): AsyncIterable<readonly FinalVerdict[]>;
  /** The highest token published for the run's merchant, date and mode; 0 when there is none. */
  highestToken(run: RunKey): Promise<bigint>;
  /** Makes the run the one that readers follow. Durable when it resolves. */
  publish(reconciliation: Reconciliation): Promise<void>;
  monthLock(merchantId: string, month: Month): Promise<MonthLock | null>;
  /** Durable when it resolves. */
  recordLockedClose(close: LockedClose): Promise<void>;
}

/** A month whose dates are not closed again without a reason. */
export type MonthLock = {
  readonly merchantId: string;
  readonly month: Month;
  readonly lockedBy: string;
  readonly lockedAtMs: number;
};

/** A close of a date whose month is locked, and why. */
export type LockedClose = {
  readonly runId: string;
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly operator: string;
  readonly reason: string;
  readonly atMs: number;
};

export interface MonthLockStore {
  /** The first lock of the month. */
  monthLock(merchantId: string, month: Month): Promise<MonthLock | null>;
  /** Durable when it resolves. */
  lock(lock: MonthLock): Promise<void>;
  /** All of a merchant, by month. */
  locks(merchantId: string): Promise<readonly MonthLock[]>;
  /** Dates in [from, to] with an event or a bill and no published run. */
  openDates(merchantId: string, from: BusinessDate, to: BusinessDate): Promise<readonly BusinessDate[]>;
}

/** A right to publish that ends; a later holder has a higher token. */
export type CloseLease = {
  /** Higher than any token issued or published before for this merchant, date and mode. */
  readonly token: bigint;
  /** @throws DZ_CLOSE_LEASE_LOST when somebody else holds a higher token now. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
};

export interface TokenIssuer {
  /**
   * @param highestPublished what the ledger knows; Redis may have been emptied
   * @throws DZ_CLOSE_RUNNING while another close of the same merchant, date and mode holds the lease
   */
  acquire(run: RunKey, highestPublished: () => Promise<bigint>): Promise<CloseLease>;
}

/** Holds a close back until everything before it is consumed and stored. */
export interface CloseGate {
  waitUntilStored(
    merchantId: string,
    date: BusinessDate,
  ): Promise<{ readonly positions: Readonly<Record<PartitionId, Position>> }>;
}
