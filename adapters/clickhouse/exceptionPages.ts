import type { ClickHouseClient } from '@clickhouse/client';
import type { CaseStatus, ExceptionFilter, ExceptionItem, Page } from '../../domain/apiPorts.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { Channel, Kind } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Mode, VerdictCode } from '../../domain/verdict.ts';
import type { BookedCase } from './bookedAfterRefund.ts';
import { bookedAfterRefund } from './bookedAfterRefund.ts';
import { EXCEPTION_CODE_LIST, listOf, rowsOf, text } from './closeSql.ts';
import type { OrderedRow, PageOrder } from './exceptionOrder.ts';
import { pageOrderOf } from './exceptionOrder.ts';
import { PERSONS_WORDS, exceptionConditions, mayHaveStatus } from './exceptionConditions.ts';
import { whereOf } from './listConditions.ts';
import { hospitalsSql } from './scopeSql.ts';
import { CONFLICT_BIT, mergedOf } from './verdictRows.ts';
import { cursorValues, pageOf, readCursor } from './pageCursor.ts';

/** Rows looked at beyond the page: some may be former versions. */
const SPARE_ROWS = 50;
/** Where few rows have the status that is asked for, more are looked at in one go. */
const MOST_ROWS = 5_000;

type Row = OrderedRow & {
  readonly mode: Mode;
  readonly code: VerdictCode;
  readonly kind: Kind;
  readonly refund_no: string;
  readonly channel: Channel | '';
  readonly possibly_cross_day: number;
  readonly conflicts: number;
  readonly amount_conflict: number;
  readonly channel_conflict: number;
  readonly ambiguous_refund: number;
  readonly possible_duplicate_of: string;
  readonly merged_receipt: string;
  readonly merged_orders: readonly string[];
  readonly version: string;
  readonly provisional: number;
};

/**
 * One page of verdicts that need a person; realtime ones of closed dates only when asked for by mode.
 * Rows that say "exception" are found first; which of the
 * realtime ones are still the latest word on their key is asked for these alone, since merging all rows of a big
 * ledger for one page would take seconds.
 */
export async function exceptionPage(
  client: ClickHouseClient,
  scope: Scope,
  filter: ExceptionFilter,
): Promise<Page<ExceptionItem>> {
  const found: Told[] = [];
  const order = pageOrderOf(filter.sort);
  const booked = await bookedAfterRefund(client, scope, filter);
  let after = filter.cursor === undefined ? null : readCursor(order.list, filter.cursor, order.fits);
  for (let most = filter.limit + 1 + SPARE_ROWS; ; most = Math.min(2 * most, MOST_ROWS)) {
    const wanted = { ...filter, bookedKeys: booked.keys };
    const candidates = await candidatesAfter(client, scope, wanted, { order, after }, most);
    const told = await withStatus(client, scope, await latestOf(client, scope, candidates), booked.cases);
    found.push(...told.filter(({ status }) => filter.status === undefined || status === filter.status));
    const last = candidates.at(-1);
    if (found.length > filter.limit || candidates.length < most || !last) break;
    after = order.keysOf(last);
  }
  const { rows, nextCursor } = pageOf(order.list, found, filter.limit, ({ row }) => order.keysOf(row));
  return { items: rows.map(({ row, status, type }) => ({ ...itemOf(row, status), type })), nextCursor };
}

type Told = { readonly row: Row } & BookedCase;

async function withStatus(
  client: ClickHouseClient,
  scope: Scope,
  rows: readonly Row[],
  booked: ReadonlyMap<string, BookedCase>,
): Promise<readonly Told[]> {
  const [statuses, open] = await Promise.all([
    statusesOf(client, scope, rows),
    openAtLast(client, scope, rows),
  ]);
  return rows.map((row) => {
    const status = statuses.get(caseOf(row)) ?? (open(row) ? 'OPEN' : 'HEALED');
    return { row, type: row.code, status, ...booked.get(caseOf(row)) };
  });
}

async function candidatesAfter(
  client: ClickHouseClient,
  scope: Scope,
  filter: ExceptionFilter & { readonly bookedKeys: string },
  { order, after }: { readonly order: PageOrder; readonly after: readonly string[] | null },
  most: number,
): Promise<readonly Row[]> {
  const { sql, values, ofVerdicts } = exceptionConditions(scope, filter);
  const published = `(merchant_id, mode, run_id) IN (
    SELECT merchant_id, mode, run_id FROM publications ${whereOf(sql)})`;
  const conditions = [
    `(code IN (${filter.type === undefined ? EXCEPTION_CODE_LIST : text(filter.type)})
      OR (merchant_id, order_no, key_part) IN ${filter.bookedKeys})`,
    ...sql,
    ...ofVerdicts,
    ...(filter.status === undefined ? [] : [mayHaveStatus(filter.status)]),
    filter.mode === 'REALTIME' ? '' : filter.mode ? published : `(${PROVISIONAL} OR ${published})`,
    ...(after ? [order.behindCursor] : []),
  ].filter((condition) => condition !== '');
  return rowsOf<Row>(
    client,
    `SELECT toString(v.business_date) AS date, merchant_id, order_no, key_part, mode, span, code, kind, refund_no,
       channel, toString(merchant_fen) AS merchant, toString(platform_fen) AS platform,
       toString(channel_fen) AS at_channel, possibly_cross_day, conflicts, amount_conflict, channel_conflict, ambiguous_refund,
       possible_duplicate_of, merged_receipt, merged_orders, toString(v.version) AS version, ${PROVISIONAL} AS provisional
     FROM verdicts AS v ${whereOf(conditions)}
     ORDER BY ${order.orderBy}, v.version DESC
     LIMIT 1 BY v.business_date, merchant_id, order_no, key_part, mode, span, v.version
     LIMIT ${most}`,
    { ...values, ...cursorValues(order.names, after) },
  );
}

/** A realtime row whose day no run has closed yet; once one has, the run's own rows speak. */
const PROVISIONAL = `(mode = 'REALTIME' AND (merchant_id, v.business_date) NOT IN (
  SELECT merchant_id, business_date FROM publications))`;

/** The rows that are the latest word on their key; final ones always are. */
async function latestOf(
  client: ClickHouseClient,
  scope: Scope,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const realtime = rows.filter((row) => row.mode === 'REALTIME');
  if (realtime.length === 0) return rows;
  const latest = await rowsOf<{
    merchant_id: string;
    order_no: string;
    key_part: string;
    span: number;
    newest: string;
  }>(
    client,
    `SELECT merchant_id, order_no, key_part, span, toString(max(version)) AS newest FROM verdicts
     WHERE mode = 'REALTIME' AND run_id = ''
       AND ${ofRows(scope, realtime)}
       AND order_no IN (${listOf(realtime.map((row) => row.order_no))})
     GROUP BY merchant_id, order_no, key_part, span`,
  );
  const newest = new Map(latest.map((row) => [spanKey(row), BigInt(row.newest)]));
  return rows.filter((row) => {
    if (row.mode !== 'REALTIME') return true;
    const version = BigInt(row.version);
    if (newest.get(spanKey(row)) !== version) return false;
    // See v_verdicts: a span above 0 is stale once the key was judged with more lines.
    return (
      row.span === 0 || linesKnown(newest.get(spanKey({ ...row, span: 0 })) ?? 0n) === linesKnown(version)
    );
  });
}

function linesKnown(version: bigint): bigint {
  return version >> 11n;
}

function spanKey(row: Pick<Row, 'merchant_id' | 'order_no' | 'key_part' | 'span'>): string {
  return `${row.merchant_id} ${row.order_no} ${row.key_part} ${row.span}`;
}

function ofRows(scope: Scope, rows: readonly Row[]): string {
  return hospitalsSql(
    scope,
    rows.map((row) => row.merchant_id),
  );
}

async function statusesOf(
  client: ClickHouseClient,
  scope: Scope,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, CaseStatus>> {
  if (rows.length === 0) return new Map();
  const cases = await rowsOf<{ case_id: string; status: string }>(
    client,
    `SELECT case_id, argMax(e.status, e.version) AS status FROM exceptions AS e
     WHERE ${ofRows(scope, rows)} AND case_id IN (${listOf(rows.map(caseOf))})
     GROUP BY case_id`,
  );
  return new Map(
    cases.flatMap((row) => {
      const status = PERSONS_WORDS.find((word) => word === row.status);
      return status ? [[row.case_id, status]] : [];
    }),
  );
}

function caseOf(row: Row): string {
  return caseIdOf(row.merchant_id, row.order_no, row.key_part);
}

/** Which rows still stand open: provisional ones, and those whose key needs a person by the last published word. */
async function openAtLast(
  client: ClickHouseClient,
  scope: Scope,
  rows: readonly Row[],
): Promise<(row: Row) => boolean> {
  const judged = rows.filter((row) => row.provisional === 0);
  if (judged.length === 0) return () => true;
  const open = await rowsOf<Pick<Row, 'date' | 'merchant_id' | 'order_no' | 'key_part'>>(
    client,
    `SELECT toString(for_date) AS date, merchant_id, order_no, key_part FROM last_words
     WHERE ${ofRows(scope, judged)}
       AND order_no IN (${listOf(judged.map((row) => row.order_no))}) AND open`,
  );
  const keys = new Set(open.map(dateKey));
  return (row) => row.provisional === 1 || keys.has(dateKey(row));
}

function dateKey(row: Pick<Row, 'date' | 'merchant_id' | 'order_no' | 'key_part'>): string {
  return `${row.date} ${row.merchant_id} ${row.order_no} ${row.key_part}`;
}

function itemOf(row: Row, status: CaseStatus): ExceptionItem {
  return {
    id: caseOf(row),
    mode: row.mode,
    type: row.code,
    kind: row.kind,
    merchantId: row.merchant_id,
    businessDate: row.date,
    orderNo: row.order_no,
    refundNo: row.refund_no || null,
    channel: row.channel || null,
    merchantFen: fenOf(row.merchant),
    platformFen: fenOf(row.platform),
    channelFen: fenOf(row.at_channel),
    possiblyCrossDay: row.possibly_cross_day === 1,
    conflictingBooks: BOOKS.filter((book) => (row.conflicts & CONFLICT_BIT[book]) !== 0),
    amountConflict: row.amount_conflict === 1,
    channelConflict: row.channel_conflict === 1,
    ambiguousRefund: row.ambiguous_refund === 1,
    possibleDuplicateOf: row.possible_duplicate_of || null,
    mergedReceipt: mergedOf(row),
    status,
    provisional: row.provisional === 1,
  };
}

function fenOf(fen: string | null): bigint | null {
  return fen === null ? null : BigInt(fen);
}
