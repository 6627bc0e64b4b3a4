import type { SourceFailure } from '../../domain/billSource.ts';
import type { DuizhangErrorCode } from '../../domain/errors.ts';
import { DuizhangError } from '../../domain/errors.ts';

type More = { readonly askAgainAtMs?: number | null; readonly needsPerson?: boolean };

export function failed(code: DuizhangErrorCode, detail: string, more: More = {}): SourceFailure {
  const { askAgainAtMs = null, needsPerson = false } = more;
  return { kind: 'failed', code, detail, askAgainAtMs, needsPerson };
}

/** What a source threw as its answer. @throws what is no failure of the outside */
export function failedBy(error: unknown): SourceFailure {
  if (error instanceof DuizhangError) return failed(error.code, error.message);
  throw error;
}
