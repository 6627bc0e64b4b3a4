import { checkedDate } from '../../domain/businessDate.ts';
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
  return { merchantId: merchant, date: checkedDate(date) };
}
