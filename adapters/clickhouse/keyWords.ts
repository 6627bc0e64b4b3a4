import type { ClickHouseClient } from '@clickhouse/client';
import type { KeyWord, OrderRef } from '../../domain/resolutionPorts.ts';
import type { ToldVerdict } from '../../domain/keyWord.ts';
import { keyWordOf, silentWord } from '../../domain/keyWord.ts';
import type { Mode } from '../../domain/verdict.ts';
import { EXCEPTION_CODE_LIST, rowsOf, text } from './closeSql.ts';
import type { VerdictRow } from './verdictRows.ts';
import { VERDICT_FIELDS, verdictOfRow } from './verdictRows.ts';
import { timeText } from './tsv.ts';

type ToldRow = VerdictRow & {
  readonly mode: Mode;
  readonly run_id: string;
  readonly span: number;
  readonly lines_known: string;
  readonly run_date: string | null;
  readonly ended: string;
  readonly closed: number;
};

/** What the verdicts of orders say now, by key; keys that never were an exception are absent. */
export async function wordsOf(
  client: ClickHouseClient,
  merchantId: string,
  orderNos: readonly string[],
): Promise<readonly KeyWord[]> {
  if (orderNos.length === 0) return [];
  const orders = orderNos.map(text).join(', ');
  const rows = await rowsOf<ToldRow>(
    client,
    `WITH published AS (
       SELECT run_id, any(p.mode) AS run_mode, any(p.business_date) AS run_date, max(r.ended_at) AS ended
       FROM publications AS p
       INNER JOIN reconciliations AS r ON r.merchant_id = p.merchant_id AND r.run_id = p.run_id
       WHERE p.merchant_id = {merchantId:String} GROUP BY run_id)
     SELECT ${VERDICT_FIELDS}, mode, v.run_id AS run_id, span, toString(bitShiftRight(v.version, 11)) AS lines_known,
       if(v.run_id = '', NULL, toString(p.run_date)) AS run_date, toString(toUnixTimestamp64Milli(p.ended)) AS ended,
       v.mode = 'REALTIME' AND v.business_date IN (SELECT run_date FROM published) AS closed
     FROM (SELECT * FROM verdicts FINAL WHERE merchant_id = {merchantId:String} AND order_no IN (${orders})) AS v
     LEFT JOIN published AS p ON p.run_id = v.run_id AND p.run_mode = v.mode
     WHERE v.mode = 'REALTIME' OR p.run_id != ''`,
    { merchantId },
  );
  const byKey = Map.groupBy(rows, (row) => `${row.order_no} ${row.key_part}`);
  const keys = await exceptionKeys(client, merchantId, orders);
  return keys.map(({ order_no: orderNo, key_part: keyPart }) => {
    const told = byKey.get(`${orderNo} ${keyPart}`);
    if (told) return keyWordOf(standing(told).map((row) => toldOf(merchantId, row)));
    // Only runs that others have taken the place of know it.
    return silentWord({ merchantId, orderNo, keyPart });
  });
}

/** See v_verdicts: of realtime, a span above 0 is stale once the key was judged with more lines. */
function standing(rows: readonly ToldRow[]): readonly ToldRow[] {
  const known = rows.find((row) => row.mode === 'REALTIME' && row.span === 0)?.lines_known;
  return rows.filter((row) => row.mode !== 'REALTIME' || row.span === 0 || row.lines_known === known);
}

function toldOf(merchantId: string, row: ToldRow): ToldVerdict {
  return {
    verdict: verdictOfRow(row.mode, merchantId, row).verdict,
    runId: row.run_id,
    runDate: row.run_date,
    runEndedAtMs: Number(row.ended),
    isDateClosed: row.closed === 1,
  };
}

async function exceptionKeys(
  client: ClickHouseClient,
  merchantId: string,
  orders: string,
): Promise<readonly { readonly order_no: string; readonly key_part: string }[]> {
  return rowsOf(
    client,
    `SELECT order_no, key_part FROM realtime_told WHERE merchant_id = {merchantId:String} AND order_no IN (${orders})
     UNION DISTINCT
     SELECT order_no, key_part FROM verdicts
     WHERE merchant_id = {merchantId:String} AND order_no IN (${orders}) AND code IN (${EXCEPTION_CODE_LIST})
     UNION DISTINCT
     SELECT order_no, key_part FROM exceptions WHERE merchant_id = {merchantId:String} AND order_no IN (${orders})`,
    { merchantId },
  );
}

/**
 * Orders with an exception, or with a case, of which something was written since. By the ledger's own clock.
 * @param sinceMs 0: everything
 */
export async function ordersTouchedSince(
  client: ClickHouseClient,
  sinceMs: number,
): Promise<{ readonly orders: readonly OrderRef[]; readonly untilMs: number }> {
  const [clock] = await rowsOf<{ now: string }>(
    client,
    'SELECT toString(toUnixTimestamp64Milli(now64(3))) AS now',
  );
  const since = `'${timeText(sinceMs)}'`;
  const rows = await rowsOf<{ merchant_id: string; order_no: string }>(
    client,
    `SELECT merchant_id, order_no FROM verdicts
     WHERE mode = 'REALTIME' AND written_at >= ${since}
       AND (code IN (${EXCEPTION_CODE_LIST}) OR (merchant_id, order_no) IN (SELECT merchant_id, order_no FROM exceptions))
     UNION DISTINCT
     SELECT merchant_id, order_no FROM verdicts
     WHERE (merchant_id, mode, run_id) IN (
         SELECT merchant_id, mode, run_id FROM reconciliations
         WHERE written_at >= ${since} AND run_id IN (SELECT run_id FROM publications))
       AND (code IN (${EXCEPTION_CODE_LIST}) OR (merchant_id, order_no) IN (SELECT merchant_id, order_no FROM exceptions))
     UNION DISTINCT
     -- An exception that the new run does not know any more.
     SELECT e.merchant_id AS merchant_id, e.order_no AS order_no FROM exceptions AS e
     WHERE (merchant_id, business_date) IN (
         SELECT merchant_id, business_date FROM reconciliations WHERE written_at >= ${since})`,
  );
  return {
    orders: rows.map((row) => ({ merchantId: row.merchant_id, orderNo: row.order_no })),
    untilMs: Number(clock?.now ?? sinceMs),
  };
}
