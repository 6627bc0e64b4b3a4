import type { ClickHouseClient } from '@clickhouse/client';
import type { RunKey } from '../../domain/closePorts.ts';
import type { RealtimeWords } from '../../domain/realtimeQuality.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { rowsOfRun } from './closeLeaf.ts';
import { realtimeOfDateSql } from './closeRealtime.ts';
import { date, rowsOf, text } from './closeSql.ts';

/**
 * Weighs what realtime told of the run's date against the run's written rows and stores the outcome as the run's own:
 * realtime rows change when counterparts come later, the run's words do not. The same question as `realtime_words`
 * (schemas/clickhouse/0015_certified_quality.sql) answers for published runs; a test holds them together.
 */
export async function storeRealtimeWords(client: ClickHouseClient, run: RunKey): Promise<void> {
  const mine = `merchant_id = ${text(run.merchantId)}`;
  const onDate = `business_date = ${date(run.businessDate)}`;
  const touched = `SELECT order_no FROM verdicts
    WHERE ${mine} AND mode = 'REALTIME' AND run_id = '' AND ${onDate}`;
  await client.command({
    query: `INSERT INTO realtime_words_of_runs (merchant_id, run_id, told, final, needed_ms, verdicts)
      SELECT ${text(run.merchantId)}, ${text(run.runId)}, told, final, ifNull(needed, -1), count()
      FROM (
        SELECT multiIf(t.told != '', t.told, r.code = 'CROSS_DAY', 'MATCHED', toString(r.code)) AS told,
          if(f.order_no = '', 'NONE', f.final) AS final,
          if(told != final AND told IN ('MERCHANT_ONLY', 'PLATFORM_ONLY'),
            coalesce(abs(dateDiff('millisecond', r.merchant_at, r.platform_at)),
              abs(dateDiff('millisecond', f.merchant_at, f.platform_at))),
            NULL) AS needed
        FROM (
          SELECT order_no, key_part, span, code, merchant_at, platform_at FROM ${realtimeOfDateSql(run)}) AS r
        LEFT JOIN (
          SELECT order_no, key_part, span, argMin(w.code, w.version) AS told FROM realtime_told AS w
          WHERE ${mine} AND order_no IN (${touched}) GROUP BY order_no, key_part, span) AS t
          ON t.order_no = r.order_no AND t.key_part = r.key_part AND t.span = r.span
        LEFT JOIN (
          SELECT order_no, key_part, span, merchant_at, platform_at, ${FINAL_WORD} AS final FROM verdicts FINAL
          WHERE ${rowsOfRun(run)} AND ${onDate}) AS f
          ON f.order_no = r.order_no AND f.key_part = r.key_part AND f.span = r.span)
      GROUP BY told, final, needed`,
  });
}

/** What a row of a run says of merchant and platform; a duplicate whose surplus was given back had been one. */
const FINAL_WORD = `multiIf(
  code = 'DUPLICATE' OR (code = 'OFFSET' AND surplus_fen IS NOT NULL), 'DUPLICATE',
  code = 'OFFSET', 'OFFSET',
  merchant_fen IS NOT NULL AND platform_fen IS NOT NULL,
    if(merchant_fen = platform_fen AND bitAnd(conflicts, 3) = 0, 'MATCHED', 'AMOUNT_MISMATCH'),
  merchant_fen IS NOT NULL, 'MERCHANT_ONLY',
  platform_fen IS NOT NULL, 'PLATFORM_ONLY',
  'NONE')`;

type WordRow = {
  readonly told: VerdictCode;
  readonly final: VerdictCode | 'NONE';
  readonly needed: string;
  readonly keys: string;
};

export async function realtimeWords(
  client: ClickHouseClient,
  { merchantId, runId }: Pick<RunKey, 'merchantId' | 'runId'>,
): Promise<readonly RealtimeWords[]> {
  const rows = await rowsOf<WordRow>(
    client,
    `SELECT told, final, toString(needed_ms) AS needed, toString(verdicts) AS keys FROM realtime_words_of_runs FINAL
     WHERE merchant_id = ${text(merchantId)} AND run_id = ${text(runId)} ORDER BY told, final, needed_ms`,
  );
  return rows.map(({ told, final, needed, keys }) => ({
    told,
    final,
    neededMs: needed === '-1' ? null : Number(needed),
    keys: Number(keys),
  }));
}
