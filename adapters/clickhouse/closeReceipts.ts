import type { ClickHouseClient } from '@clickhouse/client';
import type { RunKey } from '../../domain/closePorts.ts';
import type { ReceiptClaim, UnreceiptedPayment } from '../../domain/mergedReceipt.ts';
import { MERGE_WITHIN_MS } from '../../domain/mergedReceipt.ts';
import { date, rowsOf } from './closeSql.ts';

type ClaimRow = {
  readonly order_no: string;
  readonly receipt: string;
  readonly receipt_fen: string;
  readonly paid_fen: string;
  readonly ms: string;
};

/** What one order's platform and channel agree to have been paid, and when: `paidOf` of domain/mergedReceipt.ts. */
const PAID = `uniqExactIf(identity, book = 'PLATFORM') <= 1 AND uniqExactIf(identity, book = 'CHANNEL') <= 1
  AND minIf(amount_fen, book != 'MERCHANT') = maxIf(amount_fen, book != 'MERCHANT')`;
const PAID_FEN = `maxIf(amount_fen, book != 'MERCHANT')`;
const PAID_AT = `if(countIf(book = 'PLATFORM') > 0, minIf(occurred_at, book = 'PLATFORM'),
  minIf(occurred_at, book = 'CHANNEL'))`;

/**
 * Receipts of more than was paid under their order, of payments that the date touches: `claimOf` of
 * domain/mergedReceipt.ts.
 * @param lines the run's copy of the books; @param orders those that need judging
 */
export async function receiptClaims(
  client: ClickHouseClient,
  { businessDate }: RunKey,
  { lines, orders }: { readonly lines: string; readonly orders: string },
): Promise<readonly ReceiptClaim[]> {
  const own = `book = 'MERCHANT'`;
  const rows = await rowsOf<ClaimRow>(
    client,
    `SELECT order_no, receipt, toString(receipt_fen) AS receipt_fen, toString(paid_fen) AS paid_fen,
       toString(toUnixTimestamp64Milli(at)) AS ms
     FROM (
       SELECT order_no, maxIf(his_order_no, ${own}) AS receipt, maxIf(amount_fen, ${own}) AS receipt_fen,
         ${PAID_FEN} AS paid_fen, if(countIf(book != 'MERCHANT') > 0, ${PAID_AT}, minIf(occurred_at, ${own})) AS at
       FROM ${lines} WHERE kind = 'PAYMENT' AND order_no IN (SELECT order_no FROM ${orders})
       GROUP BY order_no
       HAVING receipt != '' AND uniqExactIf(identity, ${own}) = 1 AND minIf(amount_fen, ${own}) = receipt_fen
         AND receipt_fen > paid_fen AND countIf(business_date = ${date(businessDate)}) > 0 AND ${PAID})`,
  );
  return rows.map((row) => ({
    orderNo: row.order_no,
    hisOrderNo: row.receipt,
    receiptFen: BigInt(row.receipt_fen),
    paidFen: BigInt(row.paid_fen),
    occurredAtMs: Number(row.ms),
  }));
}

/**
 * Payments without a receipt that a claim could hold: those that name its receipt, and those in the same or a neighbouring
 * stretch of ten minutes. `unreceiptedOf` of domain/mergedReceipt.ts.
 * @param wanted a table of the run's own for what is looked for; of a cluster on this server alone (hence GLOBAL)
 * @param condition which lines are the books, see `inScope`
 */
export async function unreceiptedPayments(
  client: ClickHouseClient,
  wanted: string,
  condition: string,
  claims: readonly ReceiptClaim[],
): Promise<readonly UnreceiptedPayment[]> {
  await client.command({
    query: `CREATE OR REPLACE TABLE ${wanted} (receipt String, stretch Int64) ENGINE = MergeTree ORDER BY receipt`,
  });
  const values = claims.flatMap((claim) => {
    const stretch = Math.floor(claim.occurredAtMs / MERGE_WITHIN_MS);
    return [-1, 0, 1].map((step) => ({ receipt: claim.hisOrderNo, stretch: stretch + step }));
  });
  await client.insert({ table: wanted, values, format: 'JSONEachRow' });
  const near = `SELECT order_no FROM entries WHERE ${condition} AND kind = 'PAYMENT' AND (
    (book IN ('PLATFORM', 'CHANNEL')
      AND intDiv(toUnixTimestamp64Milli(occurred_at), ${MERGE_WITHIN_MS}) GLOBAL IN (SELECT stretch FROM ${wanted}))
    OR (book = 'PLATFORM' AND his_order_no <> '' AND his_order_no GLOBAL IN (SELECT receipt FROM ${wanted})))`;
  const rows = await rowsOf<{ order_no: string; fen: string; ms: string; receipt: string }>(
    client,
    `SELECT order_no, toString(${PAID_FEN}) AS fen, toString(toUnixTimestamp64Milli(${PAID_AT})) AS ms,
       maxIf(his_order_no, book = 'PLATFORM') AS receipt
     FROM entries WHERE ${condition} AND order_no IN (${near})
     GROUP BY order_no HAVING countIf(book = 'MERCHANT' OR kind = 'REFUND') = 0 AND ${PAID}`,
  );
  return rows.map((row) => ({
    orderNo: row.order_no,
    amountFen: BigInt(row.fen),
    occurredAtMs: Number(row.ms),
    hisOrderNo: row.receipt || null,
  }));
}
