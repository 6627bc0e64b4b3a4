import type { ClickHouseClient } from '@clickhouse/client';
import type { OrderLine } from '../../domain/resolutionPorts.ts';
import { rowsOf, text } from './closeSql.ts';
import type { EntryRow } from './entryRows.ts';
import { ENTRY_FIELDS, entryOfRow } from './entryRows.ts';

// What the books say of orders, many orders of one merchant at once.

/** Lines that stand in some book, by order: of bills only those on record. `counts` as in v_entries. */
export async function linesOf(
  client: ClickHouseClient,
  merchantId: string,
  orderNos: readonly string[],
): Promise<ReadonlyMap<string, readonly OrderLine[]>> {
  const ofMerchant = 'merchant_id = {merchantId:String}';
  const rows = await rowsOf<EntryRow & { readonly counts: number }>(
    client,
    `SELECT ${ENTRY_FIELDS}, if(source = 'BILL',
         (bill_id, book, channel) IN (SELECT bill_id, book, slot FROM bill_slots WHERE ${ofMerchant}),
         source = 'ACTION' OR (business_date, book, channel) NOT IN (
           SELECT business_date, book, arrayJoin(['', slot]) FROM bill_slots WHERE ${ofMerchant})) AS counts
     FROM (SELECT * FROM entries FINAL WHERE ${ofMerchant} AND order_no IN (${listOf(orderNos)}))
     WHERE source != 'BILL' OR bill_id IN (SELECT bill_id FROM bills WHERE ${ofMerchant})`,
    { merchantId },
  );
  const lines = rows.map((row) => ({ entry: entryOfRow(row), counts: row.counts === 1 }));
  return Map.groupBy(lines, ({ entry }) => entry.orderNo);
}

/** Those of the orders that stand in rows of bills which could not be read and which nobody has handled. */
export async function namedInBillErrors(
  client: ClickHouseClient,
  merchantId: string,
  orderNos: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await rowsOf<{ order_no: string }>(
    client,
    `SELECT DISTINCT arrayJoin(arrayFilter(o -> position(raw, o) > 0, [${listOf(orderNos)}])) AS order_no
     FROM bill_errors WHERE merchant_id = {merchantId:String}
       AND bill_id IN (SELECT bill_id FROM v_unhandled_bills WHERE merchant_id = {merchantId:String})`,
    { merchantId },
  );
  return new Set(rows.map((row) => row.order_no));
}

export function listOf(values: readonly string[]): string {
  return values.length === 0 ? text('(none)') : values.map(text).join(', ');
}
