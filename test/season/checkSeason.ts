import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { runFindings } from './checkRuns.ts';
import type { SeasonResult } from './playSeason.ts';
import type { SeasonPlan } from './seasonPlan.ts';
import type { SeasonVerdict } from './seasonRuns.ts';

export type SeasonReport = {
  readonly days: number;
  readonly planted: number;
  readonly right: number;
  /** Share of what was planted that was found, and of what was found that was planted. */
  readonly recall: number;
  readonly precision: number;
  readonly runs: number;
  /** Failed runs by reason. */
  readonly failed: Readonly<Record<string, number>>;
  /** Whatever is not as it should be, in words; empty: all is well. */
  readonly findings: readonly string[];
};

/** Holds what a played season left in the ledger against what was planted. */
export function checkSeason(
  plan: SeasonPlan,
  merchants: readonly Merchant[],
  result: SeasonResult,
): SeasonReport {
  const planted = new Set(
    plan.season.truth.flatMap(({ merchantId, kind, orderNo, refundNo, threeWay }) => {
      const key = `${kind} ${orderNo} ${refundNo ?? ''}`;
      return threeWay ? [textOf(merchantId, threeWay.businessDate, key, threeWay.code)] : [];
    }),
  );
  const words = lastWords(result.verdicts);
  const isLast = ({ merchantId, key, runDate }: SeasonVerdict): boolean =>
    words.get(`${merchantId} ${key}`)?.runDate === runDate;
  const found = new Set(result.verdicts.filter(isLast).map(textOfVerdict));
  const right = planted.intersection(found).size;
  const reasons = Object.groupBy(
    result.runs.flatMap((run) => run.reasons),
    (reason) => reason,
  );
  return {
    days: plan.mishaps.length,
    planted: planted.size,
    right,
    recall: right / planted.size,
    precision: right / found.size,
    runs: result.runs.length,
    failed: Object.fromEntries(Object.entries(reasons).map(([reason, all]) => [reason, all?.length ?? 0])),
    findings: [
      ...[...planted.difference(found)].map((text) => `not found: ${text}`),
      ...[...found.difference(planted)].map((text) => `not planted: ${text}`),
      ...changedWords(plan, result.verdicts, words),
      ...runFindings(plan, merchants, result),
    ],
  };
}

function textOf(merchantId: string, date: BusinessDate, key: string, code: string): string {
  return [date, merchantId, key, code].join(' ');
}

function textOfVerdict({ merchantId, date, key, code }: SeasonVerdict): string {
  return textOf(merchantId, date, key, code);
}

/** What the run of the latest date says of a key. */
function lastWords(verdicts: readonly SeasonVerdict[]): ReadonlyMap<string, SeasonVerdict> {
  const byRunDate = verdicts.toSorted((a, b) => (a.runDate < b.runDate ? -1 : a.runDate > b.runDate ? 1 : 0));
  return new Map(byRunDate.map((verdict) => [`${verdict.merchantId} ${verdict.key}`, verdict]));
}

/**
 * An earlier date's run may have said otherwise only of what a later date settles: its other side, or its refund; or of a
 * channel's line that the next date's bill had wrong before it was corrected.
 */
function changedWords(
  { mishaps }: SeasonPlan,
  verdicts: readonly SeasonVerdict[],
  words: ReadonlyMap<string, SeasonVerdict>,
): readonly string[] {
  const isCorrected = ({ merchantId, runDate }: SeasonVerdict): boolean =>
    mishaps.some(
      (mishap) =>
        mishap.kind === 'BILL_CORRECTED' && mishap.merchantId === merchantId && mishap.date === runDate,
    );
  return verdicts.flatMap((verdict) => {
    const last = words.get(`${verdict.merchantId} ${verdict.key}`);
    if (last === undefined || textOfVerdict(last) === textOfVerdict(verdict)) return [];
    const maySettle = verdict.isPossiblyCrossDay || (verdict.code === 'AMOUNT_MISMATCH' && isCorrected(last));
    if (last.code === 'OFFSET' || (maySettle && last.code === 'CROSS_DAY')) return [];
    return [`${verdict.runDate} said ${textOfVerdict(verdict)}, ${last.runDate} ${textOfVerdict(last)}`];
  });
}
