import type { BusinessDate } from './businessDate.ts';
import type { SourceName, WantedBill } from './billSource.ts';
import type { Channel } from './entry.ts';
import type { FailureReason } from './ports.ts';

/** WAITING is asked for again; the others end the asking until a person wants it again. */
export const FETCH_STATUSES = ['WAITING', 'IN', 'NO_TRADE', 'GAVE_UP'] as const;
export type FetchStatus = (typeof FETCH_STATUSES)[number];

/** How the asking for one bill stands. */
export type BillFetch = WantedBill & {
  readonly source: SourceName;
  readonly status: FetchStatus;
  /** Calls made. */
  readonly asked: number;
  /** Calls that failed since the start, or since a person asked for it again; "not ready" is no failure. */
  readonly failures: number;
  readonly firstAskedAtMs: number;
  readonly lastAskedAtMs: number;
  /** null unless WAITING. */
  readonly nextAskAtMs: number | null;
  /** Of the last answer; null where it was a bill. */
  readonly code: string | null;
  readonly detail: string | null;
  /** Of the imported bill. */
  readonly billId: string | null;
  /** Its address, as FetchedBill.from. */
  readonly from: string | null;
  /** 1 for the first record of a bill, then one more at each. */
  readonly revision: number;
};

export interface FetchLog {
  /** Of one merchant's date. */
  fetchesOf(merchantId: string, date: BusinessDate): Promise<readonly BillFetch[]>;
  /** Of all merchants, dates inclusive. */
  fetchesBetween(from: BusinessDate, to: BusinessDate): Promise<readonly BillFetch[]>;
  /** Those that are to be asked for again, of dates from `from` on. */
  waitingSince(from: BusinessDate): Promise<readonly BillFetch[]>;
  /** Durable when it resolves. */
  record(fetch: BillFetch): Promise<void>;
}

/** Why a run that needs the bill fails without it; null: it is in, or known not to exist. */
export function failureReasonOf({ status, source, code }: BillFetch): FailureReason | null {
  if (status === 'IN' || status === 'NO_TRADE') return null;
  if (code === 'DZ_BILL_TOTALS_MISMATCH') return 'BILL_TOTALS_MISMATCH';
  if (code?.startsWith('DZ_BILL_')) return 'BILL_PARSE_ERROR';
  return source === 'hdp' && code === 'DZ_HDP_FAILED' ? 'HDP_FAILED' : 'BILL_NOT_READY';
}

/** Channels that are known to have no bill of a date: a close need not wait for them. */
export function channelsWithoutTrade(
  fetches: readonly BillFetch[],
  merchantId: string,
  date: BusinessDate,
): readonly Channel[] {
  return fetches.flatMap((fetch) => {
    const isOfPlace = fetch.merchantId === merchantId && fetch.date === date && fetch.book === 'CHANNEL';
    return isOfPlace && fetch.status === 'NO_TRADE' && fetch.channel !== null ? [fetch.channel] : [];
  });
}
