import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import type { CaseKey } from '../../domain/caseHistory.ts';
import type { CauseFacts } from '../../domain/causeFacts.ts';
import type { LikelyCauseName } from '../../domain/likelyCause.ts';
import { CAUSE_RULES, LEAST_PRECISION, LIKELY_CAUSES, likelyCauseOf } from '../../domain/likelyCause.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import { causeFactsOf } from '../../resolution/evidenceCause.ts';
import { linesOfKey } from '../../resolution/evidence.ts';
import type { SimulatedBill, SimulatedDay } from '../../simulator/day.ts';
import { defaultDefects, plantedCauseOf } from '../../simulator/defects/index.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import {
  ALL_HOSPITALS,
  DATE,
  eventEntries,
  textOfVerdict,
  truthOf,
} from '../integration/simulatorHarness.ts';
import type { CaseSystem } from './resolutionHarness.ts';

// How often the rules about likely causes are right: simulated days through the real close, against what was planted.

export type MeasuredDay = { readonly seed: number; readonly merchant: Merchant; readonly day: SimulatedDay };

/** A case as it stood after the close: what was planted, and what each rule sees. */
export type MeasuredCase = {
  readonly defect: string | null;
  readonly planted: LikelyCauseName;
  readonly told: LikelyCauseName;
  /** Names of all rules that see their reason. */
  readonly seen: readonly string[];
};

/** @param seed of the day; every hospital is measured once in a system */
export function dayToMeasure(seed: number, hospital: number, orders: number): MeasuredDay {
  const merchant = ALL_HOSPITALS[hospital];
  if (!merchant) throw new Error(`there is no hospital ${hospital}`);
  const defects = {
    ...defaultDefects(orders, 2),
    // Enough of each cause, and of what only looks like one.
    'surplus-order': 6,
    'channel-only-payment': 8,
    'merchant-missing-payment': 4,
    'amount-merchant-payment': 10,
    'unmatched-near-midnight': 4,
    'merged-receipt': 6,
    'rounded-to-jiao': 6,
    'rounded-items': 6,
    'lost-callback-late': 6,
    'other-till': 4,
    'his-outage': 1,
    'his-clock': 1,
  };
  return { seed, merchant, day: simulateDay({ seed, merchants: [merchant], orders, date: DATE, defects }) };
}

/**
 * The day is closed when only its own lines are there, and again with those of the next: cases open and heal as they do
 * in a hospital.
 * @param asBills HIS and the platform bring bills as well; else their events are their books
 * @returns the verdicts of the last close, and every case with what the rules see in it
 */
export async function measureDay(
  { merchant, day }: MeasuredDay,
  asBills: boolean,
  system: CaseSystem,
): Promise<{
  readonly verdicts: readonly string[];
  readonly planted: readonly string[];
  readonly cases: readonly MeasuredCase[];
}> {
  const entries = eventEntries(day);
  const bills = day.bills.filter(({ book }) => asBills || book === 'CHANNEL');
  await system.close.writeEvents(entries.filter(({ businessDate }) => businessDate <= DATE));
  await bring(
    bills.filter(({ date }) => date <= DATE),
    merchant,
    system,
  );
  await system.close.close(DATE, merchant);
  await system.keepCases();
  await system.close.writeEvents(entries.filter(({ businessDate }) => businessDate > DATE));
  await bring(
    bills.filter(({ date }) => date > DATE),
    merchant,
    system,
  );
  const { rows } = await system.close.close(DATE, merchant);
  await system.keepCases();
  return {
    verdicts: rows.map(({ verdict }) => textOfVerdict(verdict)).sort(),
    planted: truthOf(day, 'threeWay'),
    cases: await casesOf(merchant, day, system),
  };
}

async function bring(
  bills: readonly SimulatedBill[],
  merchant: Merchant,
  { close }: CaseSystem,
): Promise<void> {
  for (const { book, channel, date, fileName, bytes } of bills) {
    const open = () => ReadableStream.from([bytes]);
    const { bill } = await importBill({ merchant, book, channel, date, fileName, open }, close.importDeps);
    if (bill.errorRows === 0) continue;
    const { merchantId, billId } = bill;
    const handling = { handledBy: 'test', note: 'planted', handledAtMs: close.deps.now() };
    await close.bills.recordHandling({ merchantId, billId, ...handling });
  }
}

const AT_ONCE = 4;

async function casesOf(
  merchant: Merchant,
  day: SimulatedDay,
  system: CaseSystem,
): Promise<readonly MeasuredCase[]> {
  const defects = new Map(
    day.truth.rows.map(({ orderNo, refundNo, defect }) => [`${orderNo} ${refundNo ?? ''}`, defect]),
  );
  const keys: CaseKey[] = [];
  for await (const [first] of system.ledger.chains(merchant.merchantId)) if (first) keys.push(first);
  const measure = async (key: CaseKey): Promise<MeasuredCase> => {
    const refundNo = key.keyPart.startsWith('R') ? key.keyPart.slice(1) : '';
    const defect = defects.get(`${key.orderNo} ${refundNo}`) ?? null;
    const facts = await factsOf(key, merchant, system);
    return {
      defect,
      planted: plantedCauseOf(defect) ?? 'UNKNOWN',
      told: likelyCauseOf(facts).cause,
      seen: CAUSE_RULES.filter(({ find }) => find(facts) !== null).map(({ name }) => name),
    };
  };
  const cases: MeasuredCase[] = [];
  for (let i = 0; i < keys.length; i += AT_ONCE) {
    cases.push(...(await Promise.all(keys.slice(i, i + AT_ONCE).map(measure))));
  }
  return cases;
}

async function factsOf(key: CaseKey, { rules }: Merchant, system: CaseSystem): Promise<CauseFacts> {
  const evidence = clickHouseEvidence(system.close.client);
  const lines = linesOfKey(key.keyPart, await evidence.linesOf(key), rules);
  return causeFactsOf(key, lines, rules, evidence);
}

export type RuleScore = {
  readonly name: string;
  readonly cause: LikelyCauseName;
  /** In how many cases it speaks, or would: it sees its reason, and no rule before it that may speak does. */
  readonly said: number;
  readonly right: number;
  /** Cases with its cause planted. */
  readonly planted: number;
};

export function scoreRules(cases: readonly MeasuredCase[]): readonly RuleScore[] {
  return CAUSE_RULES.map(({ name, cause }, i) => {
    const before = CAUSE_RULES.slice(0, i).filter(({ precision }) => precision >= LEAST_PRECISION);
    const said = cases.filter(
      ({ seen }) => seen.includes(name) && !before.some((rule) => seen.includes(rule.name)),
    );
    return {
      name,
      cause,
      said: said.length,
      right: said.filter(({ planted }) => planted === cause).length,
      planted: cases.filter(({ planted }) => planted === cause).length,
    };
  });
}

/** Of each cause how often it was told, told rightly, and planted. */
export function scoreCauses(cases: readonly MeasuredCase[]): readonly Omit<RuleScore, 'name'>[] {
  return LIKELY_CAUSES.map((cause) => ({
    cause,
    said: cases.filter(({ told }) => told === cause).length,
    right: cases.filter(({ told, planted }) => told === cause && planted === cause).length,
    planted: cases.filter(({ planted }) => planted === cause).length,
  }));
}

export function ratio(part: number, whole: number): string {
  return whole === 0 ? '–' : (part / whole).toFixed(3);
}
