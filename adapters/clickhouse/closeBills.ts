import type { ClickHouseClient } from '@clickhouse/client';
import type { BillStore } from '../../domain/closePorts.ts';
import type { Bill } from '../../domain/ports.ts';
import {
  BILL_FIELDS,
  billOfRow,
  billRow,
  REFUSAL_FIELDS,
  refusalOfRow,
  refusalRow,
  type BillRow,
  type RefusalRow,
} from './billRows.ts';
import { linesOfBill } from './billLines.ts';
import { date, rowsOf, text } from './closeSql.ts';
import { LINE_COLUMNS, lineTsv } from './entryRows.ts';
import { FEE_COLUMNS, feeTsv } from './feeRows.ts';
import { insertTsv, timeText } from './tsv.ts';

/** Bills on ClickHouse: lines in `entries`, fees in `bill_fees`, the record that makes both count in `bills`. */
export function clickHouseBills(client: ClickHouseClient): BillStore {
  const billsWhere = async (condition: string): Promise<readonly Bill[]> => {
    // The condition is on the columns as they are stored, not on the texts that are selected.
    const sql = `SELECT ${BILL_FIELDS} FROM (SELECT * FROM bills FINAL WHERE ${condition})`;
    return (await rowsOf<BillRow>(client, sql)).map(billOfRow);
  };
  return {
    billsBetween: (merchantId, from, to) =>
      billsWhere(`merchant_id = ${text(merchantId)} AND business_date BETWEEN ${date(from)} AND ${date(to)}`),
    billsOfBytes: (merchantId, sha256) =>
      billsWhere(`merchant_id = ${text(merchantId)} AND sha256 = ${text(sha256)}`),
    billsById: (idStart) => billsWhere(`startsWith(bill_id, ${text(idStart)})`),
    linesOf: (bill) => linesOfBill(client, bill),
    async hasLines(merchantId, book, billId) {
      const found = await rowsOf(
        client,
        `SELECT 1 FROM entries WHERE merchant_id = ${text(merchantId)} AND book = ${text(book)}
          AND bill_id = ${text(billId)} LIMIT 1`,
      );
      return found.length > 0;
    },
    async writeLines(billId, entries) {
      if (entries.length === 0) return;
      await insertTsv(client, 'entries', LINE_COLUMNS, entries, (entry) => {
        const line = entry.source === 'BILL' ? Number(entry.sourceRef.slice(billId.length + 1)) : 0;
        return lineTsv(entry, { billId, line });
      });
    },
    async writeFees(billId, fees) {
      if (fees.length === 0) return;
      await insertTsv(client, 'bill_fees', FEE_COLUMNS, fees, (fee) => feeTsv(billId, fee));
    },
    async writeErrors(bill, errors) {
      if (errors.length === 0) return;
      const { billId: bill_id, merchantId: merchant_id, businessDate: business_date } = bill;
      const place = { bill_id, merchant_id, business_date };
      const values = errors.map(({ line, code, column, message, messageZh, raw }) => {
        return { ...place, line, code, column_name: column ?? '', message, message_zh: messageZh ?? '', raw };
      });
      await client.insert({ table: 'bill_errors', values, format: 'JSONEachRow' });
    },
    async handledBills(merchantId, billIds) {
      if (billIds.length === 0) return new Set();
      const result = await client.query({
        query: `SELECT DISTINCT bill_id FROM bill_handlings
          WHERE merchant_id = ${text(merchantId)} AND bill_id IN (${billIds.map(text).join(', ')})`,
        format: 'JSONEachRow',
      });
      return new Set((await result.json<{ bill_id: string }>()).map((row) => row.bill_id));
    },
    async recordHandling({ merchantId, billId, handledBy, note, handledAtMs }) {
      const row = { merchant_id: merchantId, bill_id: billId, handled_by: handledBy, note };
      const values = [{ ...row, handled_at: timeText(handledAtMs) }];
      await client.insert({ table: 'bill_handlings', values, format: 'JSONEachRow' });
    },
    async record(bill) {
      await client.insert({ table: 'bills', values: [billRow(bill)], format: 'JSONEachRow' });
    },
    async recordRefusal(refusal) {
      await client.insert({ table: 'bill_refusals', values: [refusalRow(refusal)], format: 'JSONEachRow' });
    },
    async refusalsById(shaStart) {
      const sql = `SELECT ${REFUSAL_FIELDS} FROM (SELECT * FROM bill_refusals FINAL
        WHERE startsWith(sha256, ${text(shaStart)}))`;
      return (await rowsOf<RefusalRow>(client, sql)).map(refusalOfRow);
    },
  };
}
