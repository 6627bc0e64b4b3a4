import type { KeyObject } from 'node:crypto';
import type { SourceName } from './billSource.ts';
import type { BusinessDate } from './businessDate.ts';
import type { Certificate, CertificateDraft, SignedCertificate } from './certificate.ts';
import type { DuplicateCandidate } from './duplicateHint.ts';
import type { Book, Channel, Entry, Kind } from './entry.ts';
import type { Merchant } from './merchant.ts';
import type { ReceiptClaim, UnreceiptedPayment } from './mergedReceipt.ts';
import type { Month } from './month.ts';
import type {
  Bill,
  BillError,
  BillLine,
  BillOrigin,
  PartitionId,
  Position,
  Reconciliation,
} from './ports.ts';
import type { RealtimeWords } from './realtimeQuality.ts';
import type { DayStatus } from './schedule.ts';
import type { Mode, Verdict, VerdictCode } from './verdict.ts';

// What the import of bills and the day's close need of the outside.

export type CloseMode = Exclude<Mode, 'REALTIME'>;

// --- bills -------------------------------------------------------------------------------------------------------

/** Keeps bills. Lines without their bill's record are no lines of any book. */
export interface BillStore {
  /** All bills on record of a merchant whose date lies in [from, to], superseded ones too. */
  billsBetween(merchantId: string, from: BusinessDate, to: BusinessDate): Promise<readonly Bill[]>;
  /** All bills on record that were read from these bytes, of any book and date. */
  billsOfBytes(merchantId: string, sha256: string): Promise<readonly Bill[]>;
  /** All bills on record whose id begins so, of any merchant. */
  billsById(idStart: string): Promise<readonly Bill[]>;
  /** The lines that were read of a bill, with their fees, in no order. */
  linesOf(bill: Bill): AsyncIterable<readonly BillLine[]>;
  /** Whether lines of a book are stored under the id, on record or not. */
  hasLines(merchantId: string, book: Book, billId: string): Promise<boolean>;
  /** Stores lines of a bill; storing the same lines again changes nothing. */
  writeLines(billId: string, entries: readonly Entry[]): Promise<void>;
  /** Stores what the channel charged for lines; storing it again changes nothing. */
  writeFees(billId: string, fees: readonly BillFee[]): Promise<void>;
  writeErrors(bill: Bill, errors: readonly BillError[]): Promise<void>;
  /** Puts the bill on record, which makes its lines count. Durable when it resolves. */
  record(bill: Bill): Promise<void>;
  /** Of the given bills those whose row errors a person has handled. */
  handledBills(merchantId: string, billIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Says that a day may close without the bill's rows in error. Durable when it resolves. */
  recordHandling(handling: BillHandling): Promise<void>;
  recordRefusal(refusal: BillRefusal): Promise<void>;
  /** Refusals of bytes whose SHA-256 begins so. */
  refusalsById(shaStart: string): Promise<readonly BillRefusal[]>;
}

export type BillHandling = {
  readonly merchantId: string;
  readonly billId: string;
  readonly handledBy: string;
  readonly note: string;
  readonly handledAtMs: number;
};

/** What the channel charged for one line of its bill; see BillLine. */
export type BillFee = {
  readonly entry: Entry;
  readonly line: number;
  readonly feeMilliFen: bigint;
  readonly settledFen: bigint | null;
};

/** A file that was refused as a whole; its bytes are kept all the same. */
export type BillRefusal = Pick<BillOrigin, 'sha256' | 'sizeBytes' | 'source' | 'fetchedAtMs'> & {
  readonly merchantId: string;
  readonly book: Book;
  readonly fileName: string;
  readonly code: string;
  readonly message: string;
  readonly messageZh: string | null;
  readonly refusedAtMs: number;
};

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
  /** An event counts unless its book, channel and date are here; a refund action of ours always does. */
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

/** What the verdicts of one code, kind and channel add up to, by book. */
export type VerdictSum = {
  readonly code: VerdictCode;
  readonly kind: Kind;
  readonly channel: Channel | null;
  readonly rows: number;
  readonly sides: Readonly<
    Record<Book, { readonly count: number; readonly fen: bigint; readonly onDateFen: bigint }>
  >;
};

/** Lines of the date in bills; one identity of a key counts once. */
export type BilledSum = Pick<BookSum, 'book' | 'channel' | 'kind' | 'fen'>;

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
  /** Receipts of more than was paid under their order, after `matchTrivial`; see `claimOf`. */
  receiptClaims(): Promise<readonly ReceiptClaim[]>;
  /** Payments that the claims may hold, of untouched orders too; see `unreceiptedOf`. */
  unreceiptedPayments(claims: readonly ReceiptClaim[]): Promise<readonly UnreceiptedPayment[]>;
  discard(): Promise<void>;
}

export interface CloseLedger {
  snapshot(run: RunKey, scope: BookScope): Promise<BooksSnapshot>;
  writeVerdicts(run: RunKey, rows: readonly FinalVerdict[]): Promise<void>;
  /** Sums over the sides that the run's written rows date on its date. */
  sideSums(run: RunKey): Promise<readonly SideSum[]>;
  verdictCounts(run: RunKey): Promise<Readonly<Partial<Record<VerdictCode, number>>>>;
  /** The run's written rows, added up. */
  verdictSums(run: RunKey): Promise<readonly VerdictSum[]>;
  /** What lines of the date stand in the given bills, each for its book and channel only. */
  billedSums(
    at: Pick<RunKey, 'merchantId' | 'businessDate'>,
    bills: BookScope['bills'],
  ): Promise<readonly BilledSum[]>;
  /**
   * Weighs what realtime told of the run's date against the run's written rows, and keeps it: realtime goes on when
   * counterparts come later.
   */
  storeRealtimeWords(run: RunKey): Promise<void>;
  /** What was kept of a run. */
  realtimeWords(run: Pick<RunKey, 'merchantId' | 'runId'>): Promise<readonly RealtimeWords[]>;
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

// --- schedule ----------------------------------------------------------------------------------------------------

/** A bill that a close waits for. */
export type AwaitedBill = {
  readonly book: Book;
  /** Of a channel's bill. */
  readonly channel: Channel | null;
  /** Where it is asked for; null: somebody has to bring it, or the channel's is waited for wherever it comes from. */
  readonly source: SourceName | null;
};

/** A day that is due and waits for what is missing. */
export type CloseWait = {
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly mode: CloseMode;
  /** What is missing; empty: it waits no more. */
  readonly waitsFor: readonly AwaitedBill[];
  readonly sinceMs: number;
  /** The run comes then at the latest. */
  readonly untilMs: number;
};

/** What the schedule asks of the ledger and tells it. */
export interface ScheduleLedger {
  /** Every (merchant, date) with data or a run, dated on or after `since`. */
  daysSince(since: BusinessDate): Promise<readonly DayStatus[]>;
  waits(): Promise<readonly CloseWait[]>;
  recordWait(wait: CloseWait): Promise<void>;
}

// --- certificates ------------------------------------------------------------------------------------------------

/** Certificates of a merchant form a chain; of a published run there is one. */
export interface CertificateStore {
  /** Keeps what a run's certificate will say: before the run is published, so that no published run can lack it. */
  prepare(draft: CertificateDraft): Promise<void>;
  /** Drafts of a merchant's published runs that have no certificate yet, in the order in which the runs ended. */
  waiting(merchantId: string): Promise<readonly CertificateDraft[]>;
  /** Merchants with such drafts of the last days. */
  merchantsWaiting(): Promise<readonly string[]>;
  /** The end of a merchant's chain. */
  last(merchantId: string): Promise<Certificate | null>;
  /** Durable when it resolves; the same certificate again changes nothing. */
  store(signed: SignedCertificate): Promise<void>;
}

/** Reads certificates as the bytes that were signed. */
export interface CertificateArchive {
  /** Of the run that readers follow on a date, or of the latest where all have failed. */
  ofDate(merchantId: string, date: BusinessDate): Promise<string | null>;
  ofRun(runId: string): Promise<string | null>;
  /** An order's leaves as texts, in key order, and the place of the first among all leaves of the run. */
  orderLeaves(
    run: Omit<RunKey, 'businessDate'>,
    orderNo: string,
  ): Promise<{ readonly first: number; readonly texts: readonly string[] }>;
  /** A merchant's certificates up to one, in the order of the chain. */
  chain(merchantId: string, until: number): AsyncIterable<string>;
}

export interface Signer {
  readonly publicKey: KeyObject;
  sign(certificate: Certificate): SignedCertificate;
}

/** One at a time over all processes may add to a merchant's chain. */
export interface ChainLock {
  /** @returns null while somebody else holds it */
  hold(merchantId: string): Promise<Pick<CloseLease, 'assertHeld' | 'release'> | null>;
}

/** Files that may be bills of a certificate. */
export interface BillFiles {
  /** @returns null when no file has these bytes */
  find(sha256: string): Promise<{ readonly name: string; open(): AsyncIterable<Uint8Array> } | null>;
}

/** What the close needs of certificates. */
export interface Certifier {
  prepare(draft: CertificateDraft): Promise<void>;
  /** Gives every published run of the merchant its certificate. */
  certify(merchantId: string): Promise<void>;
}

/** A day that a person has closed again. @param reason needed when its month is locked */
export type CloseAgain = (wish: {
  readonly merchant: Merchant;
  readonly date: BusinessDate;
  readonly operator: string;
  readonly reason?: string;
}) => Promise<Reconciliation>;
