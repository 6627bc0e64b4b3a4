import type { ClickHouseClient } from '@clickhouse/client';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays } from '../../domain/businessDate.ts';
import type { ScoredRow } from './score.ts';

export type CodeTotal = { readonly rows: number; readonly fen: bigint };

/** What the ledger holds of a hospital's day. */
export type FoundDay = {
  /** null: the day was not closed, or its run failed. */
  readonly outcome: string | null;
  readonly threeWay: readonly ScoredRow[];
  readonly threeWayTotals: ReadonlyMap<string, CodeTotal>;
  readonly realtime: readonly ScoredRow[];
  readonly realtimeMatched: number;
};

type Row = Readonly<Record<string, string>>;

const ROW = 'code, kind, order_no, refund_no, toString(business_date) AS date';

export async function foundDay(
  client: ClickHouseClient,
  merchantId: string,
  date: BusinessDate,
): Promise<FoundDay> {
  const params = { merchantId, date, before: addDays(date, -1), after: addDays(date, 1) };
  const ask = (query: string): Promise<readonly Row[]> => rowsOf(client, query, params);
  const [run] = await ask(`SELECT run_id, outcome FROM reconciliations FINAL
    WHERE run_id IN (SELECT run_id FROM publications
      WHERE merchant_id = {merchantId:String} AND business_date = {date:Date} AND mode = 'THREE_WAY')`);
  const ofRun = `FROM verdicts FINAL WHERE merchant_id = {merchantId:String} AND mode = 'THREE_WAY'
    AND run_id = '${run?.['run_id'] ?? '-'}'`;
  const ofRealtime = `FROM verdicts FINAL WHERE merchant_id = {merchantId:String} AND mode = 'REALTIME'
    AND run_id = '' AND business_date BETWEEN {before:Date} AND {after:Date}`;
  const totals = await ask(`SELECT code, count() AS rows,
    sum(coalesce(platform_fen, channel_fen, merchant_fen, 0)) AS fen ${ofRun} GROUP BY code`);
  const matched = await ask(`SELECT count() AS rows ${ofRealtime} AND code = 'MATCHED'`);
  return {
    outcome: run?.['outcome'] ?? null,
    threeWay: (await ask(`SELECT ${ROW} ${ofRun} AND code != 'MATCHED'`)).map(scoredRow),
    threeWayTotals: new Map(
      totals.map((row) => [row['code'] ?? '', { rows: Number(row['rows']), fen: BigInt(row['fen'] ?? 0) }]),
    ),
    realtime: (await ask(`SELECT ${ROW} ${ofRealtime} AND code != 'MATCHED'`)).map(scoredRow),
    realtimeMatched: Number(matched[0]?.['rows']),
  };
}

export async function foundDeadLetters(client: ClickHouseClient): Promise<ReadonlyMap<string, number>> {
  const rows = await rowsOf(client, 'SELECT code, count() AS rows FROM dead_letters FINAL GROUP BY code', {});
  return new Map(rows.map((row) => [row['code'] ?? '', Number(row['rows'])]));
}

/** Lines of the bills of some dates that could not be read, as `billLineKey` names them. */
export async function foundBadBillLines(
  client: ClickHouseClient,
  from: BusinessDate,
  to: BusinessDate,
): Promise<readonly string[]> {
  const rows = await rowsOf(
    client,
    `SELECT b.file_name AS file, e.line AS line, e.code AS code
     FROM bill_errors AS e FINAL INNER JOIN bills AS b FINAL ON e.bill_id = b.bill_id
     WHERE b.business_date BETWEEN {from:Date} AND {to:Date}`,
    { from, to },
  );
  return rows.map((row) => billLineKey(row['file'] ?? '', Number(row['line']), row['code'] ?? ''));
}

export function billLineKey(fileName: string, line: number, code: string): string {
  return `${fileName}:${line} ${code}`;
}

async function rowsOf(
  client: ClickHouseClient,
  query: string,
  params: Record<string, string>,
): Promise<readonly Row[]> {
  const result = await client.query({ query, query_params: params, format: 'JSONEachRow' });
  return result.json<Row>();
}

function scoredRow(row: Row): ScoredRow {
  return {
    code: row['code'] ?? '',
    kind: row['kind'] ?? '',
    orderNo: row['order_no'] ?? '',
    refundNo: row['refund_no'] === '' ? null : (row['refund_no'] ?? null),
    businessDate: row['date'] ?? '',
  };
}
