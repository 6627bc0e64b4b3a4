import { isBusinessDate } from '../../domain/businessDate.ts';
import type { Merchant } from '../../domain/merchant.ts';

// The date with which a hospital leaves; none: it stays, whatever the file says under a word of the console.

export const LAST_DATE = '^(\\d{4}-\\d{2}-\\d{2}|none)$';
export const NOT_A_LAST_DATE = 'must be a date like 2026-12-31, or none';

export function lastDateOf(
  said: string | undefined,
  fail: (message: string) => Error,
): Pick<Merchant, 'lastDate'> {
  if (said === undefined || said === 'none') return {};
  if (!isBusinessDate(said)) throw fail(NOT_A_LAST_DATE);
  return { lastDate: said };
}
