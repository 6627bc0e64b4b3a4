import type { ClickHouseClient } from '@clickhouse/client';
import type { ListFilter, MatchRate, Page } from '../../domain/apiPorts.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Mode, VerdictCode } from '../../domain/verdict.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import { rowsOf, text } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { anyText, cursorValues, pageOf, readCursor } from './pageCursor.ts';

/** In both the books agree on the money. OFFSET is neither matched nor an exception. */
const MATCHED_CODES: readonly VerdictCode[] = ['MATCHED', 'CROSS_DAY'];

const LIST = 'match-rates';
const CURSOR_KEYS = [isBusinessDate, anyText, anyText];
const CURSOR_NAMES = ['at_date', 'at_merchant', 'at_mode'];

type Row = {
  readonly merchant_id: string;
  readonly date: string;
  readonly mode: Mode;
  readonly verdicts: string;
  readonly matched: string;
  readonly exceptions: string;
};

/** Newest date first. Closed dates were counted when they were closed, realtime's rows too; only those of open days are counted here. */
export async function matchRatePage(
  client: ClickHouseClient,
  scope: Scope,
  filter: ListFilter,
): Promise<Page<MatchRate>> {
  const { sql, values } = listConditions(scope, filter);
  const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
  const conditions = after ? [...sql, BEHIND_CURSOR] : sql;
  const found = await rowsOf<Row>(
    client,
    `SELECT merchant_id, toString(business_date) AS date, mode, toString(verdicts) AS verdicts,
       toString(matched) AS matched, toString(exceptions) AS exceptions
     FROM (${matchRateRowsSql(filter.mode, conditions)})
     ORDER BY business_date DESC, merchant_id, mode LIMIT ${filter.limit + 1}`,
    { ...values, ...cursorValues(CURSOR_NAMES, after) },
  );
  const { rows, nextCursor } = pageOf(LIST, found, filter.limit, keysOf);
  return { items: rows.map(rateOf), nextCursor };
}

function keysOf(row: Row): readonly string[] {
  return [row.date, row.merchant_id, row.mode];
}

/** @param conditions on merchant_id, business_date and mode */
export function matchRateRowsSql(mode: Mode | undefined, conditions: readonly string[]): string {
  const parts = mode === 'REALTIME' ? [realtime] : mode ? [final] : [final, realtime];
  return parts.map((part) => part(conditions)).join(' UNION ALL ');
}

function final(conditions: readonly string[]): string {
  return `SELECT merchant_id, business_date, mode, arraySum(mapValues(counts)) AS verdicts,
      ${sumOf(MATCHED_CODES)} AS matched, ${sumOf([...EXCEPTION_CODES])} AS exceptions
    FROM (
      SELECT merchant_id, business_date, mode, argMax(r.verdicts, (r.token, r.run_id)) AS counts
      FROM reconciliations AS r ${whereOf(["outcome != 'FAILED'", ...conditions])}
      GROUP BY merchant_id, business_date, mode)`;
}

function realtime(conditions: readonly string[]): string {
  return `SELECT merchant_id, business_date, mode, sum(c.verdicts) AS verdicts,
      sumIf(c.verdicts, code IN (${listOf(MATCHED_CODES)})) AS matched,
      sumIf(c.verdicts, code IN (${listOf([...EXCEPTION_CODES])})) AS exceptions
    FROM v_verdict_counts AS c ${whereOf(["mode = 'REALTIME'", ...conditions])}
    GROUP BY merchant_id, business_date, mode`;
}

const BEHIND_CURSOR = `business_date <= {at_date:Date} AND (business_date < {at_date:Date}
  OR (merchant_id, mode) > ({at_merchant:String}, {at_mode:String}))`;

function rateOf(row: Row): MatchRate {
  return {
    merchantId: row.merchant_id,
    businessDate: row.date,
    mode: row.mode,
    verdicts: Number(row.verdicts),
    matched: Number(row.matched),
    exceptions: Number(row.exceptions),
  };
}

function sumOf(codes: readonly VerdictCode[]): string {
  return codes.map((code) => `counts[${text(code)}]`).join(' + ');
}

function listOf(codes: readonly VerdictCode[]): string {
  return codes.map(text).join(', ');
}
