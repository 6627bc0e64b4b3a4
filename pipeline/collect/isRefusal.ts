import { DuizhangError } from '../../domain/errors.ts';

/** The bill is at fault, and not a server that is away. */
export function isRefusal(error: unknown): error is DuizhangError {
  return error instanceof DuizhangError && /^DZ_(BILL|AMOUNT|SOURCE)_/.test(error.code);
}
