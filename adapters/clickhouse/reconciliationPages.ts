import type { ClickHouseClient } from '@clickhouse/client';
import type { ListFilter, Page, RunRecord } from '../../domain/apiPorts.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import type { BookTotals, FailureReason, Outcome, Reconciliation } from '../../domain/ports.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Mode } from '../../domain/verdict.ts';
import { EXCEPTION_CODE_LIST, rowsOf } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { scopeSql } from './scopeSql.ts';
import { anyText, cursorValues, integerUpTo, pageOf, readCursor } from './pageCursor.ts';

const LIST = 'reconciliations';
const CURSOR_KEYS = [isBusinessDate, anyText, anyText, integerUpTo(2n ** 64n - 1n), anyText];
const CURSOR_NAMES = ['at_date', 'at_merchant', 'at_mode', 'at_token', 'at_run'];

type Row = {
  readonly date: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly provisional: number;
  readonly token_text: string;
  readonly run_id: string;
  readonly outcome: Outcome;
  readonly reasons: readonly FailureReason[];
  readonly details: Reconciliation['details'];
  readonly bills: readonly string[];
  readonly operator: string;
  readonly started: string;
  readonly ended: string;
  readonly books: string;
  readonly verdicts: Readonly<Record<string, string>>;
  readonly merkle_root: string;
  readonly positions: Readonly<Record<string, string>>;
};

/** All runs, failed and superseded ones too, and realtime days: newest date first, of a date's the latest run first. */
export async function reconciliationPage(
  client: ClickHouseClient,
  scope: Scope,
  filter: ListFilter,
): Promise<Page<RunRecord>> {
  const { sql, values } = listConditions(scope, filter);
  const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
  const conditions = after ? [...sql, BEHIND_CURSOR] : sql;
  const parts = filter.mode === 'REALTIME' ? [realtimeDays] : filter.mode ? [runs] : [runs, realtimeDays];
  const found = await rowsOf<Row>(
    client,
    `${SELECT} FROM (${parts.map((part) => part(sql)).join(' UNION ALL ')}) AS r ${whereOf(conditions)}
     ORDER BY r.business_date DESC, merchant_id, mode, r.token DESC, run_id
     LIMIT 1 BY merchant_id, r.business_date, mode, r.token, run_id
     LIMIT ${filter.limit + 1}`,
    { ...values, ...cursorValues(CURSOR_NAMES, after) },
  );
  const { rows, nextCursor } = pageOf(LIST, found, filter.limit, keysOf);
  return { items: rows.map(runOf), nextCursor };
}

const REALTIME_DAY = /^realtime-(.{1,64})-(\d{4}-\d{2}-\d{2})$/;

/** One run, or one realtime day by the id that the list gives it. */
export async function reconciliationById(
  client: ClickHouseClient,
  scope: Scope,
  runId: string,
): Promise<RunRecord | null> {
  const [, merchantId, date] = REALTIME_DAY.exec(runId) ?? [];
  const isDay = merchantId !== undefined && date !== undefined && isBusinessDate(date);
  const { sql, values } = isDay
    ? listConditions(scope, { merchantId, from: date, to: date })
    : { sql: [scopeSql(scope), 'run_id = {run:String}'], values: { run: runId } };
  const [row] = await rowsOf<Row>(
    client,
    `${SELECT} FROM (${isDay ? realtimeDays(sql) : runs(sql)}) AS r LIMIT 1`,
    values,
  );
  return row ? runOf(row) : null;
}

const SELECT = `SELECT toString(r.business_date) AS date, merchant_id, mode, toString(r.token) AS token_text, run_id, outcome,
  reasons, details, bills, operator, toString(toUnixTimestamp64Milli(started_at)) AS started,
  toString(toUnixTimestamp64Milli(ended_at)) AS ended, books, verdicts, merkle_root, positions,
  mode = 'REALTIME' AND (merchant_id, r.business_date) NOT IN (
    SELECT merchant_id, business_date FROM publications) AS provisional`;

const COLUMNS = [
  'business_date',
  'merchant_id',
  'mode',
  'token',
  'run_id',
  'outcome',
  'reasons',
  'details',
  'bills',
  'operator',
  'started_at',
  'ended_at',
  'books',
  'verdicts',
  'merkle_root',
  'positions',
] as const;

function runs(conditions: readonly string[]): string {
  return `SELECT ${COLUMNS.join(', ')} FROM reconciliations ${whereOf(conditions)}`;
}

/** What the realtime verdicts of a date come to, in the columns of a run. */
function realtimeDays(conditions: readonly string[]): string {
  const empty = { strings: "CAST([], 'Array(LowCardinality(String))')" };
  const books = (['merchant', 'platform'] as const).map((book) => {
    const of = (kind: string, what: string): string => `toString(sumIf(${what}, v.kind = '${kind}'))`;
    const [lines, fen] = [`length(v.${book}_identities)`, `ifNull(v.${book}_fen, 0)`];
    return `'"${book.toUpperCase()}":{"payments":', ${of('PAYMENT', lines)}, ',"refunds":', ${of('REFUND', lines)},
      ',"paymentFen":"', ${of('PAYMENT', fen)}, '","refundFen":"', ${of('REFUND', fen)}, '"}'`;
  });
  const needsPerson = `v.code IN (${EXCEPTION_CODE_LIST})`;
  return `SELECT v.business_date, v.merchant_id, 'REALTIME' AS mode, toUInt64(0) AS token,
      concat('realtime-', v.merchant_id, '-', toString(v.business_date)) AS run_id,
      if(countIf(${needsPerson}) > 0, 'UNBALANCED', 'BALANCED') AS outcome, ${empty.strings} AS reasons,
      CAST(map(), 'Map(LowCardinality(String), String)') AS details, CAST([], 'Array(String)') AS bills,
      'system' AS operator, toDateTime64(v.business_date, 3, 'Asia/Shanghai') AS started_at,
      max(v.written_at) AS ended_at, concat('{', ${books.join(`, ',', `)}, '}') AS books,
      CAST(sumMap(map(v.code, toUInt64(1))), 'Map(LowCardinality(String), UInt64)') AS verdicts, '' AS merkle_root,
      CAST(map(), 'Map(String, Int64)') AS positions
    FROM v_verdicts AS v ${whereOf(["v.mode = 'REALTIME'", ...conditions])}
    GROUP BY v.business_date, v.merchant_id`;
}

function keysOf(row: Row): readonly string[] {
  return [row.date, row.merchant_id, row.mode, row.token_text, row.run_id];
}

const BEHIND_CURSOR = `r.business_date <= {at_date:Date} AND (r.business_date < {at_date:Date}
  OR (merchant_id, mode) > ({at_merchant:String}, {at_mode:String})
  OR ((merchant_id, mode) = ({at_merchant:String}, {at_mode:String}) AND (r.token < {at_token:UInt64}
    OR (r.token = {at_token:UInt64} AND run_id > {at_run:String}))))`;

function runOf(row: Row): RunRecord {
  return {
    provisional: row.provisional === 1,
    runId: row.run_id,
    merchantId: row.merchant_id,
    businessDate: row.date,
    mode: row.mode,
    outcome: row.outcome,
    reasons: row.reasons,
    details: row.details,
    bills: row.bills,
    operator: row.operator,
    startedAtMs: Number(row.started),
    endedAtMs: Number(row.ended),
    token: BigInt(row.token_text),
    books: booksOf(row.books),
    verdicts: numbersOf(row.verdicts),
    merkleRoot: row.merkle_root,
    positions: numbersOf(row.positions),
  };
}

type StoredTotals = Omit<BookTotals, 'paymentFen' | 'refundFen'> & {
  readonly paymentFen: string;
  readonly refundFen: string;
};

function booksOf(json: string): Reconciliation['books'] {
  const stored: Readonly<Record<string, StoredTotals>> = JSON.parse(json);
  return Object.fromEntries(
    Object.entries(stored).map(([book, totals]) => [
      book,
      { ...totals, paymentFen: BigInt(totals.paymentFen), refundFen: BigInt(totals.refundFen) },
    ]),
  );
}

function numbersOf(map: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, Number(value)]));
}
