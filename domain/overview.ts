import type { BusinessDate } from './businessDate.ts';
import type { Book } from './entry.ts';
import type { Scope } from './scope.ts';

/** How things stand at a moment: what the first page of the console draws. */
export type Overview = {
  /** Exceptions that wait for a person, by hospital; hospitals without one are left out. */
  readonly open: readonly {
    readonly merchantId: string;
    readonly count: number;
    /** Of the channel's amount, else the platform's, else the merchant's. */
    readonly amountFen: bigint;
    readonly oldestDate: BusinessDate;
  }[];
  /** Realtime verdicts of the date, by the Beijing hour of their order. */
  readonly hours: readonly { readonly hour: number; readonly verdicts: number; readonly matched: number }[];
  /** Payments and refunds of the last hour by the minute in which they occurred; minutes without any are left out. */
  readonly minutes: readonly {
    readonly atMs: number;
    readonly platform: number;
    readonly merchant: number;
  }[];
  /** Feeds that told of something today or yesterday. */
  readonly feeds: readonly {
    readonly merchantId: string;
    readonly book: Book;
    /** When the newest of what it told occurred, and when it was last heard. */
    readonly newestMs: number;
    readonly heardMs: number;
    /** Half of what came within five minutes before that came at most so long after it occurred. */
    readonly lagMs: number;
  }[];
  /** The first and the last date of which an event or a bill is on record; hospitals that never sent anything are left out. */
  readonly connected: readonly {
    readonly merchantId: string;
    readonly firstDate: BusinessDate;
    readonly lastDate: BusinessDate;
  }[];
};

export type OverviewFilter = {
  readonly merchantId?: string;
  readonly date: BusinessDate;
  readonly nowMs: number;
};

export interface OverviewQueries {
  overview(scope: Scope, filter: OverviewFilter): Promise<Overview>;
}
