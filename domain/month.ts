import type { BusinessDate } from './businessDate.ts';
import { addDays, isBusinessDate } from './businessDate.ts';
import { DuizhangError } from './errors.ts';

/** A calendar month of business dates, `YYYY-MM`. */
export type Month = string;

export function isMonth(text: string): boolean {
  return /^\d{4}-\d{2}$/.test(text) && isBusinessDate(`${text}-01`);
}

/** @throws DZ_BAD_MONTH */
export function checkedMonth(text: string): Month {
  if (isMonth(text)) return text;
  throw new DuizhangError('DZ_BAD_MONTH', `"${text}" is not a month; write it as YYYY-MM`);
}

export function monthOf(date: BusinessDate): Month {
  return date.slice(0, 7);
}

export function firstDateOf(month: Month): BusinessDate {
  return `${month}-01`;
}

export function lastDateOf(month: Month): BusinessDate {
  // The 28th and four days are always in the next month.
  return addDays(firstDateOf(monthOf(addDays(`${month}-28`, 4))), -1);
}
