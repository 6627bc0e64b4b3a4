import type { ClickHouseClient } from '@clickhouse/client';
import type { ListFilter, MatchRate } from '../../domain/apiPorts.ts';
import type { Mode, VerdictCode } from '../../domain/verdict.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import { rowsOf, text } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';

/** In both the books agree on the money. OFFSET is neither matched nor an exception. */
const MATCHED_CODES: readonly VerdictCode[] = ['MATCHED', 'CROSS_DAY'];

/** Newest date first. Closed days are counted by their run already; only realtime rows are counted here. */
export async function matchRates(
  client: ClickHouseClient,
  filter: Omit<ListFilter, 'cursor'>,
): Promise<readonly MatchRate[]> {
  const { sql, values } = listConditions(filter);
  const final = `SELECT merchant_id, business_date, mode, arraySum(mapValues(counts)) AS verdicts,
      ${sumOf(MATCHED_CODES)} AS matched, ${sumOf([...EXCEPTION_CODES])} AS exceptions
    FROM (
      SELECT merchant_id, business_date, mode, argMax(r.verdicts, (r.token, r.run_id)) AS counts
      FROM reconciliations AS r ${whereOf(["outcome != 'FAILED'", ...sql])}
      GROUP BY merchant_id, business_date, mode)`;
  const realtime = `SELECT merchant_id, business_date, mode, count() AS verdicts,
      countIf(code IN (${listOf(MATCHED_CODES)})) AS matched, countIf(code IN (${listOf([...EXCEPTION_CODES])})) AS exceptions
    FROM verdicts FINAL ${whereOf(["mode = 'REALTIME'", "run_id = ''", ...sql])}
    GROUP BY merchant_id, business_date, mode`;
  const parts = filter.mode === 'REALTIME' ? [realtime] : filter.mode ? [final] : [final, realtime];
  const rows = await rowsOf<{
    merchant_id: string;
    date: string;
    mode: Mode;
    verdicts: string;
    matched: string;
    exceptions: string;
  }>(
    client,
    `SELECT merchant_id, toString(business_date) AS date, mode, toString(verdicts) AS verdicts,
       toString(matched) AS matched, toString(exceptions) AS exceptions
     FROM (${parts.join(' UNION ALL ')})
     ORDER BY business_date DESC, merchant_id, mode LIMIT ${filter.limit}`,
    values,
  );
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    businessDate: row.date,
    mode: row.mode,
    verdicts: Number(row.verdicts),
    matched: Number(row.matched),
    exceptions: Number(row.exceptions),
  }));
}

function sumOf(codes: readonly VerdictCode[]): string {
  return codes.map((code) => `counts[${text(code)}]`).join(' + ');
}

function listOf(codes: readonly VerdictCode[]): string {
  return codes.map(text).join(', ');
}
