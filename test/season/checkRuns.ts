import type { BusinessDate } from '../../domain/businessDate.ts';
import type { FailureReason } from '../../domain/ports.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import { scheduledAtMs, waitsUntilMs } from '../../domain/schedule.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { SeasonResult } from './playSeason.ts';
import type { Mishap, SeasonPlan } from './seasonPlan.ts';
import { MISHAPS } from './seasonPlan.ts';
import type { SeasonBill, SeasonRun } from './seasonRuns.ts';

/** What became known of a date in the course of the season. */
export type Happening = {
  readonly merchantId: string;
  readonly date: BusinessDate;
  readonly what: 'HIS_EVENTS' | 'PAYMENT_EVENTS' | 'BILL_HANDLED';
  readonly atMs: number;
};

/**
 * Each date's runs, in words where they are not as they should be: the last one counts and ends as the truth says, what
 * failed had to fail from what was there when it began, what ran again had a reason to, and nothing ran too early.
 */
export function runFindings(
  plan: SeasonPlan,
  merchants: readonly Merchant[],
  result: SeasonResult,
): readonly string[] {
  const ofDates = plan.mishaps.flatMap((mishap) => {
    const merchant = merchants.find(({ merchantId }) => merchantId === mishap.merchantId);
    return merchant ? findingsOf(mishap, merchant, plan, result) : [`${mishap.merchantId} is no hospital`];
  });
  return [...ofDates, ...orderFindings(result.runs), ...strayFindings(result)];
}

function findingsOf(
  mishap: Mishap,
  merchant: Merchant,
  plan: SeasonPlan,
  result: SeasonResult,
): readonly string[] {
  const { merchantId, date, kind } = mishap;
  const { mustFailWith, reruns } = MISHAPS[kind];
  const runs = result.runs.filter((run) => run.merchantId === merchantId && run.date === date);
  const reasons = runs.flatMap((run) => run.reasons);
  const last = runs.at(-1);
  const should = outcomeOf(mishap, plan);
  const findings = [
    ...(last?.isPublished ? [] : ['its last run is not the one that counts']),
    ...(last?.outcome === should ? [] : [`does not end ${should}`]),
    ...(mustFailWith !== null && !reasons.includes(mustFailWith)
      ? [`did not fail with ${mustFailWith} in between`]
      : []),
    ...(reruns && runs.length < 2 ? ['was not run again'] : []),
    ...runs.flatMap((run, index) => whyOdd(run, runs[index - 1], merchant, result)),
  ];
  const told = runs.map((run) => `${run.startedAt} ${run.outcome} ${run.details}`).join('; ');
  return findings.map((finding) => `${merchantId} ${date} (${kind}) ${finding}: ${told}`);
}

/** The last run of a date says of its own exceptions what the truth says, and of others what only a later date settles. */
function outcomeOf({ merchantId, date }: Mishap, { season }: SeasonPlan): 'BALANCED' | 'UNBALANCED' {
  const codes: ReadonlySet<string> = EXCEPTION_CODES;
  const isWrong = season.truth.some((row) => {
    const { threeWay } = row;
    return row.merchantId === merchantId && threeWay?.businessDate === date && codes.has(threeWay.code);
  });
  return isWrong ? 'UNBALANCED' : 'BALANCED';
}

function whyOdd(
  run: SeasonRun,
  before: SeasonRun | undefined,
  merchant: Merchant,
  result: SeasonResult,
): readonly string[] {
  const untrue = run.reasons.filter((reason) => !isTrueOf(run, reason, merchant, result));
  return [
    ...untrue.map((reason) => `failed with ${reason} at ${run.startedAt} for nothing`),
    ...(run.startedAtMs < scheduledAtMs(merchant, run.date) ? [`ran at ${run.startedAt}, too early`] : []),
    ...(before && !hasMoreFacts(before, run, result) ? [`ran again at ${run.startedAt} for nothing`] : []),
  ];
}

/** Whether a run had to fail, from what was there when it began. */
function isTrueOf(run: SeasonRun, reason: string, merchant: Merchant, result: SeasonResult): boolean {
  const { startedAtMs } = run;
  const known: Partial<Record<FailureReason, () => boolean>> = {
    MERCHANT_BILL_EMPTY: () =>
      happeningsOf(run, result).some(({ what, atMs }) => what === 'HIS_EVENTS' && atMs > startedAtMs),
    BILL_NOT_READY: () => {
      const isIn = merchant.channels.map(({ channel }) => latestBill(run, channel, result) !== undefined);
      return startedAtMs >= waitsUntilMs(merchant, run.date) && isIn.includes(false);
    },
    BILL_PARSE_ERROR: () => {
      const latest = merchant.channels.map(({ channel }) => latestBill(run, channel, result));
      const handled = happeningsOf(run, result).filter(({ what }) => what === 'BILL_HANDLED');
      const isHandled = handled.some(({ atMs }) => atMs <= startedAtMs);
      return !isHandled && latest.some((bill) => (bill?.errorRows ?? 0) > 0);
    },
  };
  return Object.entries(known).find(([name]) => name === reason)?.[1]() ?? false;
}

function latestBill(run: SeasonRun, channel: string, { bills }: SeasonResult): SeasonBill | undefined {
  const isOf = (bill: SeasonBill): boolean =>
    bill.merchantId === run.merchantId && bill.date === run.date && bill.channel === channel;
  return bills.findLast((bill) => isOf(bill) && bill.importedAtMs <= run.startedAtMs);
}

/** Whether events or bills of the date came, or were handled, between the beginnings of two runs. */
function hasMoreFacts(before: SeasonRun, run: SeasonRun, result: SeasonResult): boolean {
  const bills = result.bills.filter((bill) => bill.merchantId === run.merchantId && bill.date === run.date);
  const instants = [
    ...bills.map(({ importedAtMs }) => importedAtMs),
    ...happeningsOf(run, result).map(({ atMs }) => atMs),
  ];
  return instants.some((atMs) => atMs > before.startedAtMs && atMs <= run.startedAtMs);
}

function happeningsOf(run: SeasonRun, { happenings }: SeasonResult): readonly Happening[] {
  return happenings.filter(({ merchantId, date }) => merchantId === run.merchantId && date === run.date);
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

function strayFindings({ runs, waits, ended, never }: SeasonResult): readonly string[] {
  return [
    ...never.map((text) => `never came about: ${text}`),
    ...(ended > 0 ? [`the pipeline ended by itself ${ended} times`] : []),
    ...(waits > 0 ? [`${waits} days still wait`] : []),
    ...runs.filter((run) => run.operator !== 'system').map((run) => `${run.date} was run by ${run.operator}`),
    ...runs
      .filter((run) => run.certificates !== 1)
      .map((run) => `${run.merchantId} ${run.date} ${run.outcome} has ${run.certificates} certificates`),
  ];
}
