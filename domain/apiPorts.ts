import type { BusinessDate } from './businessDate.ts';
import type { CloseWait } from './closePorts.ts';
import type { Book, Channel, Kind } from './entry.ts';
import type { Machine } from './machine.ts';
import type { MergedReceipt } from './mergedReceipt.ts';
import type { Bill, BillError, Reconciliation, Topic } from './ports.ts';
import type { Quality } from './realtimeQuality.ts';
import type { Scope } from './scope.ts';
import type { Mode, VerdictCode } from './verdict.ts';

// What the API asks of the outside.

export type ConsoleFile = {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Packed forms, where they were made. */
  readonly packed: Readonly<Partial<Record<'br' | 'gzip', Uint8Array>>>;
};

/** The console as it was built (console/dist). */
export type ConsoleFiles = {
  /** index.html; NONCE_PLACE in it becomes each answer's own nonce. */
  readonly page: string;
  /** By path: `/assets/index-….js`. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
};

export const NONCE_PLACE = '__CSP_NONCE__';

/** Dates are inclusive; every filter that is absent lets everything through. */
export type ListFilter = {
  readonly mode?: Mode;
  readonly merchantId?: string;
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  /** Opaque continuation from the page before. */
  readonly cursor?: string;
  readonly limit: number;
};

/** What exceptions are ordered by, `-` largest or newest first; of equals the newest date. What a book lacks comes last. */
export const EXCEPTION_ORDERS = [
  '-businessDate',
  'businessDate',
  '-merchantFen',
  'merchantFen',
  '-platformFen',
  'platformFen',
  '-channelFen',
  'channelFen',
] as const;
export type ExceptionOrder = (typeof EXCEPTION_ORDERS)[number];

export type ExceptionFilter = ListFilter & {
  readonly status?: CaseStatus;
  readonly channel?: Channel;
  readonly type?: VerdictCode;
  readonly kind?: Kind;
  /** Of the channel's amount, else the platform's, else the merchant's; inclusive. */
  readonly minFen?: bigint;
  readonly maxFen?: bigint;
  /** An order, refund or HIS number, or the beginning of one. */
  readonly q?: string;
  /** Absent: the newest date first. */
  readonly sort?: ExceptionOrder;
};

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

export const CASE_STATUSES = ['OPEN', 'IN_PROGRESS', 'PENDING_APPROVAL', 'RESOLVED', 'HEALED'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

export type ExceptionItem = {
  readonly id: string;
  readonly mode: Mode;
  readonly type: VerdictCode;
  readonly kind: Kind;
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly channel: Channel | null;
  readonly merchantFen: bigint | null;
  readonly platformFen: bigint | null;
  readonly channelFen: bigint | null;
  readonly possiblyCrossDay: boolean;
  /** Books in which one identity stands with several amounts: the amounts shown may then be equal. */
  readonly conflictingBooks: readonly Book[];
  /** CHANNEL_ONLY although the platform has the order too, with another amount. */
  readonly amountConflict: boolean;
  /** Two books name different channels; the platform's is shown. */
  readonly channelConflict: boolean;
  /** A HIS refund without a number could be this one, or this is it. */
  readonly ambiguousRefund: boolean;
  /** Another order that this payment probably repeats. */
  readonly possibleDuplicateOf: string | null;
  /** A HIS receipt that the payments of several orders probably add up to. */
  readonly mergedReceipt: MergedReceipt | null;
  readonly status: CaseStatus;
  /** A realtime verdict whose day is not closed yet. */
  readonly provisional: boolean;
};

export type MatchRate = {
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly mode: Mode;
  readonly verdicts: number;
  readonly matched: number;
  /** Verdicts that need a person. */
  readonly exceptions: number;
};

/**
 * A run, or the state of a merchant's realtime day: that has no token and no root, ends when its last verdict was written,
 * and is provisional until a run has closed the date.
 */
export type RunRecord = Omit<Reconciliation, 'mode'> & { readonly mode: Mode; readonly provisional: boolean };

/** Verdicts of a run, by what they say, of what, and where. */
export type RunShare = {
  readonly code: VerdictCode;
  readonly kind: Kind;
  readonly channel: Channel | null;
  readonly count: number;
  /** Sums of the sides that are there; null where no verdict has one. */
  readonly fen: Readonly<Record<Book, bigint | null>>;
};

/** What a run found, and what has become of its exceptions. */
export type RunSummary = {
  /** Whether this is the run that lists follow; another one has taken its place, or it failed. */
  readonly published: boolean;
  readonly shares: readonly RunShare[];
  /** Its exceptions by the state of their cases. */
  readonly cases: Readonly<Record<CaseStatus, number>>;
};

export type QualityFilter = {
  readonly merchantId?: string;
  readonly from: BusinessDate;
  readonly to: BusinessDate;
};

/** How far the realtime verdicts of a closed date stood. */
export type RealtimeQuality = Quality & {
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
};

/** The ledger as the API reads it: what is outside the scope is not there. Each list is right under repeated rows. */
export interface LedgerQueries {
  reconciliations(scope: Scope, filter: ListFilter): Promise<Page<RunRecord>>;
  /** @returns null where there is no such run, nor realtime day */
  reconciliation(scope: Scope, runId: string): Promise<RunRecord | null>;
  /** @returns null where there is no such run; a realtime day is none */
  runSummary(scope: Scope, runId: string): Promise<RunSummary | null>;
  /** Days that are due and wait, the earliest first. */
  closeWaits(scope: Scope): Promise<readonly CloseWait[]>;
  exceptions(scope: Scope, filter: ExceptionFilter): Promise<Page<ExceptionItem>>;
  matchRates(scope: Scope, filter: ListFilter): Promise<Page<MatchRate>>;
  realtimeQuality(scope: Scope, filter: QualityFilter): Promise<readonly RealtimeQuality[]>;
}

export type BillFileFilter = Omit<ListFilter, 'mode'> & {
  readonly book?: Book;
  readonly channel?: Channel;
};

/** A bill on record. */
export type BillFile = Pick<
  Bill,
  | 'billId'
  | 'merchantId'
  | 'book'
  | 'channel'
  | 'businessDate'
  | 'format'
  | 'fileName'
  | 'rows'
  | 'errorRows'
  | 'payments'
  | 'refunds'
  | 'paymentFen'
  | 'refundFen'
  | 'importedAtMs'
> & {
  /** Whether it speaks for its place, or for a part of it; else later bills do. */
  readonly isCurrent: boolean;
  /** Of the original bytes; null: imported before they were kept. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
  /** What the channel charged, in thousandths of a fen; null: the bill does not say. */
  readonly feeMilliFen: bigint | null;
};

export interface BillFileQueries {
  /** Newest date first; of a place the latest import first. */
  billFiles(scope: Scope, filter: BillFileFilter): Promise<Page<BillFile>>;
  /** Those that stood for the books of a run. */
  billsOfRun(scope: Scope, run: Pick<RunRecord, 'merchantId' | 'bills'>): Promise<readonly BillFile[]>;
}

/** A bill with rows that could not be read and that nobody has handled: its day waits for that. */
export type BillWithErrors = {
  readonly billId: string;
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly book: Book;
  readonly channel: Channel | null;
  readonly fileName: string;
  readonly errorRows: number;
  /** The first of them, by line. */
  readonly rows: readonly BillError[];
};

export interface BillErrorQueries {
  /** Newest date first. */
  billErrors(scope: Scope, filter: Omit<ListFilter, 'mode'>): Promise<Page<BillWithErrors>>;
}

/** Certificates as the API gives them: the bytes that were signed. */
export interface CertificateQueries {
  /** @returns null where there is no such run, or its certificate is not made yet */
  certificateOfRun(scope: Scope, runId: string): Promise<string | null>;
}

/** One event as a producer sent it, or why it was not taken. */
export type IntakeResult =
  | { readonly status: 'accepted'; readonly eventId: string }
  | {
      readonly status: 'rejected';
      readonly code: string;
      readonly reason: string;
      readonly field: string | null;
    };

export type EventSender = Pick<Machine, 'merchants' | 'mayProduce'>;

/** Takes events in their JSON form; what it accepts is durable when it resolves. */
export interface EventIntake {
  /**
   * @param topic null: told by each event's own fields
   * @param producer who sends them, and of whose topics and hospitals alone they are taken; null: nobody said
   * @param traceparent of the request, kept with its events; null: none
   */
  accept(
    topic: Topic | null,
    events: readonly unknown[],
    producer: EventSender | null,
    traceparent: string | null,
  ): Promise<readonly IntakeResult[]>;
}

/** A part of the system that must be well for the whole to be ready. */
export type ReadinessCheck = { readonly part: string; readonly check: () => Promise<void> };
