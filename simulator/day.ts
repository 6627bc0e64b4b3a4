import type { BusinessDate } from '../domain/businessDate.ts';
import type { Book, Channel, Kind } from '../domain/entry.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { Topic } from '../domain/ports.ts';

// What a simulated hospital day is made of. The truth is planted by whoever makes the day, never computed from it.

export type DayOptions = {
  readonly seed: number;
  readonly merchants: readonly Merchant[];
  /** Orders of each merchant. */
  readonly orders: number;
  readonly date: BusinessDate;
  /** How many of each defect a merchant gets; null: a share of the orders that depends on their number. */
  readonly defects: Readonly<Record<string, number>> | null;
};

/** The JSON forms of docs: an object as `POST /api/v1/events` takes it. amountFen is a decimal string. */
export type EventJson = Readonly<Record<string, string | null>>;

export type SimulatedEvent = {
  readonly topic: Topic;
  /** The producer's partitioning key. The two topics are keyed differently, so that an order's sides part. */
  readonly key: string;
  /** When the log receives it: after `occurredAt`, by the latency of its producer; not in order of `occurredAt`. */
  readonly arrivesAtMs: number;
  /** An event, or bytes that are none. */
  readonly payload: { readonly event: EventJson } | { readonly bytes: Uint8Array };
};

/** One file of one book, in the format in which its writer delivers it. */
export type SimulatedBill = {
  readonly merchantId: string;
  readonly book: Book;
  /** null: the file speaks for every channel. */
  readonly channel: Channel | null;
  readonly date: BusinessDate;
  readonly fileName: string;
  readonly bytes: Uint8Array;
};

/** What was planted for one matchKey. */
export type TruthRow = {
  readonly merchantId: string;
  readonly kind: Kind;
  readonly orderNo: string;
  readonly refundNo: string | null;
  /** Name of the planted defect; null: an ordinary order. */
  readonly defect: string | null;
  /** The last realtime verdict of the day; null: none (nothing of it came as an event). */
  readonly realtime: { readonly code: string; readonly businessDate: BusinessDate } | null;
  /** The verdict in the THREE_WAY run of the day; null: it has no row there. */
  readonly threeWay: { readonly code: string; readonly businessDate: BusinessDate } | null;
};

export type Truth = {
  readonly seed: number;
  readonly date: BusinessDate;
  readonly rows: readonly TruthRow[];
  /** Events that must become dead letters, by code. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Lines of bills that must be reported as erroneous: file name and 1-based line. */
  readonly badBillLines: readonly {
    readonly fileName: string;
    readonly line: number;
    readonly code: string;
  }[];
};

export type SimulatedDay = {
  /** By arrival. */
  readonly events: readonly SimulatedEvent[];
  /** Of the date, and of the days around it as far as its events reach there. */
  readonly bills: readonly SimulatedBill[];
  readonly truth: Truth;
};
