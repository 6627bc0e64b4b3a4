import { isBusinessDate } from '../../domain/businessDate.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Complaint } from './complaints.ts';
import { complaint } from './complaints.ts';

// The date with which a hospital leaves; none: it stays, whatever the file says under a word of the console.

export const LAST_DATE = '^(\\d{4}-\\d{2}-\\d{2}|none)$';

export function lastDateOf(
  said: string | undefined,
  fail: (said: Complaint) => Error,
): Pick<Merchant, 'lastDate'> {
  if (said === undefined || said === 'none') return {};
  if (!isBusinessDate(said)) throw fail(complaint('lastDate'));
  return { lastDate: said };
}
