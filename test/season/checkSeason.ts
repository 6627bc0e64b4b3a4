import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
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
      ...listFindings(planted, result),
      ...changedWords(result, words),
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

/** What was published last of a key: what readers go by. */
function lastWords(verdicts: readonly SeasonVerdict[]): ReadonlyMap<string, SeasonVerdict> {
  return new Map(verdicts.map((verdict) => [`${verdict.merchantId} ${verdict.key}`, verdict]));
}

/**
 * What was published before may have been otherwise only of what another date settles: its other side, which may
 * be in a bill that was not in yet, or its refund.
 */
function changedWords(
  { verdicts, bills }: SeasonResult,
  words: ReadonlyMap<string, SeasonVerdict>,
): readonly string[] {
  return verdicts.flatMap((verdict) => {
    const last = words.get(`${verdict.merchantId} ${verdict.key}`);
    if (last === undefined || textOfVerdict(last) === textOfVerdict(verdict)) return [];
    const { merchantId, runStartedAtMs } = verdict;
    const hasCome = bills.some(
      (bill) =>
        bill.merchantId === merchantId && bill.date === last.runDate && bill.importedAtMs > runStartedAtMs,
    );
    const isSettled = verdict.isPossiblyCrossDay || (hasCome && last.runDate !== verdict.runDate);
    if (last.code === 'OFFSET' || (last.code === 'CROSS_DAY' && isSettled)) return [];
    return [`${verdict.runDate} said ${textOfVerdict(verdict)}, ${last.runDate} ${textOfVerdict(last)}`];
  });
}

/** The lists of what a person has to look at hold what was planted for one, and nothing else. */
function listFindings(planted: ReadonlySet<string>, { open }: SeasonResult): readonly string[] {
  const codes: ReadonlySet<string> = EXCEPTION_CODES;
  const wanted = new Set([...planted].filter((text) => codes.has(text.slice(text.lastIndexOf(' ') + 1))));
  const shown = new Set(open.map(({ merchantId, date, key, code }) => textOf(merchantId, date, key, code)));
  return [
    ...[...wanted.difference(shown)].map((text) => `not in the list: ${text}`),
    ...[...shown.difference(wanted)].map((text) => `in the list for nothing: ${text}`),
  ];
}
