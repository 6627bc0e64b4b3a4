import type { Json } from '../domain/canonicalJson.ts';
import type { TimelineStep } from '../domain/caseEvidence.ts';
import type { CaseRow } from '../domain/caseHistory.ts';
import { fieldsOf } from '../domain/refundIntent.ts';

/** A case's rows as they are shown. */
export function timelineOf(rows: readonly CaseRow[]): readonly TimelineStep[] {
  return rows
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ seq, step, action, actionId, operator, note, amountFen, outcome, atMs, hash, said, state }) => ({
      seq,
      step,
      action,
      actionId,
      operator,
      note,
      amountFen,
      outcome,
      atMs,
      hash,
      status: state.status,
      reason: state.reason,
      details: Object.fromEntries(detailsOf(said)),
    }));
}

/** What a step said, flat: `refundNo`, `code`, `method` … A code that was redeemed is in no row. */
function detailsOf(said: Json): readonly (readonly [string, string])[] {
  return [...fieldsOf(said)].flatMap(([name, value]) => {
    if (value === null || value === '') return [];
    if (Array.isArray(value))
      return value.length === 0 ? [] : [[name, value.map(String).join(', ')] as const];
    if (typeof value === 'object') return detailsOf(value);
    return [[name, String(value)] as const];
  });
}
