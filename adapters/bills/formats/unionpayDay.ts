import { dayOfDate, isBusinessDate, startOfDate, type BusinessDate } from '../../../domain/businessDate.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import type { Period } from '../billDay.ts';
import type { ByteText } from '../byteText.ts';

/**
 * The clearing day is said to end at 23:00; whether files follow it or the calendar is uncertain. What either allows is
 * taken: from 23:00 of the day before to the end of the settle date.
 */
const CLEARING_STARTS_BEFORE_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function clearingPeriod(settleDate: BusinessDate): Period {
  const fromMs = startOfDate(settleDate);
  return { fromMs: fromMs - CLEARING_STARTS_BEFORE_MS, toMs: fromMs + DAY_MS };
}

/**
 * Instant of MMDDhhmmss, which has no year: the one that brings it nearest to the settle date, so that a file of 1 January
 * may hold rows of 31 December. Without a settle date the year is the queryId's, which begins with the date (seen in
 * samples).
 * @returns NaN when it is no time of the calendar
 */
export function instantOfMonthDay(
  time: ByteText,
  settleDate: BusinessDate | null,
  queryId: ByteText,
): number {
  const monthDay = `${time.slice(0, 2)}-${time.slice(2, 4)}`;
  const date = settleDate === null ? `${queryId.slice(0, 4)}-${monthDay}` : nearest(settleDate, monthDay);
  if (date === null) return Number.NaN;
  return beijingTimeAt(`${date} ${time.slice(4, 6)}:${time.slice(6, 8)}:${time.slice(8, 10)}`, 0, 19);
}

/** The date with this month and day that lies nearest to the settle date; null when no year near it has one. */
function nearest(settleDate: BusinessDate, monthDay: string): BusinessDate | null {
  const year = Number(settleDate.slice(0, 4));
  const candidates = [year, year - 1, year + 1].map((y) => `${y}-${monthDay}`).filter(isBusinessDate);
  const distance = (date: BusinessDate) => Math.abs(dayOfDate(date) - dayOfDate(settleDate));
  candidates.sort((a, b) => distance(a) - distance(b));
  return candidates[0] ?? null;
}
