import type { BusinessDate } from './businessDate.ts';
import type { Book, Channel } from './entry.ts';
import type { DuizhangErrorCode } from './errors.ts';

// Where bills come from: a source is asked for a bill, an inbox is looked into.

export const SOURCE_NAMES = ['hdp', 'wechat', 'alipay', 'drop', 'upload'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** The place of one bill. */
export type WantedBill = {
  readonly merchantId: string;
  readonly book: Book;
  /** null: one bill speaks for every channel of the book. */
  readonly channel: Channel | null;
  readonly date: BusinessDate;
};

/** Original bytes that are here whole and checked as far as their source allows. */
export type FetchedBill = {
  readonly fileName: string;
  /** Provenance for people: an address or a path, never with a query, since those hold tokens. */
  readonly from: string;
  /** The bytes from their beginning; may be called again. */
  open(): AsyncIterable<Uint8Array>;
  /** Frees what holds the bytes. */
  dispose(): Promise<void>;
};

export type BillAnswer =
  | { readonly kind: 'bill'; readonly bill: FetchedBill }
  | {
      readonly kind: 'not-ready';
      /** Epoch milliseconds; null: the source has no opinion. */
      readonly askAgainAtMs: number | null;
      readonly detail: string;
    }
  | {
      readonly kind: 'no-trade';
      /** false: the same answer may mean that the bill is not generated yet. */
      readonly isCertain: boolean;
      readonly detail: string;
    }
  | SourceFailure;

export type SourceFailure = {
  readonly kind: 'failed';
  readonly code: DuizhangErrorCode;
  readonly detail: string;
  readonly askAgainAtMs: number | null;
  /** Asking again changes nothing before somebody has corrected something (a key, a number, a right). */
  readonly needsPerson: boolean;
};

export interface BillSource {
  readonly name: SourceName;
  /** Sources with one host are asked one after another, never at once. */
  readonly host: string;
  /** Expected failures are answers; it throws only when `signal` ends it or the program is wrong. */
  fetch(wanted: WantedBill, signal: AbortSignal): Promise<BillAnswer>;
}

/** A file that somebody put somewhere. Exactly one of the three ends has to follow. */
export type ArrivedBill = {
  readonly merchantId: string;
  readonly book: Book;
  /** For a bill that does not say its day itself; null: its name holds no date. */
  readonly dateInName: BusinessDate | null;
  readonly bill: FetchedBill;
  /** It is in, or was in before. */
  done(): Promise<void>;
  refuse(code: DuizhangErrorCode, reason: string): Promise<void>;
  /** Neither: it is looked at again later. */
  putBack(): Promise<void>;
};

export interface BillInbox {
  readonly name: SourceName;
  /** What has arrived whole since the last look, left-overs of a look that was killed first. */
  arrived(): AsyncIterable<ArrivedBill>;
}

/** What the hospital says of one order just now. */
export type HisOrder =
  | { readonly state: 'ABSENT' }
  | {
      readonly state: 'BOOKED' | 'REFUNDED';
      readonly hisOrderNo: string;
      readonly amountFen: bigint;
      readonly occurredAtMs: number;
      readonly refunds: readonly {
        readonly refundNo: string | null;
        readonly amountFen: bigint;
        readonly occurredAtMs: number;
      }[];
    };

export interface HisOrderQuery {
  /** @throws DZ_HDP_FAILED when the front-end machine does not answer, or not sensibly: that is never "absent" */
  orderNow(merchantId: string, orderNo: string): Promise<HisOrder>;
}
