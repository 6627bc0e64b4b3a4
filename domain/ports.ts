import type { BusinessDate } from './businessDate.ts';
import type { Book, Channel, Entry } from './entry.ts';
import type { MerchantChannel } from './merchant.ts';
import type { Mode, Verdict, VerdictCode } from './verdict.ts';

/** The system's only source of time. */
export interface Clock {
  /** Epoch milliseconds; simulated in playback, and then faster than real ones. */
  now(): number;
  /** What `now` was this much of the machine's time ago. */
  before(wallMs: number): number;
  /** Epoch milliseconds of the machine: for heartbeats and time-outs, which playback does not shorten. */
  wallMs(): number;
}

// --- event log -------------------------------------------------------------------------------------------------

export const TOPICS = ['payments', 'his-orders'] as const;
export type Topic = (typeof TOPICS)[number];

/** `<topic>/<number>`, e.g. `payments/3`. */
export type PartitionId = string;

/** Offset of a record inside its partition: 0, 1, 2 … Never reused; gaps are allowed. */
export type Position = number;

export type LogRecord = {
  readonly position: Position;
  /** Avro single-object bytes as the producer wrote them. */
  readonly value: Uint8Array;
  /** W3C trace context that the producer sent with it (domain/traceparent.ts). */
  readonly traceparent?: string;
};

/** A range read from one partition: everything in [from, end) is in `records`; it may be empty. */
export type LogBatch = {
  readonly partition: PartitionId;
  /** Where this read began: the end of the range before. */
  readonly from: Position;
  /** First position not read. */
  readonly end: Position;
  readonly records: readonly LogRecord[];
  /** The partition's end when the batch was read; `end === partitionEnd` means fully read. */
  readonly partitionEnd: Position;
  /** The machine's clock when the log was asked: of what came later nothing is known, however long the batch has waited. */
  readonly askedAtMs: number;
};

/** What the reader does after a batch: go on, or read again from an earlier position (the window answered GAP). */
export type BatchOutcome = { readonly kind: 'done' } | { readonly kind: 'seek'; readonly position: Position };

export type LogConsumer = {
  /** Stops after the running batches; rejects with the first failure of a handler or of the log. */
  stop(): Promise<void>;
  /** Settles when the consumer ends: resolves after stop(), rejects on the first failure. */
  readonly done: Promise<void>;
};

export interface EventLog {
  partitions(): Promise<readonly PartitionId[]>;
  /** First kept position and end (exclusive) of every partition. */
  bounds(): Promise<ReadonlyMap<PartitionId, { readonly start: Position; readonly end: Position }>>;
  /**
   * Reads all partitions, or the share of them that several processes with one log leave to this one; each in order, and
   * `onBatch` of one partition is never called concurrently with itself. A read that finds nothing calls `onBatch` with an
   * empty range (from === end), so that silence is seen.
   * A start position before the first kept one rejects with DZ_LOG_POSITION_LOST.
   */
  consume(options: {
    /** Asked whenever a partition becomes this consumer's, also when it had been before: others may have read on. */
    readonly startAt: (partition: PartitionId) => Promise<Position>;
    readonly onBatch: (batch: LogBatch) => Promise<BatchOutcome>;
    /** Partitions that are not this consumer's any more, once their running batches have ended; some come back at once. */
    readonly onRevoked?: (partitions: readonly PartitionId[]) => Promise<void>;
    readonly maxRecords: number;
  }): LogConsumer;
  /** Records progress for lag tools; never read back. */
  commit(positions: ReadonlyMap<PartitionId, Position>): Promise<void>;
  close(): Promise<void>;
}

export type NewRecord = {
  readonly topic: Topic;
  /** Decides the partition (a stable hash). */
  readonly key: string;
  readonly value: Uint8Array;
  readonly traceparent?: string;
  /** Writes to this partition number instead; producers in other languages hash differently. */
  readonly partition?: number;
};

export interface EventProducer {
  /** Resolves when all records are durable; rejects with DZ_LOG_FULL when the log may not grow further. */
  append(records: readonly NewRecord[]): Promise<void>;
  close(): Promise<void>;
}

// --- ledger ----------------------------------------------------------------------------------------------------

export type DeadLetter = {
  readonly partition: PartitionId;
  readonly position: Position;
  readonly code: string;
  readonly reason: string;
  readonly value: Uint8Array;
  readonly receivedAtMs: number;
};

export type Bill = {
  /** SHA-256 of the original bytes, hex; a later reading of them that gave other rows has `<sha256>-<hash of its rows>`. */
  readonly billId: string;
  readonly merchantId: string;
  readonly book: Book;
  /** null: the bill speaks for every channel of its book. */
  readonly channel: Channel | null;
  readonly businessDate: BusinessDate;
  readonly format: string;
  readonly fileName: string;
  readonly rows: number;
  readonly errorRows: number;
  readonly payments: number;
  readonly refunds: number;
  readonly paymentFen: bigint;
  readonly refundFen: bigint;
  readonly importedAtMs: number;
  /** The later import of a (merchant, book, channel, date) is the one that counts; strictly growing. */
  readonly version: bigint;
  /** Absent: imported before bytes were kept. */
  readonly origin?: BillOrigin;
  /** Absent on bills that were imported before there were certificates. */
  readonly account?: BillAccount;
};

/**
 * Whether a bill's own totals could be compared with its rows. PARTIAL: all that it states agrees, but not every amount
 * that is reconciled is in a total of its own. COUNTS_ONLY: an unreadable amount kept some sums from being compared.
 */
export const FOOTER_CHECKS = ['VERIFIED', 'PARTIAL', 'COUNTS_ONLY', 'NONE'] as const;
export type FooterCheck = (typeof FOOTER_CHECKS)[number];

/** Where a bill's money lies: what certificates say of it, and what the same bytes must give again. */
export type BillAccount = {
  readonly footer: FooterCheck;
  readonly stated: readonly StatedTotal[];
  readonly foreignRows: number;
  readonly foreignPaymentFen: bigint;
  readonly foreignRefundFen: bigint;
  readonly otherRows: number;
  /** By what rows were told from other businesses' when the bill was imported; null: every row is the hospital's. */
  readonly own: MerchantChannel | null;
  /** The lines, by the channel and kind that they name. */
  readonly parts: readonly BillPart[];
};

/** A total that a bill states of itself, by the name and in the text that it has there. */
export type StatedTotal = { readonly name: string; readonly value: string };

export type BillPart = {
  readonly channel: Channel | null;
  readonly kind: Entry['kind'];
  readonly fen: bigint;
  /** Of `fen`, lines that lie on other business dates than the bill's. */
  readonly otherDatesFen: bigint;
};

/** Where a bill's bytes lie and came from, and how they were read. */
export type BillOrigin = {
  /** Of the original bytes, hex; the archive keeps them under it. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** In words, e.g. `cli /home/finance/bill.csv`. */
  readonly source: string;
  readonly fetchedAtMs: number;
  /** See BillReport. */
  readonly parserVersion: number;
  /** Over the rows as they were read, hex: two readings with the same one are the same bill. */
  readonly rowsHash: string;
  /** The date was said by who imported it, not only by the bill. */
  readonly isDateGiven: boolean;
  /** See BillReport. */
  readonly feeMilliFen: bigint | null;
  /** The rate agreed with the channel when the bill was read, see MerchantChannel. */
  readonly feeRatePpm: number | null;
};

export type BillError = {
  readonly line: number;
  readonly code: string;
  /** As the bill's header or document calls it; null where it is the whole row. */
  readonly column?: string | null;
  readonly message: string;
  readonly messageZh?: string;
  readonly raw: string;
};

export const OUTCOMES = ['BALANCED', 'UNBALANCED', 'FAILED'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const FAILURE_REASONS = [
  'MERCHANT_BILL_EMPTY',
  'PLATFORM_BILL_EMPTY',
  'CHANNEL_BILL_EMPTY',
  'HDP_FAILED',
  'BILL_PARSE_ERROR',
  'BILL_NOT_READY',
  'BILL_TOTALS_MISMATCH',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export type BookTotals = {
  readonly payments: number;
  readonly refunds: number;
  readonly paymentFen: bigint;
  readonly refundFen: bigint;
};

/** One run for (merchant, date, mode); written last, so that its row is the publication. */
export type Reconciliation = {
  readonly runId: string;
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly mode: Exclude<Mode, 'REALTIME'>;
  readonly outcome: Outcome;
  readonly reasons: readonly FailureReason[];
  /** Each reason in words. */
  readonly details: Readonly<Partial<Record<FailureReason, string>>>;
  readonly operator: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Fencing token: readers follow the highest. */
  readonly token: bigint;
  readonly books: Readonly<Partial<Record<Book, BookTotals>>>;
  readonly verdicts: Readonly<Partial<Record<VerdictCode, number>>>;
  /** Ids of the bills of the date that stood for their books, sorted. */
  readonly bills: readonly string[];
  /** Root over the verdict leaves (hex), without run, version or time in them. */
  readonly merkleRoot: string;
  /** What was consumed when the run began: partition → end. */
  readonly positions: Readonly<Record<PartitionId, Position>>;
};

/** A realtime verdict with its deterministic version (see pipeline/join). */
export type VersionedVerdict = {
  readonly verdict: Verdict;
  readonly version: bigint;
  /** 0, 1 … among the verdicts that judgeOrder gave of one key; nearly always 0. */
  readonly span: number;
};

/** A line of a bill as its format gives it, before it becomes an entry of a merchant's book. */
export type BillLine = {
  /** 1-based line of the decompressed text (of the detail part, where an archive has several). */
  readonly line: number;
  readonly kind: Entry['kind'];
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly channel: Channel | null;
  readonly channelTxnNo: string | null;
  readonly hisOrderNo: string | null;
  readonly amountFen: bigint;
  readonly occurredAtMs: number;
  readonly businessType: string | null;
  /**
   * What the channel charged for the row in thousandths of a fen (WeChat writes five decimals of yuan): positive on a
   * payment, negative where it was given back with a refund. null or absent: the bill does not say.
   */
  readonly feeMilliFen?: bigint | null;
  /** What the channel settles for the row and charges its fee on: without a sign, before the fee, without coupons. */
  readonly settledFen?: bigint | null;
};

/** What a whole bill says of itself, once its last byte was read and its totals verified. */
export type BillReport = {
  /** e.g. `wechat-trade`, `alipay-business`, `unionpay-zm`, `plain-csv`. */
  readonly format: string;
  /** Of the format's reader; it grows with every change of what rows come to mean. */
  readonly parserVersion: number;
  /** e.g. `ALL`. */
  readonly billType: string;
  /** The day the bill speaks for; null where it does not say and its rows lie on several days. */
  readonly billDate: BusinessDate | null;
  /** The hospital's number at the channel, where the bill names one. */
  readonly merchantNo: string | null;
  /** Detail rows read, erroneous ones too. */
  readonly rows: number;
  readonly payments: number;
  readonly refunds: number;
  readonly paymentFen: bigint;
  readonly refundFen: bigint;
  /** Rows with no place among payments and refunds (充值, fees, adjustments): counted, kept with the bill, not reconciled. */
  readonly otherRows: number;
  /** Rows of other businesses under the same merchant number, and their sums; see MerchantChannel. */
  readonly foreignRows: number;
  readonly foreignPaymentFen: bigint;
  readonly foreignRefundFen: bigint;
  /** Σ of the lines' fees (of an account bill: of its fee rows); null where the bill names no fees. */
  readonly feeMilliFen: bigint | null;
  /** How far the bill's own totals could be compared with its rows. */
  readonly footer: FooterCheck;
  readonly stated: readonly StatedTotal[];
  /** A bill of movements of the balance: read for totals and fees, never a book. */
  readonly accountOnly: boolean;
  /** A valid bill of a day without trade. */
  readonly empty: boolean;
  readonly errorCount: number;
  /** Sheets of a workbook that were not read: hidden, or without the columns of the book. */
  readonly unreadSheets?: readonly string[];
  /** The first row errors, at most 10,000; `errorCount` counts all. */
  readonly errors: readonly BillError[];
};

/** What the caller knows of a bill before it is read. */
export type BillHints = {
  /** Whose bill it is, and of which book: a hospital's own files may be read by a mapping of its own. */
  readonly place?: { readonly merchantId: string; readonly book: Book };
  readonly channel?: Channel;
  /** A bill of another day is refused. */
  readonly date?: BusinessDate;
  /** The hospital's numbers: a bill that names another number of its channel is refused. */
  readonly own?: readonly MerchantChannel[];
};

/**
 * Reads a bill of any known format as a stream. Row errors are reported; a file that cannot be trusted as a whole makes
 * both `lines` and `report` reject with a DuizhangError `DZ_BILL_…`.
 */
export type BillReader = (
  bytes: AsyncIterable<Uint8Array>,
  hints: BillHints,
) => { readonly lines: AsyncIterable<readonly BillLine[]>; readonly report: Promise<BillReport> };

/** A decoded event, or why it is none. */
export type DecodedEvent =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly code: string; readonly reason: string };

/** Decodes one record of a topic (Avro single-object encoding) into an entry of its book; knows the merchants. */
export type EventDecoder = (topic: Topic, value: Uint8Array) => DecodedEvent;
