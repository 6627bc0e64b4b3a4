import type { BooksSnapshot, FinalVerdict, RunKey } from '../../domain/closePorts.ts';
import { hintDuplicates, wantsHint } from '../../domain/duplicateHint.ts';
import type { MergedReceipt } from '../../domain/mergedReceipt.ts';
import { findMergedReceipts, noteMergedReceipts } from '../../domain/mergedReceipt.ts';

export type MergedReceipts = ReadonlyMap<string, MergedReceipt>;

const NONE: MergedReceipts = new Map();

/** Of the whole day at once, since the orders of a receipt may be judged in different batches. */
export async function mergedReceiptsOf(
  { mode }: RunKey,
  snapshot: Pick<BooksSnapshot, 'receiptClaims' | 'unreceiptedPayments'>,
): Promise<MergedReceipts> {
  if (mode === 'TWO_WAY') return NONE;
  const claims = await snapshot.receiptClaims();
  return claims.length === 0 ? NONE : findMergedReceipts(claims, await snapshot.unreceiptedPayments(claims));
}

/** Rows with what a person may find of use: which order a payment repeats, and which receipt several were booked as. */
export async function withHints(
  rows: readonly FinalVerdict[],
  merged: MergedReceipts,
  snapshot: Pick<BooksSnapshot, 'duplicateCandidates'>,
): Promise<readonly FinalVerdict[]> {
  const verdicts = rows.map((row) => row.verdict);
  const wanted = verdicts.filter(wantsHint);
  if (wanted.length === 0 && merged.size === 0) return rows;
  const candidates = wanted.length > 0 ? await snapshot.duplicateCandidates(wanted) : [];
  const hinted = noteMergedReceipts(hintDuplicates(verdicts, candidates), merged);
  return rows.map((row, i) => ({ ...row, verdict: hinted[i] ?? row.verdict }));
}
