import type { ClickHouseClient } from '@clickhouse/client';
import { listOf, rowsOf } from './closeSql.ts';

// What the books say of orders, many orders of one merchant at once.

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
