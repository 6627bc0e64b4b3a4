import type { DuizhangError } from '../../domain/errors.ts';
import { refusal } from './messages.ts';

/** @throws DZ_BILL_TOTALS_MISMATCH naming both figures, unless what the bill states is what its rows give */
export function checkTotal(what: string, stated: string, read: string): void {
  if (stated !== read) throw refusal('totals', { what, stated, read });
}

/** The refusal of a bill that ends without something. `missing` is what the channel calls it. */
export function truncated(missing: string): DuizhangError {
  return refusal('truncated', { missing });
}
