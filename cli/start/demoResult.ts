import type { ClickHouseClient } from '@clickhouse/client';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays } from '../../domain/businessDate.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Truth, TruthRow } from '../../simulator/day.ts';
import type { CodeTotal } from './demoLedger.ts';
import { billLineKey, foundBadBillLines, foundDay, foundDeadLetters } from './demoLedger.ts';
import type { Score, ScoredRow } from './score.ts';
import { countByCode, isPerfect, scoreOf, sumOfScores } from './score.ts';

export type HospitalResult = {
  readonly merchant: Merchant;
  /** null: the day was not closed, or its run failed. */
  readonly outcome: string | null;
  readonly planted: ReadonlyMap<string, number>;
  readonly found: ReadonlyMap<string, CodeTotal>;
  readonly threeWay: Score;
  readonly realtime: Score;
};

export type PlantedAndFound = { readonly planted: number; readonly found: number };

export type DemoResult = {
  readonly date: BusinessDate;
  readonly hospitals: readonly HospitalResult[];
  readonly threeWay: Score;
  readonly realtime: Score;
  readonly deadLetters: PlantedAndFound;
  readonly badBillLines: PlantedAndFound;
  /** Every planted defect is a three-way verdict, and nothing else is. */
  readonly perfect: boolean;
};

/** Reads from the ledger what became of the demo day, and holds it against what was planted. */
export async function demoResult(
  client: ClickHouseClient,
  truth: Truth,
  merchants: readonly Merchant[],
): Promise<DemoResult> {
  const { date } = truth;
  const hospitals: HospitalResult[] = [];
  for (const merchant of merchants) hospitals.push(await hospitalResult(client, truth, merchant));
  const deadLetters = await foundDeadLetters(client);
  const badLines = await foundBadBillLines(client, addDays(date, -1), date);
  const threeWay = sumOfScores(hospitals.map((hospital) => hospital.threeWay));
  return {
    date,
    hospitals,
    threeWay,
    realtime: sumOfScores(hospitals.map((hospital) => hospital.realtime)),
    deadLetters: { planted: sum(Object.values(truth.deadLetters)), found: sum([...deadLetters.values()]) },
    badBillLines: {
      planted: truth.badBillLines.length,
      found: badLines.filter((line) => plantedLines(truth).has(line)).length,
    },
    perfect: isPerfect(threeWay),
  };
}

async function hospitalResult(
  client: ClickHouseClient,
  truth: Truth,
  merchant: Merchant,
): Promise<HospitalResult> {
  const found = await foundDay(client, merchant.merchantId, truth.date);
  const rows = truth.rows.filter((row) => row.merchantId === merchant.merchantId);
  const threeWay = rowsOf(rows, (row) => row.threeWay);
  return {
    merchant,
    outcome: found.outcome,
    planted: countByCode(threeWay),
    found: found.threeWayTotals,
    threeWay: scoreOf(threeWay, found.threeWay, found.threeWayTotals.get('MATCHED')?.rows ?? 0),
    realtime: scoreOf(
      rowsOf(rows, (row) => row.realtime),
      found.realtime,
      found.realtimeMatched,
    ),
  };
}

function rowsOf(rows: readonly TruthRow[], verdictOf: (row: TruthRow) => TruthRow['threeWay']): ScoredRow[] {
  return rows.flatMap((row) => {
    const verdict = verdictOf(row);
    if (verdict === null) return [];
    const { kind, orderNo, refundNo } = row;
    return [{ kind, orderNo, refundNo, code: verdict.code, businessDate: verdict.businessDate }];
  });
}

function plantedLines(truth: Truth): ReadonlySet<string> {
  return new Set(truth.badBillLines.map(({ fileName, line, code }) => billLineKey(fileName, line, code)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
