import type { ClickHouseClient } from '@clickhouse/client';
import type { ListFilter, Page } from '../../domain/apiPorts.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import type { BookTotals, FailureReason, Outcome, Reconciliation } from '../../domain/ports.ts';
import { rowsOf } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { anyText, cursorOf, integerUpTo, readCursor } from './pageCursor.ts';

const LIST = 'reconciliations';
const CURSOR_KEYS = [isBusinessDate, anyText, anyText, integerUpTo(2n ** 64n - 1n), anyText];

type Row = {
  readonly date: string;
  readonly merchant_id: string;
  readonly mode: Reconciliation['mode'];
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

/** All runs, failed and superseded ones too: newest date first, of a date's the latest run first. */
export async function reconciliationPage(
  client: ClickHouseClient,
  filter: ListFilter,
): Promise<Page<Reconciliation>> {
  const { sql, values } = listConditions(filter);
  const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
  const found = await rowsOf<Row>(
    client,
    `SELECT toString(r.business_date) AS date, merchant_id, mode, toString(r.token) AS token_text, run_id, outcome,
       reasons, details, bills, operator, toString(toUnixTimestamp64Milli(started_at)) AS started,
       toString(toUnixTimestamp64Milli(ended_at)) AS ended, books, verdicts, merkle_root, positions
     FROM reconciliations AS r ${whereOf(after ? [...sql, BEHIND_CURSOR] : sql)}
     ORDER BY r.business_date DESC, merchant_id, mode, r.token DESC, run_id
     LIMIT 1 BY merchant_id, r.business_date, mode, r.token, run_id
     LIMIT ${filter.limit + 1}`,
    { ...values, ...cursorValues(after) },
  );
  const rows = found.slice(0, filter.limit);
  const last = rows.at(-1);
  const more = found.length > filter.limit && last !== undefined;
  return { items: rows.map(runOf), nextCursor: more ? cursorOf(LIST, keysOf(last)) : null };
}

function keysOf(row: Row): readonly string[] {
  return [row.date, row.merchant_id, row.mode, row.token_text, row.run_id];
}

const BEHIND_CURSOR = `r.business_date <= {at_date:Date} AND (r.business_date < {at_date:Date}
  OR (merchant_id, mode) > ({at_merchant:String}, {at_mode:String})
  OR ((merchant_id, mode) = ({at_merchant:String}, {at_mode:String}) AND (r.token < {at_token:UInt64}
    OR (r.token = {at_token:UInt64} AND run_id > {at_run:String}))))`;

function cursorValues(after: readonly string[] | null): Record<string, string> {
  const names = ['at_date', 'at_merchant', 'at_mode', 'at_token', 'at_run'];
  return Object.fromEntries((after ?? []).map((value, i) => [names[i] ?? '', value]));
}

function runOf(row: Row): Reconciliation {
  return {
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
