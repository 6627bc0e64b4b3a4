import type { ClickHouseClient } from '@clickhouse/client';
import type { BillFile, BillFileFilter, BillFileQueries, Page } from '../../domain/apiPorts.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import type { Scope } from '../../domain/scope.ts';
import type { BillRow } from './billRows.ts';
import { BILL_FIELDS, billOfRow } from './billRows.ts';
import { rowsOf } from './closeSql.ts';
import { asked } from './ledgerQueries.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { scopeSql } from './scopeSql.ts';
import { anyText, cursorValues, integerUpTo, pageOf, readCursor } from './pageCursor.ts';

const LIST = 'bill-files';
const CURSOR_KEYS = [isBusinessDate, anyText, anyText, anyText, integerUpTo(2n ** 64n - 1n), anyText];
const CURSOR_NAMES = ['at_date', 'at_merchant', 'at_book', 'at_channel', 'at_version', 'at_bill'];

type Row = BillRow & { readonly current: number };

/** Bills on record for people: which there are, and which of them count. */
export function clickHouseBillFiles(client: ClickHouseClient): BillFileQueries {
  return {
    billFiles: (scope, filter) => asked(billFilePage(client, scope, filter)),
    billsOfRun: (scope, run) => asked(billsOfRun(client, scope, run)),
  };
}

async function billFilePage(
  client: ClickHouseClient,
  scope: Scope,
  filter: BillFileFilter,
): Promise<Page<BillFile>> {
  const { sql, values } = listConditions(scope, filter);
  const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
  const own = [
    ...(filter.book === undefined ? [] : ['book = {book:String}']),
    // A bill of every channel is one of each.
    ...(filter.channel === undefined ? [] : ["channel IN ('', {channel:String})"]),
    ...(after ? [BEHIND_CURSOR] : []),
  ];
  const found = await rowsOf<Row>(
    client,
    `${selected(scope, whereOf([...sql, ...own]))} LIMIT ${filter.limit + 1}`,
    {
      ...values,
      ...(filter.book === undefined ? {} : { book: filter.book }),
      ...(filter.channel === undefined ? {} : { channel: filter.channel }),
      ...cursorValues(CURSOR_NAMES, after),
    },
  );
  const { rows, nextCursor } = pageOf(LIST, found, filter.limit, (row) => [
    row.business_date,
    row.merchant_id,
    row.book,
    row.channel,
    row.version,
    row.bill_id,
  ]);
  return { items: rows.map(fileOf), nextCursor };
}

async function billsOfRun(
  client: ClickHouseClient,
  scope: Scope,
  { merchantId, bills }: { readonly merchantId: string; readonly bills: readonly string[] },
): Promise<readonly BillFile[]> {
  if (bills.length === 0) return [];
  const { sql, values } = listConditions(scope, { merchantId });
  const where = whereOf([...sql, 'bill_id IN {bills:Array(String)}']);
  return (await rowsOf<Row>(client, selected(scope, where), { ...values, bills })).map(fileOf);
}

const BEHIND_CURSOR = `business_date <= {at_date:Date} AND (business_date < {at_date:Date}
  OR (merchant_id, book, channel) > ({at_merchant:String}, {at_book:String}, {at_channel:String})
  OR ((merchant_id, book, channel) = ({at_merchant:String}, {at_book:String}, {at_channel:String})
    AND (version < {at_version:UInt64} OR (version = {at_version:UInt64} AND bill_id > {at_bill:String}))))`;

/** The conditions are on the columns as they are stored, not on the texts that are selected. */
function selected(scope: Scope, where: string): string {
  return `SELECT ${BILL_FIELDS}
    FROM (SELECT *, (merchant_id, business_date, book, bill_id) IN (
        SELECT merchant_id, business_date, book, bill_id FROM bill_slots WHERE ${scopeSql(scope)}) AS current
      FROM bills FINAL ${where})
    ORDER BY business_date DESC, merchant_id, book, channel, toUInt64(version) DESC, bill_id`;
}

function fileOf(row: Row): BillFile {
  const { origin, ...bill } = billOfRow(row);
  return {
    ...bill,
    isCurrent: row.current === 1,
    sha256: origin?.sha256 ?? null,
    sizeBytes: origin?.sizeBytes ?? 0,
    feeMilliFen: origin?.feeMilliFen ?? null,
  };
}
