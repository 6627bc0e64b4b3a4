import type { ClickHouseClient } from '@clickhouse/client';
import type { BillStore } from '../../domain/closePorts.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { Bill } from '../../domain/ports.ts';
import { accountOfJson, accountJson } from './billAccounts.ts';
import { date, text } from './closeSql.ts';
import { LINE_COLUMNS, lineTsv } from './entryRows.ts';
import { insertTsv, timeText } from './tsv.ts';

/** Bills on ClickHouse: lines in `entries`, the record that makes them count in `bills`. */
export function clickHouseBills(client: ClickHouseClient): BillStore {
  return {
    async billsBetween(merchantId, from, to) {
      const result = await client.query({
        query: `SELECT * REPLACE (toString(business_date) AS business_date, toString(payment_fen) AS payment_fen,
            toString(refund_fen) AS refund_fen, toString(version) AS version,
            toString(toUnixTimestamp64Milli(imported_at)) AS imported_at)
          FROM (SELECT * FROM bills FINAL WHERE merchant_id = ${text(merchantId)}
            AND business_date BETWEEN ${date(from)} AND ${date(to)})`,
        format: 'JSONEachRow',
      });
      return (await result.json<BillRow>()).map(billOfRow);
    },
    async writeLines(billId, entries) {
      if (entries.length === 0) return;
      await insertTsv(client, 'entries', LINE_COLUMNS, entries, (entry) => {
        const line = entry.source === 'BILL' ? Number(entry.sourceRef.slice(billId.length + 1)) : 0;
        return lineTsv(entry, { billId, line });
      });
    },
    async writeErrors(bill, errors) {
      if (errors.length === 0) return;
      const { billId: bill_id, merchantId: merchant_id, businessDate: business_date } = bill;
      const values = errors.map(({ line, code, message, raw }) => {
        return { bill_id, merchant_id, business_date, line, code, message, raw };
      });
      await client.insert({ table: 'bill_errors', values, format: 'JSONEachRow' });
    },
    async record(bill) {
      await client.insert({ table: 'bills', values: [billRow(bill)], format: 'JSONEachRow' });
    },
  };
}

type BillRow = {
  readonly bill_id: string;
  readonly merchant_id: string;
  readonly book: Book;
  readonly channel: Channel | '';
  readonly business_date: string;
  readonly format: string;
  readonly file_name: string;
  readonly rows: number;
  readonly error_rows: number;
  readonly payments: number;
  readonly refunds: number;
  readonly payment_fen: string;
  readonly refund_fen: string;
  readonly imported_at: string;
  readonly version: string;
  readonly account: string;
};

function billOfRow(row: BillRow): Bill {
  return {
    billId: row.bill_id,
    merchantId: row.merchant_id,
    book: row.book,
    channel: row.channel || null,
    businessDate: row.business_date,
    format: row.format,
    fileName: row.file_name,
    rows: row.rows,
    errorRows: row.error_rows,
    payments: row.payments,
    refunds: row.refunds,
    paymentFen: BigInt(row.payment_fen),
    refundFen: BigInt(row.refund_fen),
    importedAtMs: Number(row.imported_at),
    version: BigInt(row.version),
    ...(row.account !== '' && { account: accountOfJson(row.account) }),
  };
}

function billRow(bill: Bill): Record<string, unknown> {
  return {
    bill_id: bill.billId,
    merchant_id: bill.merchantId,
    book: bill.book,
    channel: bill.channel ?? '',
    business_date: bill.businessDate,
    format: bill.format,
    file_name: bill.fileName,
    rows: bill.rows,
    error_rows: bill.errorRows,
    payments: bill.payments,
    refunds: bill.refunds,
    payment_fen: bill.paymentFen.toString(),
    refund_fen: bill.refundFen.toString(),
    imported_at: timeText(bill.importedAtMs),
    version: bill.version.toString(),
    account: bill.account === undefined ? '' : accountJson(bill.account),
  };
}
