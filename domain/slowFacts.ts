import type { DifferingOrder } from './alertPorts.ts';
import type { BusinessDate } from './businessDate.ts';
import type { Book, Channel } from './entry.ts';

/** A refund whose gateway has not said how it ended. */
export type OpenRefund = {
  readonly merchantId: string;
  readonly orderNo: string;
  readonly refundNo: string;
  readonly channel: Channel | null;
  readonly amountFen: bigint;
  /** When it was decided upon, before the gateway was first called. */
  readonly askedAtMs: number;
};

/** Which book of a date a bill on record speaks for. */
export type BillPlace = {
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly book: Book;
  /** null: every channel of the book. */
  readonly channel: Channel | null;
};

/** Instants, the end exclusive. */
export type TimeSpan = { readonly fromMs: number; readonly toMs: number };

/** Payments that realtime has judged: those in both books with one amount, and those in one alone. */
export type JudgedPayments = {
  readonly merchantId: string;
  readonly matched: number;
  readonly oneSided: number;
};

export type OneSidedPayment = Pick<
  DifferingOrder,
  'merchantId' | 'code' | 'channel' | 'amountFen' | 'occurredAtMs'
>;

/** What alerts that can wait a minute go by. */
export interface SlowFacts {
  /** Oldest first. */
  openRefunds(): Promise<readonly OpenRefund[]>;
  billPlaces(from: BusinessDate): Promise<readonly BillPlace[]>;
  /** Whether the platform's book holds anything that a bill would. */
  hasTrade(merchantId: string, channel: Channel | null, date: BusinessDate): Promise<boolean>;
  /** Of payments that were paid in the span; hospitals without any are left out. */
  judgedPayments(merchantIds: readonly string[], span: TimeSpan): Promise<readonly JudgedPayments[]>;
  /** The one-sided of them; at most `most`. */
  oneSidedPayments(
    merchantIds: readonly string[],
    span: TimeSpan,
    most: number,
  ): Promise<readonly OneSidedPayment[]>;
}
