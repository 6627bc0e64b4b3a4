import { DuizhangError } from '../../domain/errors.ts';

/** @throws DZ_BILL_TOTALS_MISMATCH naming both figures, unless what the bill states is what its rows give */
export function checkTotal(what: string, stated: string, read: string): void {
  if (stated === read) return;
  throw new DuizhangError(
    'DZ_BILL_TOTALS_MISMATCH',
    `the bill states ${what} ${stated}, its rows give ${read}; fetch the bill again, nothing of it is taken`,
    { details: { what, stated, read } },
  );
}

/** @throws DZ_BILL_TRUNCATED */
export function truncated(missing: string): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_TRUNCATED',
    `the bill is cut off: it ends without ${missing}; fetch it again`,
    { details: { missing } },
  );
}
