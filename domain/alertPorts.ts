import type { Alert, AlertKind, AlertState } from './alert.ts';
import type { Page } from './apiPorts.ts';
import type { BusinessDate } from './businessDate.ts';
import type { Book, Channel, Kind } from './entry.ts';
import type { Scope } from './scope.ts';
import type { Verdict, VerdictCode } from './verdict.ts';

/** An order whose two books differ, as far as alerts go by it. */
export type DifferingOrder = {
  readonly merchantId: string;
  readonly orderNo: string;
  readonly keyPart: string;
  readonly span: number;
  readonly version: bigint;
  readonly code: VerdictCode;
  readonly channel: Channel | null;
  readonly businessType: string;
  /** Of the side that is there; of a mismatch the platform's. */
  readonly amountFen: bigint;
  readonly occurredAtMs: number;
  readonly businessDate: BusinessDate;
};

/** A payment of a book's events. */
export type BookedPayment = {
  readonly merchantId: string;
  readonly book: Exclude<Book, 'CHANNEL'>;
  readonly orderNo: string;
  readonly channel: Channel | null;
  readonly amountFen: bigint;
  readonly occurredAtMs: number;
};

/** What the watch keeps, and what it begins with after a restart. */
export interface AlertLedger {
  /** Those that are open, and those that were closed on or after the instant. */
  alertsSince(closedSinceMs: number): Promise<readonly Alert[]>;
  /** Durable when it resolves; writing the same again changes nothing. */
  write(alerts: readonly Alert[]): Promise<void>;
  /** Provisional realtime exceptions that stand; at most `most`, the newest. */
  differingOrders(most: number): Promise<readonly DifferingOrder[]>;
  /**
   * For each hospital the last payment of the events of each book on or after the instant, and what the other book has
   * behind it: where the silence of a feed would be seen. By time; at most `most`, of each hospital the earliest.
   */
  latestPayments(sinceMs: number, most: number): Promise<readonly BookedPayment[]>;
}

export type AlertFilter = {
  readonly state?: AlertState;
  readonly kind?: AlertKind;
  readonly merchantId?: string;
  readonly cursor?: string;
  readonly limit: number;
};

/** An order that an alert speaks of, as its books stand now. */
export type AlertOrder = {
  readonly merchantId: string;
  readonly orderNo: string;
  readonly kind: Kind;
  readonly refundNo: string | null;
  readonly channel: Channel | null;
  readonly businessType: string;
  readonly amountFen: bigint;
  readonly occurredAtMs: number;
  readonly code: VerdictCode;
  /** When the verdict was stored that found it in both books; null while it is in one alone, or differs. */
  readonly healedAtMs: number | null;
};

/** Alerts for people. */
export interface AlertQueries {
  /** The newest first. */
  alerts(scope: Scope, filter: AlertFilter): Promise<Page<Alert>>;
  /** null: there is none, or it is another hospital's. */
  alert(scope: Scope, alertId: string): Promise<Alert | null>;
  /**
   * The orders that it speaks of, by time. Of a silence also those that have healed since; of other alerts those that
   * still differ, and of days, bills, clocks and dead letters none.
   */
  orders(
    scope: Scope,
    alert: Alert,
    page: { readonly cursor?: string; readonly limit: number },
  ): Promise<Page<AlertOrder>>;
  /** The first one counts: doing it again changes nothing. */
  acknowledge(alertId: string, by: string, note: string, atMs: number): Promise<void>;
}

/** Something that changed, for whoever follows live. '' : of no hospital in particular. */
export type LiveChange =
  | { readonly topic: 'alert'; readonly merchantId: string; readonly alert: Alert }
  | { readonly topic: 'verdicts'; readonly merchantId: string; readonly batch: VerdictBatch };

/** A realtime verdict as it is told live. */
export type LiveVerdict = Pick<
  Verdict,
  'kind' | 'orderNo' | 'refundNo' | 'keyPart' | 'code' | 'channel' | 'businessDate'
> & {
  readonly merchantFen: bigint | null;
  readonly platformFen: bigint | null;
  readonly occurredAtMs: number;
  /** When it was judged. */
  readonly atMs: number;
  /** It was told as an exception so long before; null: it was not, or still is one. */
  readonly healedAfterMs: number | null;
};

/** Verdicts of one hospital since the batch before: all of them counted, some of them told. */
export type VerdictBatch = {
  readonly merchantId: string;
  readonly atMs: number;
  readonly verdicts: number;
  readonly matched: number;
  /** Keys that became one. */
  readonly exceptions: number;
  /** Keys that were one and are no more. */
  readonly healed: number;
  /** Exceptions and what healed first; of matches a sample. */
  readonly items: readonly LiveVerdict[];
};

/** A change as it is passed on: its data is JSON already. */
export type LiveEvent = {
  /** Grows; what to ask for to go on behind it. */
  readonly id: string;
  readonly topic: string;
  readonly merchantId: string;
  readonly data: string;
};

/** Live changes, of which the newest are kept: a reminder to look, not a record. */
export interface LiveChanges {
  publish(changes: readonly LiveChange[]): Promise<void>;
}

export interface LiveReader {
  /** What came behind the id, in order. */
  read(after: string, most: number): Promise<readonly LiveEvent[]>;
  newestId(): Promise<string>;
  /** Whether everything behind the id is still kept. */
  reaches(id: string): Promise<boolean>;
}
