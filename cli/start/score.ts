import type { VerdictCode } from '../../domain/verdict.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';

/** A verdict of one matchKey, planted or found. */
export type ScoredRow = {
  readonly code: string;
  readonly kind: string;
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly businessDate: string;
};

/** How what was found compares with what was planted; MATCHED rows are no defects and are compared by their number. */
export type Score = {
  readonly planted: number;
  readonly found: number;
  /** Planted and found with the same verdict and date. */
  readonly hits: number;
  readonly plantedMatched: number;
  readonly foundMatched: number;
  readonly missing: readonly ScoredRow[];
  readonly unexpected: readonly ScoredRow[];
};

export function scoreOf(
  planted: readonly ScoredRow[],
  found: readonly ScoredRow[],
  foundMatched: number,
): Score {
  const defects = planted.filter(isDefect);
  const findings = found.filter(isDefect);
  const missing = without(defects, findings);
  return {
    planted: defects.length,
    found: findings.length,
    hits: defects.length - missing.length,
    plantedMatched: planted.length - defects.length,
    foundMatched,
    missing,
    unexpected: without(findings, defects),
  };
}

export function sumOfScores(scores: readonly Score[]): Score {
  return {
    planted: sum(scores.map((score) => score.planted)),
    found: sum(scores.map((score) => score.found)),
    hits: sum(scores.map((score) => score.hits)),
    plantedMatched: sum(scores.map((score) => score.plantedMatched)),
    foundMatched: sum(scores.map((score) => score.foundMatched)),
    missing: scores.flatMap((score) => score.missing),
    unexpected: scores.flatMap((score) => score.unexpected),
  };
}

/** Share of the planted that was found; 1 when nothing was planted. */
export function recallOf({ hits, planted }: Score): number {
  return planted === 0 ? 1 : hits / planted;
}

/** Share of the found that was planted; 1 when nothing was found. */
export function precisionOf({ hits, found }: Score): number {
  return found === 0 ? 1 : hits / found;
}

/** Every defect found, nothing else, and no order lost or invented among the matched. */
export function isPerfect(score: Score): boolean {
  return (
    score.hits === score.planted && score.hits === score.found && score.plantedMatched === score.foundMatched
  );
}

export function countByCode(rows: readonly ScoredRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of rows) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

/** In the order of the verdict table; codes that it does not know come last. */
export function codesOf(...counts: readonly ReadonlyMap<string, unknown>[]): string[] {
  const seen = new Set(counts.flatMap((each) => [...each.keys()]));
  const known: readonly VerdictCode[] = VERDICT_CODES.filter((code) => seen.has(code));
  return [...known, ...[...seen].filter((code) => !VERDICT_CODES.some((each) => each === code)).sort()];
}

function isDefect(row: ScoredRow): boolean {
  return row.code !== 'MATCHED';
}

/** Rows of the first list without a partner in the second; several equal rows are several. */
function without(rows: readonly ScoredRow[], others: readonly ScoredRow[]): ScoredRow[] {
  const left = new Map<string, number>();
  for (const row of others) left.set(keyOf(row), (left.get(keyOf(row)) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(keyOf(row)) ?? 0;
    left.set(keyOf(row), count - 1);
    return count <= 0;
  });
}

function keyOf({ code, kind, orderNo, refundNo, businessDate }: ScoredRow): string {
  return JSON.stringify([code, kind, orderNo, refundNo, businessDate]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
