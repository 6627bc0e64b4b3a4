import type { ClickHouseClient } from '@clickhouse/client';
import type { RunKey } from '../../domain/closePorts.ts';
import { rowsOfRun } from './closeLeaf.ts';
import { realtimeOfDateSql } from './closeRealtime.ts';
import { EXCEPTION_CODE_LIST, date, text } from './closeSql.ts';

// What a run leaves for those who ask over months: its verdicts counted, and its words on keys that need a person.

/** Before the run is published: it is seen with all of it, or not at all. */
export async function storeCounts(client: ClickHouseClient, run: RunKey): Promise<void> {
  const queries = [
    countsSql(run, run.mode, `verdicts FINAL WHERE ${rowsOfRun(run)}`),
    countsSql(run, 'REALTIME', realtimeOfDateSql(run)),
    wordsSql(`${rowsOfRun(run)} AND code IN (${EXCEPTION_CODE_LIST})`),
    ...takenBackSql(run),
  ];
  for (const query of queries) await client.command({ query });
}

function countsSql(run: RunKey, mode: RunKey['mode'] | 'REALTIME', rows: string): string {
  return `INSERT INTO verdict_counts (merchant_id, business_date, mode, run_id, hours, channels, codes, counts)
    SELECT ${text(run.merchantId)}, ${date(run.businessDate)}, ${text(mode)}, ${text(run.runId)}, groupArray(hour),
      groupArray(channel), groupArray(code), groupArray(verdicts)
    FROM (
      SELECT toStartOfHour(coalesce(platform_at, merchant_at, channel_at, toDateTime64(${date(run.businessDate)}, 3, 'Asia/Shanghai'))) AS hour,
        channel, code, count() AS verdicts
      FROM ${rows}
      GROUP BY hour, channel, code)`;
}

/** Rows that are no exceptions of keys that are: this run's, and those that other runs have said of its exceptions. */
function takenBackSql(run: RunKey): readonly string[] {
  const own = `merchant_id = ${text(run.merchantId)}`;
  const isNone = `code NOT IN (${EXCEPTION_CODE_LIST})`;
  const known = `(order_no, key_part) IN (SELECT order_no, key_part FROM exception_words WHERE ${own})`;
  const ofThisRun = `SELECT order_no FROM exception_words WHERE ${rowsOfRun(run)}`;
  return [
    wordsSql(`${rowsOfRun(run)} AND ${isNone} AND ${known}`),
    wordsSql(`${own} AND mode != 'REALTIME' AND ${isNone} AND order_no IN (${ofThisRun}) AND ${known}`),
  ];
}

const WORD_COLUMNS = `merchant_id, mode, run_id, order_no, key_part, span, business_date, kind, refund_no, code, channel,
  business_type, merchant_fen, platform_fen, channel_fen, possibly_cross_day, conflicts, amount_conflict, surplus_fen,
  possible_duplicate_of, ambiguous_refund, channel_conflict, merged_receipt, merged_orders, refers_to`;

function wordsSql(condition: string): string {
  return `INSERT INTO exception_words (${WORD_COLUMNS}) SELECT ${WORD_COLUMNS} FROM verdicts WHERE ${condition}`;
}
