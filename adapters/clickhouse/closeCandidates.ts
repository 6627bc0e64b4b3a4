import type { ClickHouseClient } from '@clickhouse/client';
import type { DuplicateCandidate } from '../../domain/duplicateHint.ts';
import { REPEAT_WITHIN_MS, paidSide } from '../../domain/duplicateHint.ts';
import type { Channel } from '../../domain/entry.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { rowsOf } from './closeSql.ts';

type CandidateRow = {
  readonly order_no: string;
  readonly fen: string;
  readonly ms: string;
  readonly receipt: string;
  readonly channel: Channel | '';
  readonly has_merchant: number;
};

/**
 * What `hintDuplicates` may point at: payments that name a receipt of the verdicts' orders, and payments of an equal
 * amount in the same or a neighbouring stretch of ten minutes.
 * @param wanted a table of the run's own for what is looked for: a list in the query could outgrow what servers parse. Of a
 *   cluster it is on this server alone (hence GLOBAL)
 * @param condition which lines are the books, see `inScope`
 */
export async function duplicateCandidates(
  client: ClickHouseClient,
  wanted: string,
  condition: string,
  verdicts: readonly Verdict[],
): Promise<readonly DuplicateCandidate[]> {
  await fillWanted(client, wanted, verdicts);
  const payments = `${condition} AND kind = 'PAYMENT'`;
  const ownReceipts = `SELECT his_order_no FROM entries WHERE ${payments} AND book = 'PLATFORM'
    AND his_order_no <> '' AND order_no GLOBAL IN (SELECT order_no FROM ${wanted})`;
  const rows = await rowsOf<CandidateRow>(
    client,
    `WITH candidates AS (
       SELECT order_no, amount_fen, occurred_at, channel, if(book = 'PLATFORM', his_order_no, '') AS receipt
       FROM entries
       WHERE ${payments} AND book IN ('PLATFORM', 'CHANNEL') AND (
         order_no GLOBAL IN (SELECT order_no FROM ${wanted})
         OR (amount_fen, intDiv(toUnixTimestamp64Milli(occurred_at), ${REPEAT_WITHIN_MS}))
           GLOBAL IN (SELECT amount_fen, stretch FROM ${wanted})
         OR (book = 'PLATFORM' AND his_order_no <> '' AND his_order_no IN (${ownReceipts}))))
     SELECT order_no, toString(amount_fen) AS fen, toString(toUnixTimestamp64Milli(occurred_at)) AS ms, receipt,
       channel, order_no IN (SELECT order_no FROM entries WHERE ${payments} AND book = 'MERCHANT'
         AND order_no IN (SELECT order_no FROM candidates)) AS has_merchant
     FROM candidates`,
  );
  return rows.map((row) => ({
    orderNo: row.order_no,
    amountFen: BigInt(row.fen),
    occurredAtMs: Number(row.ms),
    hisOrderNo: row.receipt || null,
    hasMerchant: row.has_merchant === 1,
    channel: row.channel || null,
  }));
}

async function fillWanted(
  client: ClickHouseClient,
  wanted: string,
  verdicts: readonly Verdict[],
): Promise<void> {
  await client.command({
    query: `CREATE OR REPLACE TABLE ${wanted} (order_no String, amount_fen Int64, stretch Int64)
      ENGINE = MergeTree ORDER BY order_no`,
  });
  const values = verdicts.flatMap((verdict) => {
    const paid = paidSide(verdict);
    if (!paid) return [];
    const stretch = Math.floor(paid.occurredAtMs / REPEAT_WITHIN_MS);
    return [-1, 0, 1].map((step) => ({
      order_no: verdict.orderNo,
      amount_fen: paid.amountFen.toString(),
      stretch: stretch + step,
    }));
  });
  await client.insert({ table: wanted, values, format: 'JSONEachRow' });
}
