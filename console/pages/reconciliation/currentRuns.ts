import type { Run } from './queries.ts';

/**
 * Of runs as the list has them (of a day the latest first) those that count: of each day the latest that did not fail.
 * @returns their ids
 */
export function currentRuns(runs: readonly Run[]): ReadonlySet<string> {
  const byDay = new Map<string, string>();
  for (const { id, merchantId, businessDate, mode, outcome } of runs) {
    const day = `${merchantId} ${businessDate} ${mode}`;
    if (outcome !== 'FAILED' && !byDay.has(day)) byDay.set(day, id);
  }
  return new Set(byDay.values());
}
