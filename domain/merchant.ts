import type { BusinessDate } from './businessDate.ts';
import type { Channel } from './entry.ts';
import type { Mode } from './verdict.ts';

/** What reconciliation needs to know of a hospital. Parsed once, from duizhang.config.yaml. */
export type Merchant = {
  readonly merchantId: string;
  readonly name: string;
  /** How its day closes. */
  readonly mode: Exclude<Mode, 'REALTIME'>;
  readonly channels: readonly MerchantChannel[];
  readonly rules: MatchRules;
  /** How long after the date's end a close waits for stragglers. */
  readonly graceMs: number;
  /** Absent: DEFAULT_SCHEDULE. */
  readonly schedule?: CloseSchedule;
  /** Who integrated the hospital. */
  readonly isv?: string;
  /** Of a hospital that leaves: later dates are not closed by themselves, and nothing is missed of them. */
  readonly lastDate?: BusinessDate;
};

/** Whether a date lies after a hospital's last one. */
export function hasLeft({ lastDate }: Pick<Merchant, 'lastDate'>, date: BusinessDate): boolean {
  return lastDate !== undefined && date > lastDate;
}

/** When a date is closed by itself. */
export type CloseSchedule = {
  /** Milliseconds after Shanghai midnight of the next date. */
  readonly atMs: number;
  /** How much longer a close that is due waits for bills that are missing. */
  readonly billPatienceMs: number;
};

export const DEFAULT_SCHEDULE: CloseSchedule = { atMs: 12 * 3_600_000, billPatienceMs: 6 * 3_600_000 };

export type MerchantChannel = {
  readonly channel: Channel;
  /** The hospital's number at the channel (mchid, PID, merId). */
  readonly merchantNo: string;
  /** Where the hospital shares its number with other businesses; without it every row is the hospital's. */
  readonly ownRows?: OwnRows;
  /** The fee agreed with the channel, in parts per million (0.6 % is 6000); for the fee report alone. */
  readonly feeRatePpm?: number;
};

/** A row of a channel's bill is the hospital's own when each list that is given holds its value. */
export type OwnRows = {
  readonly appIds?: readonly string[];
  readonly subMerchantNos?: readonly string[];
  readonly orderNoPrefixes?: readonly string[];
};

export type MatchRules = {
  /** One-sided after this long without a counterpart. */
  readonly windowMs: number;
  /** An entry this near to a cut-off may have its counterpart on the other side of midnight. */
  readonly crossDayMarginMs: number;
  /** Exact keys settle each other over this many days. */
  readonly crossDayDays: number;
  /** Milliseconds after Shanghai midnight at which the business date changes. */
  readonly cutOffMs: number;
};

export const DEFAULT_RULES: MatchRules = {
  windowMs: 5 * 60_000,
  crossDayMarginMs: 30 * 60_000,
  crossDayDays: 7,
  cutOffMs: 0,
};
