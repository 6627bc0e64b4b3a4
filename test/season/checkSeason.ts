import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { SeasonResult } from './playSeason.ts';
import type { Mishap, SeasonPlan } from './seasonPlan.ts';
import { MISHAPS } from './seasonPlan.ts';
import type { SeasonRun, SeasonVerdict } from './seasonRuns.ts';

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
export function checkSeason(plan: SeasonPlan, result: SeasonResult): SeasonReport {
  const planted = new Set(
    plan.season.truth.flatMap(({ merchantId, kind, orderNo, refundNo, threeWay }) => {
      const key = `${kind} ${orderNo} ${refundNo ?? ''}`;
      return threeWay ? [textOf(merchantId, threeWay.businessDate, key, threeWay.code)] : [];
    }),
  );
  const words = lastWords(result.verdicts);
  const found = new Set(words.values().map(textOfVerdict));
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
      ...changedWords(result.verdicts, words),
      ...plan.mishaps.flatMap((mishap) => runFindings(mishap, plan, result.runs)),
      ...orderFindings(result.runs),
      ...strayFindings(result),
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

/** An earlier date's run may have said otherwise only of what a later date settles: its other side, or its refund. */
function changedWords(
  verdicts: readonly SeasonVerdict[],
  words: ReadonlyMap<string, SeasonVerdict>,
): readonly string[] {
  return verdicts.flatMap((verdict) => {
    const last = words.get(`${verdict.merchantId} ${verdict.key}`);
    if (last === undefined || textOfVerdict(last) === textOfVerdict(verdict)) return [];
    if (last.code === 'OFFSET' || (verdict.isPossiblyCrossDay && last.code === 'CROSS_DAY')) return [];
    return [`${verdict.runDate} said ${textOfVerdict(verdict)}, ${last.runDate} ${textOfVerdict(last)}`];
  });
}

function runFindings(mishap: Mishap, plan: SeasonPlan, all: readonly SeasonRun[]): readonly string[] {
  const { merchantId, date, kind } = mishap;
  const { mustFail, reruns } = MISHAPS[kind];
  const runs = all.filter((run) => run.merchantId === merchantId && run.date === date);
  const reasons = [...new Set(runs.flatMap((run) => run.reasons))];
  const allowed = allowedReasons(mishap, plan);
  const unexpected = reasons.filter((reason) => !allowed.includes(reason));
  const findings = [
    ...(runs.at(-1)?.isPublished ? [] : ['its last run is not the one that counts']),
    ...(unexpected.length > 0 ? [`failed with ${unexpected.join()}`] : []),
    ...(mustFail && reasons.length === 0 ? ['did not fail in between'] : []),
    ...(reruns && runs.length < 2 ? ['was not run again'] : []),
    ...(!reruns && allowed.length === 0 && runs.length > 1 ? [`was run ${runs.length} times`] : []),
  ];
  const told = runs.map((run) => `${run.startedAt} ${run.outcome} ${run.details}`).join('; ');
  return findings.map((finding) => `${merchantId} ${date} (${kind}) ${finding}: ${told}`);
}

/** A killed pipeline may come back when the patience is over, and run before it has looked into the folders. */
function allowedReasons({ merchantId, date, kind }: Mishap, plan: SeasonPlan): readonly string[] {
  const next = plan.mishaps.find(
    (other) => other.merchantId === merchantId && other.date === addDays(date, 1),
  );
  // Receipts of the last minutes are on their way when the HIS goes silent at midnight.
  const isCutShort = next?.kind === 'HIS_OUTAGE';
  return [
    ...MISHAPS[kind].failsWith,
    ...(isCutShort ? MISHAPS.HIS_OUTAGE.failsWith : []),
    ...(wasKilledAtClose(date, plan) ? ['BILL_NOT_READY'] : []),
  ];
}

function wasKilledAtClose(date: BusinessDate, { kills }: SeasonPlan): boolean {
  const [fromMs, toMs] = [startOfDate(addDays(date, 1)), startOfDate(addDays(date, 2))];
  return kills.some((atMs) => atMs > fromMs && atMs < toMs);
}

/** A hospital's dates run for the first time in their order. */
function orderFindings(runs: readonly SeasonRun[]): readonly string[] {
  const firsts = new Map<string, SeasonRun>();
  for (const run of runs) {
    const key = `${run.merchantId} ${run.date}`;
    if (!firsts.has(key)) firsts.set(key, run);
  }
  const byMerchant = Map.groupBy(firsts.values(), (run) => run.merchantId);
  return [...byMerchant].flatMap(([merchantId, own]) => {
    const dates = own.map((run) => run.date);
    return dates.join() === dates.toSorted().join() ? [] : [`${merchantId} ran in the order ${dates.join()}`];
  });
}

function strayFindings({ runs, waits }: SeasonResult): readonly string[] {
  return [
    ...(waits > 0 ? [`${waits} days still wait`] : []),
    ...runs.filter((run) => run.operator !== 'system').map((run) => `${run.date} was run by ${run.operator}`),
    ...runs
      .filter((run) => run.certificates !== 1)
      .map((run) => `${run.merchantId} ${run.date} ${run.outcome} has ${run.certificates} certificates`),
  ];
}
