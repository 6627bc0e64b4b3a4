import type { BusinessDate } from '../../domain/businessDate.ts';
import type { FinalVerdict } from '../../domain/closePorts.ts';
import type { Channel, Entry } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { JudgeContext, Verdict } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { rowsForDate } from '../reconcile/tally.ts';

/** Whether a channel's bill of a date is in; without it, what the channel lacks on that date may still come. */
export type IsBilled = (channel: Channel | null, date: BusinessDate) => boolean;

/**
 * The rows that one order gives to the run of a date: verdicts with a side or a line of that date, and an OFFSET that a
 * line of that date completes.
 * @param lines all lines of the order that may be counterparts, of any date
 */
export function judgeForDate(
  lines: readonly Entry[],
  date: BusinessDate,
  context: JudgeContext,
  isBilled: IsBilled = () => true,
): FinalVerdict[] {
  if (!lines.some((line) => line.businessDate === date)) return [];
  return rowsForDate(judgeOrder(lines, context), lines, date).map((verdict) => ({
    verdict: awaitsBill(verdict, date, isBilled) ? { ...verdict, ...SETTLED_LATER } : verdict,
    refersTo: settledDate(verdict, date),
  }));
}

/**
 * Booked before midnight, paid after: the order is the next date's, which the merchant and the platform agree upon, and
 * that date's channel bill is not in yet. Of this date it is only known to be a cross-day; the next date's run has
 * the last word.
 */
function awaitsBill(verdict: Verdict, date: BusinessDate, isBilled: IsBilled): boolean {
  const { MERCHANT: merchant, PLATFORM: platform, CHANNEL: channel } = verdict.sides;
  return (
    verdict.code === 'MERCHANT_ONLY' &&
    verdict.businessDate > date &&
    channel === null &&
    merchant?.amountFen === platform?.amountFen &&
    !isBilled(verdict.channel, verdict.businessDate)
  );
}

const SETTLED_LATER = { code: 'CROSS_DAY', possiblyCrossDay: false } as const;

/** The earlier date on which this key stood alone or otherwise, and which the row of this date now settles. */
function settledDate(verdict: Verdict, date: BusinessDate): BusinessDate | null {
  // Of a duplicate that netted it is the duplicate's own: HIS may have booked earlier.
  const isNetted = verdict.code === 'OFFSET' && verdict.surplusFen !== null;
  if (isNetted && verdict.businessDate < date) return verdict.businessDate;
  const dates = BOOKS.map((book) => verdict.sides[book]?.businessDate).filter((d) => d !== undefined);
  const earliest = dates.reduce((a, b) => (a < b ? a : b), date);
  return earliest < date ? earliest : null;
}
