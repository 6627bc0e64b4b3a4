import type { ClickHouseClient } from '@clickhouse/client';
import type { BillErrorQueries, BillWithErrors, ListFilter, Page } from '../../domain/apiPorts.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { BillError } from '../../domain/ports.ts';
import type { Scope } from '../../domain/scope.ts';
import { rowsOf } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { hospitalsSql } from './scopeSql.ts';
import { asked } from './ledgerQueries.ts';
import { anyText, cursorValues, pageOf, readCursor } from './pageCursor.ts';

const LIST = 'bill-errors';
const CURSOR_KEYS = [isBusinessDate, anyText, anyText];
const CURSOR_NAMES = ['at_date', 'at_merchant', 'at_bill'];
/** Of each bill: whoever needs all of them has the bill's file. */
const ROWS_OF_A_BILL = 50;

type Row = {
  readonly bill_id: string;
  readonly merchant_id: string;
  readonly date: string;
  readonly book: Book;
  readonly channel: Channel | '';
  readonly file_name: string;
  readonly error_rows: string;
};

type ErrorRow = {
  readonly bill_id: string;
  readonly merchant_id: string;
  readonly line: number;
  readonly code: string;
  readonly column_name: string;
  readonly message: string;
  readonly message_zh: string;
  readonly raw: string;
};

export function clickHouseBillErrors(client: ClickHouseClient): BillErrorQueries {
  return { billErrors: (scope, filter) => asked(billErrorPage(client, scope, filter)) };
}

async function billErrorPage(
  client: ClickHouseClient,
  scope: Scope,
  filter: Omit<ListFilter, 'mode'>,
): Promise<Page<BillWithErrors>> {
  const { sql, values } = listConditions(scope, filter);
  const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
  const found = await rowsOf<Row>(
    client,
    `SELECT bill_id, merchant_id, toString(business_date) AS date, book, channel, file_name,
       toString(error_rows) AS error_rows
     FROM v_unhandled_bills ${whereOf(after ? [...sql, BEHIND_CURSOR] : sql)}
     ORDER BY business_date DESC, merchant_id, bill_id LIMIT ${filter.limit + 1}`,
    { ...values, ...cursorValues(CURSOR_NAMES, after) },
  );
  const { rows, nextCursor } = pageOf(LIST, found, filter.limit, (row) => [
    row.date,
    row.merchant_id,
    row.bill_id,
  ]);
  const errors = await errorsOf(client, scope, rows);
  return {
    items: rows.map((row) => ({
      billId: row.bill_id,
      merchantId: row.merchant_id,
      businessDate: row.date,
      book: row.book,
      channel: row.channel || null,
      fileName: row.file_name,
      errorRows: Number(row.error_rows),
      rows: errors.get(`${row.merchant_id} ${row.bill_id}`) ?? [],
    })),
    nextCursor,
  };
}

const BEHIND_CURSOR = `business_date <= {at_date:Date} AND (business_date < {at_date:Date}
  OR (merchant_id, bill_id) > ({at_merchant:String}, {at_bill:String}))`;

async function errorsOf(
  client: ClickHouseClient,
  scope: Scope,
  bills: readonly Row[],
): Promise<ReadonlyMap<string, readonly BillError[]>> {
  if (bills.length === 0) return new Map();
  const rows = await rowsOf<ErrorRow>(
    client,
    `SELECT bill_id, merchant_id, line, code, column_name, message, message_zh, raw FROM bill_errors FINAL
     WHERE ${hospitalsSql(
       scope,
       bills.map((bill) => bill.merchant_id),
     )} AND bill_id IN {bills:Array(String)}
     ORDER BY merchant_id, bill_id, line, code LIMIT ${ROWS_OF_A_BILL} BY merchant_id, bill_id`,
    { bills: bills.map((bill) => bill.bill_id) },
  );
  const byBill = Map.groupBy(rows, (row) => `${row.merchant_id} ${row.bill_id}`);
  return new Map([...byBill].map(([key, own]) => [key, own.map(errorOf)]));
}

function errorOf({ line, code, column_name, message, message_zh, raw }: ErrorRow): BillError {
  return { line, code, column: column_name || null, message, messageZh: message_zh, raw };
}
