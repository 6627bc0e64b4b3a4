import type { ClickHouseClient } from '@clickhouse/client';
import type { Bill, BillLine } from '../../domain/ports.ts';
import { text } from './closeSql.ts';
import { ENTRY_FIELDS, entryOfRow, type EntryRow } from './entryRows.ts';

type LineRow = EntryRow & {
  readonly line: number;
  readonly fee: string | null;
  readonly settled: string | null;
};

/** The stored lines of a bill with their fees. */
export async function* linesOfBill(
  client: ClickHouseClient,
  bill: Bill,
): AsyncGenerator<readonly BillLine[]> {
  const ofBill = `merchant_id = ${text(bill.merchantId)} AND bill_id = ${text(bill.billId)}`;
  const ofChannel = bill.channel === null ? '' : `AND channel = ${text(bill.channel)}`;
  const result = await client.query({
    query: `SELECT ${ENTRY_FIELDS}, e.line AS line, f.fee AS fee, f.settled AS settled
      FROM (SELECT * FROM entries FINAL WHERE ${ofBill} AND book = ${text(bill.book)} ${ofChannel}) AS e
      LEFT ANY JOIN
      (
        SELECT line, order_no, kind, refund_no, CAST(toString(fee_milli_fen) AS Nullable(String)) AS fee,
          toString(settled_fen) AS settled
        FROM bill_fees FINAL WHERE ${ofBill}
      ) AS f USING (line, order_no, kind, refund_no)
      -- The fees of ten million rows need not be in memory at once.
      SETTINGS join_algorithm = 'grace_hash', join_use_nulls = 1`,
    format: 'JSONEachRow',
  });
  for await (const rows of result.stream<LineRow>()) yield rows.map((row) => lineOfRow(row.json()));
}

function lineOfRow(row: LineRow): BillLine {
  const {
    kind,
    orderNo,
    refundNo,
    channel,
    channelTxnNo,
    hisOrderNo,
    amountFen,
    occurredAtMs,
    businessType,
  } = entryOfRow(row);
  return {
    line: row.line,
    kind,
    orderNo,
    refundNo,
    channel,
    channelTxnNo,
    hisOrderNo,
    amountFen,
    occurredAtMs,
    businessType,
    feeMilliFen: row.fee === null ? null : BigInt(row.fee),
    settledFen: row.settled === null ? null : BigInt(row.settled),
  };
}
