import { isBusinessDate } from '../../domain/businessDate.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';

/** @throws DZ_USAGE, DZ_BAD_DATE */
export function dayOfArgs(values: {
  readonly merchant?: string | undefined;
  readonly date?: string | undefined;
}): { readonly merchantId: string; readonly date: BusinessDate } {
  const { merchant, date } = values;
  if (merchant === undefined || date === undefined) {
    throw new DuizhangError('DZ_USAGE', 'say which day: --merchant H001 --date 2026-03-09');
  }
  if (!isBusinessDate(date)) {
    throw new DuizhangError('DZ_BAD_DATE', `"${date}" is not a calendar date; write it as YYYY-MM-DD`);
  }
  return { merchantId: merchant, date };
}
