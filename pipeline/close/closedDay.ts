import type { CloseLedger } from '../../domain/closePorts.ts';
import type { Reconciliation } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { BOOKS_OF_MODE, EXCEPTION_CODES } from '../../domain/verdict.ts';
import type { ReconcileException } from '../reconcile/tally.ts';
import { jsonOfResult, tallyVerdicts } from '../reconcile/tally.ts';

/** A run with the exceptions that it found. */
export type ClosedDay = {
  readonly run: Reconciliation;
  readonly exceptions: readonly ReconcileException[];
};

export async function closedDay(run: Reconciliation, ledger: Pick<CloseLedger, 'rows'>): Promise<ClosedDay> {
  if (run.outcome === 'FAILED') return { run, exceptions: [] };
  const verdicts: Verdict[] = [];
  for await (const rows of ledger.rows(run, [...EXCEPTION_CODES])) {
    for (const row of rows) verdicts.push(row.verdict);
  }
  return { run, exceptions: tallyVerdicts(verdicts, run.mode).exceptions };
}

/** As `duizhang reconcile --json` shows a result, with the run and, when it failed, its reasons. */
export function jsonOfClosedDay({ run, exceptions }: ClosedDay): Readonly<Record<string, unknown>> {
  const { mode, books, verdicts } = run;
  // A failed run has books to show but no verdicts.
  const outcome = run.outcome === 'FAILED' ? 'UNBALANCED' : run.outcome;
  return {
    ...jsonOfResult({ mode, outcome, books: ofMode(run, books), verdicts, exceptions }),
    outcome: run.outcome,
    reasons: run.reasons,
    details: run.details,
    runId: run.runId,
    merkleRoot: run.merkleRoot,
  };
}

function ofMode(run: Reconciliation, books: Reconciliation['books']): Reconciliation['books'] {
  return Object.fromEntries(BOOKS_OF_MODE[run.mode].map((book) => [book, books[book]]));
}
