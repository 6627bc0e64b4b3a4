import type { ClickHouseClient } from '@clickhouse/client';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { BillLibrary } from '../../domain/machine.ts';
import type { Bill } from '../../domain/ports.ts';
import { clickHouseBills } from './closeBills.ts';
import { rowsOf } from './closeSql.ts';
import { scopeSql } from './scopeSql.ts';

/**
 * Bills on record, from ClickHouse.
 * @param bytesOf their original bytes; without it none are kept
 */
export function clickHouseBillLibrary(
  client: ClickHouseClient,
  bytesOf: BillLibrary['bytesOf'] = async () => null,
): BillLibrary {
  const bills = clickHouseBills(client);
  return {
    async billsOf(scope, merchantId, date) {
      return scope.reaches(merchantId) ? bills.billsBetween(merchantId, date, date) : [];
    },
    async billsById(scope, billId) {
      const places = await rowsOf<{ merchantId: string; date: BusinessDate }>(
        client,
        `SELECT DISTINCT merchant_id AS merchantId, toString(business_date) AS date
         FROM bills WHERE bill_id = {billId:String} AND ${scopeSql(scope)} LIMIT 1000`,
        { billId },
      );
      const found: Bill[] = [];
      for (const { merchantId, date } of places) {
        const ofDate = await bills.billsBetween(merchantId, date, date);
        found.push(...ofDate.filter((bill) => bill.billId === billId));
      }
      return found;
    },
    bytesOf,
  };
}
