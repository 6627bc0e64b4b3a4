import type { ClickHouseClient } from '@clickhouse/client';
import type { EvidenceLedger, RealtimeWord, RunWord, VerdictHistory } from '../../domain/caseEvidence.ts';
import type { CaseKey } from '../../domain/caseHistory.ts';
import type { Mode, VerdictCode } from '../../domain/verdict.ts';
import { rowsOf } from './closeSql.ts';
import { orderLines } from './orderLines.ts';
import { surroundings } from './surroundings.ts';

/** Evidence of cases on ClickHouse. */
export function clickHouseEvidence(client: ClickHouseClient): EvidenceLedger {
  return {
    async linesOf({ merchantId, orderNo }) {
      return (await orderLines(client, merchantId, [orderNo])).get(orderNo) ?? [];
    },
    surroundingsOf: (merchantId, atMs) => surroundings(client, merchantId, atMs),
    historyOf: async (key) => {
      const [realtime, runs] = await Promise.all([realtimeWords(client, key), runWords(client, key)]);
      return { realtime, runs } satisfies VerdictHistory;
    },
  };
}

const OF_KEY = `merchant_id = {merchantId:String} AND order_no = {orderNo:String} AND key_part = {keyPart:String}`;

const valuesOf = ({ merchantId, orderNo, keyPart }: CaseKey) => ({ merchantId, orderNo, keyPart });

/** Every exception that was told is kept; of what healed it only the latest word is. */
async function realtimeWords(client: ClickHouseClient, key: CaseKey): Promise<readonly RealtimeWord[]> {
  const rows = await rowsOf<{ v: string; code: VerdictCode; latest: number; written: string }>(
    client,
    `SELECT toString(version) AS v, any(told.code) AS code, max(is_latest) AS latest, max(written_ms) AS written
     FROM (
       SELECT version, code, 0 AS is_latest, toInt64(0) AS written_ms
       FROM realtime_told WHERE ${OF_KEY} AND span = 0
       UNION ALL
       SELECT version, code, 1 AS is_latest, toUnixTimestamp64Milli(written_at) AS written_ms
       FROM verdicts FINAL WHERE ${OF_KEY} AND mode = 'REALTIME' AND span = 0) AS told
     GROUP BY version ORDER BY version`,
    valuesOf(key),
  );
  return rows.map(({ v, code, latest, written }) => {
    const version = BigInt(v);
    return {
      code,
      version,
      // See pipeline/join/judgeChange.ts.
      linesKnown: Number(version >> 11n),
      isWindowOver: ((version >> 10n) & 1n) === 1n,
      isLatest: latest === 1,
      writtenAtMs: latest === 1 ? Number(written) : null,
    };
  });
}

type RunRow = {
  readonly run_id: string;
  readonly run_date: string;
  readonly mode: Mode;
  readonly standing: RunWord['standing'];
  readonly operator: string;
  readonly ended: string;
  readonly code: VerdictCode | '';
  readonly date: string;
  readonly merchant: string | null;
  readonly platform: string | null;
  readonly at_channel: string | null;
  readonly possibly_cross_day: number;
  readonly refers: string | null;
  readonly possible_duplicate_of: string;
};

/** Runs that speak of the key, and those that count now for a date of which an earlier one did. */
async function runWords(client: ClickHouseClient, key: CaseKey): Promise<readonly RunWord[]> {
  const rows = await rowsOf<RunRow>(
    client,
    `WITH own AS (
       SELECT mode, run_id, code, toString(business_date) AS date, toString(merchant_fen) AS merchant,
         toString(platform_fen) AS platform, toString(channel_fen) AS at_channel, possibly_cross_day,
         toString(refers_to) AS refers, possible_duplicate_of
       FROM verdicts FINAL WHERE ${OF_KEY} AND mode != 'REALTIME'),
     published AS (
       SELECT run_id, mode FROM publications WHERE merchant_id = {merchantId:String}),
     runs AS (
       SELECT run_id, mode, any(business_date) AS run_date, any(outcome) AS outcome, any(operator) AS operator,
         max(ended_at) AS ended_at
       FROM reconciliations WHERE merchant_id = {merchantId:String} GROUP BY run_id, mode)
     SELECT r.run_id AS run_id, toString(r.run_date) AS run_date, r.mode AS mode,
       multiIf((r.run_id, r.mode) IN (SELECT run_id, mode FROM published), 'PUBLISHED',
         r.outcome = 'FAILED', 'FAILED', 'SUPERSEDED') AS standing,
       r.operator AS operator, toString(toUnixTimestamp64Milli(r.ended_at)) AS ended, o.code AS code, o.date AS date,
       o.merchant AS merchant, o.platform AS platform, o.at_channel AS at_channel,
       o.possibly_cross_day AS possibly_cross_day, o.refers AS refers, o.possible_duplicate_of AS possible_duplicate_of
     FROM runs AS r LEFT JOIN own AS o ON o.run_id = r.run_id AND o.mode = r.mode
     WHERE o.run_id != '' OR (standing = 'PUBLISHED' AND (r.run_date, r.mode) IN (
       SELECT run_date, mode FROM runs WHERE run_id IN (SELECT run_id FROM own)))
     ORDER BY r.ended_at, r.run_id`,
    valuesOf(key),
  );
  return rows.map(runWordOf);
}

function runWordOf(row: RunRow): RunWord {
  const isKnown = row.code !== '';
  return {
    runId: row.run_id,
    runDate: row.run_date,
    mode: row.mode,
    standing: row.standing,
    operator: row.operator,
    endedAtMs: Number(row.ended),
    code: row.code || null,
    businessDate: isKnown ? row.date : null,
    amounts: {
      MERCHANT: fenOf(row.merchant),
      PLATFORM: fenOf(row.platform),
      CHANNEL: fenOf(row.at_channel),
    },
    isPossiblyCrossDay: row.possibly_cross_day === 1,
    refersTo: row.refers,
    possibleDuplicateOf: row.possible_duplicate_of || null,
  };
}

function fenOf(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
