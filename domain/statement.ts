import type { BusinessDate } from './businessDate.ts';
import type { MonthLock } from './closePorts.ts';
import type { Book, Channel, Kind } from './entry.ts';
import type { ExportFile } from './exports.ts';
import type { Month } from './month.ts';
import type { Reconciliation } from './ports.ts';
import type { CaseWord, RollForward, Word } from './rollForward.ts';
import type { Scope } from './scope.ts';
import type { VerdictCode } from './verdict.ts';

// The statement that a hospital is handed, of a day (对账日报) or a month (对账月报).

export const STATEMENT_FORMATS = ['xlsx', 'html'] as const;
export type StatementFormat = (typeof STATEMENT_FORMATS)[number];

export type StatementSpan =
  { readonly kind: 'DAY'; readonly date: BusinessDate } | { readonly kind: 'MONTH'; readonly month: Month };

/** Rows of the published runs of a span. */
export type VerdictSum = {
  readonly code: VerdictCode;
  readonly channel: Channel | null;
  readonly kind: Kind;
  readonly rows: number;
  /** Payments and refunds that the rows are of: one that spans midnight has a row in each date's run. */
  readonly keys: number;
  /** Each side in the run of its own date; null where no row has that side there. */
  readonly fen: Readonly<Record<Book, bigint | null>>;
  /** Lines of each book that are dated as their run is, and what they add up to. */
  readonly ownLines: Readonly<Record<Book, number>>;
  readonly ownFen: Readonly<Record<Book, bigint>>;
};

/** Lines and sum of a book at one channel; `channel` OTHER is what is left between the verdicts and the run's total. */
export type BookLine = {
  readonly book: Book;
  readonly channel: Channel | null | 'OTHER' | 'TOTAL';
  readonly payments: number;
  readonly paymentFen: bigint;
  readonly refunds: number;
  readonly refundFen: bigint;
};

export type Statement = {
  readonly merchantId: string;
  readonly merchantName: string;
  readonly span: StatementSpan;
  readonly from: BusinessDate;
  /** A month that is not over ends with its last closed date. */
  readonly to: BusinessDate;
  readonly madeAtMs: number;
  readonly lock: MonthLock | null;
  /** The published runs of the span, by date. */
  readonly runs: readonly Reconciliation[];
  /** Dates of the span with events or bills that no run has closed. */
  readonly openDates: readonly BusinessDate[];
  readonly books: readonly BookLine[];
  readonly verdicts: readonly VerdictSum[];
  readonly roll: RollForward;
};

/** What a statement is made of. */
export interface StatementLedger {
  publishedRuns(merchantId: string, from: BusinessDate, to: BusinessDate): Promise<readonly Reconciliation[]>;
  /** @param runs of one merchant */
  verdictSums(runs: readonly Reconciliation[]): Promise<readonly VerdictSum[]>;
  /** Of published runs up to a date, on every key that one of them ever called an exception. */
  words(merchantId: string, upTo: BusinessDate): Promise<readonly Word[]>;
  cases(merchantId: string): Promise<readonly CaseWord[]>;
  monthLock(merchantId: string, month: Month): Promise<MonthLock | null>;
  openDates(merchantId: string, from: BusinessDate, to: BusinessDate): Promise<readonly BusinessDate[]>;
}

export type StatementRequest = {
  readonly merchantId: string;
  readonly span: StatementSpan;
  readonly format: StatementFormat;
};

export interface Statements {
  /** @throws DZ_UNKNOWN_MERCHANT (also of one outside the scope), DZ_STATEMENT_NOT_CLOSED, DZ_STATEMENT_NOT_TIED */
  open(scope: Scope, request: StatementRequest): Promise<ExportFile>;
}
