import type { ClickHouseClient } from '@clickhouse/client';
import type { HealingLedger, HealingReservation, HealingSwitch } from '../../domain/selfHealing.ts';
import { SELF_HEALING } from '../../domain/selfHealing.ts';
import { listOf, rowsOf } from './closeSql.ts';
import { timeText } from './tsv.ts';

/** What self-healing keeps and looks at, on ClickHouse. */
export function clickHouseHealing(client: ClickHouseClient): HealingLedger {
  const insert = (table: string, row: Record<string, unknown>): Promise<unknown> =>
    client.insert({ table, values: [row], format: 'JSONEachRow' });
  return {
    async candidates({ merchantId, modes, openedSinceMs, rules, nowMs, limit }) {
      const rows = await rowsOf<CandidateRow>(client, candidatesQuery(modes, limit), {
        merchantId,
        since: timeText(openedSinceMs),
        rules,
        now: String(nowMs),
      });
      return rows.map((row) => ({ merchantId, orderNo: row.order_no, caseId: row.case_id }));
    },
    async isInMergedReceipt({ merchantId, orderNo }) {
      const rows = await rowsOf(
        client,
        `SELECT 1 FROM v_verdicts WHERE merchant_id = {merchantId:String} AND order_no = {orderNo:String}
           AND key_part = 'P' AND merged_receipt != '' LIMIT 1`,
        { merchantId, orderNo },
      );
      return rows.length > 0;
    },
    async usedOf(merchantId, day, isDryRun) {
      const [row] = await rowsOf<{ orders: string; fen: string }>(client, USED, {
        merchantId,
        day,
        dryRun: isDryRun ? '1' : '0',
        operator: SELF_HEALING,
      });
      return { orders: Number(row?.orders ?? 0), fen: BigInt(row?.fen ?? 0) };
    },
    reserve: async (reservation) => void (await insert('healing_reservations', rowOf(reservation, false))),
    release: async (reservation) => void (await insert('healing_reservations', rowOf(reservation, true))),
    async reservationsOf(merchantId, caseId) {
      const rows = await rowsOf<ReservationRow>(client, RESERVATIONS, { merchantId, caseId });
      return rows.map((row) => reservationOf(merchantId, caseId, row));
    },
    switches: () => switches(client),
    async set({ merchantId, isStopped, by, reason, atMs }) {
      // Clocks of machines differ: the later word has to be the later row.
      const last = (await switches(client)).find((word) => word.merchantId === merchantId);
      const at = timeText(Math.max(atMs, (last?.atMs ?? 0) + 1));
      await insert('healing_switches', {
        merchant_id: merchantId,
        stopped: isStopped ? 1 : 0,
        set_by: by,
        reason,
        at,
      });
    },
  };
}

type CandidateRow = { readonly case_id: string; readonly order_no: string };

/** A decision counts where it is the last row of its case. */
function candidatesQuery(modes: readonly string[], limit: number): string {
  return `SELECT c.case_id AS case_id, c.order_no AS order_no
    FROM (
      SELECT case_id, order_no, version, opened_at FROM exceptions FINAL
      WHERE merchant_id = {merchantId:String} AND status = 'OPEN' AND kind = 'PAYMENT' AND mode IN (${listOf(modes)})
        AND (mode, type) IN (('THREE_WAY', 'CHANNEL_ONLY'), ('REALTIME', 'PLATFORM_ONLY'))
        AND opened_at >= parseDateTime64BestEffort({since:String}, 3, 'Asia/Shanghai')) AS c
    LEFT JOIN (
      SELECT case_id, toUInt64(seq) AS at_seq, any(intent) AS said FROM exception_actions
      WHERE merchant_id = {merchantId:String} AND step = 'CONSIDERED' GROUP BY case_id, at_seq) AS d
      ON d.case_id = c.case_id AND d.at_seq = c.version
    WHERE NOT (JSONExtractString(d.said, 'rules') = {rules:String}
      AND (JSONExtractString(d.said, 'decision') IN ('LEAVE', 'WOULD_REFUND')
        OR JSONExtractInt(d.said, 'untilMs') > {now:Int64}))
    ORDER BY c.opened_at, c.case_id LIMIT ${limit}`;
}

const OPEN_RESERVATIONS = `
  SELECT action_id, any(order_no) AS for_order, any(day) AS reserved_day,
    any(amount_fen) AS fen, any(dry_run) AS is_dry, min(at) AS reserved_at
  FROM healing_reservations`;

/** FAILED and REFUSED were held against the gateway's own book: that money surely stayed. */
const USED = `
  SELECT toString(count()) AS orders, toString(sum(fen)) AS fen
  FROM (${OPEN_RESERVATIONS}
    WHERE merchant_id = {merchantId:String} AND day = {day:Date} AND dry_run = {dryRun:UInt8}
    GROUP BY action_id HAVING max(released) = 0)
  WHERE action_id NOT IN (
    SELECT action_id FROM exception_actions
    WHERE merchant_id = {merchantId:String} AND step = 'OUTCOME' AND outcome IN ('FAILED', 'REFUSED')
      AND operator = {operator:String})`;

type ReservationRow = {
  readonly action_id: string;
  readonly order_no: string;
  readonly day: string;
  readonly fen: string;
  readonly is_dry: number;
  readonly ms: string;
};

const RESERVATIONS = `
  SELECT action_id, for_order AS order_no, toString(reserved_day) AS day, toString(fen) AS fen, is_dry,
    toString(toUnixTimestamp64Milli(reserved_at)) AS ms
  FROM (${OPEN_RESERVATIONS}
    WHERE merchant_id = {merchantId:String} AND case_id = {caseId:String}
    GROUP BY action_id HAVING max(released) = 0)
  ORDER BY reserved_at, action_id`;

function reservationOf(merchantId: string, caseId: string, row: ReservationRow): HealingReservation {
  return {
    merchantId,
    orderNo: row.order_no,
    actionId: row.action_id,
    caseId,
    day: row.day,
    amountFen: BigInt(row.fen),
    isDryRun: row.is_dry === 1,
    atMs: Number(row.ms),
  };
}

function rowOf(reservation: HealingReservation, isReleased: boolean): Record<string, unknown> {
  return {
    merchant_id: reservation.merchantId,
    day: reservation.day,
    action_id: reservation.actionId,
    case_id: reservation.caseId,
    order_no: reservation.orderNo,
    amount_fen: reservation.amountFen.toString(),
    dry_run: reservation.isDryRun ? 1 : 0,
    released: isReleased ? 1 : 0,
    at: timeText(reservation.atMs),
  };
}

type SwitchRow = {
  readonly merchant_id: string;
  readonly stopped: number;
  readonly set_by: string;
  readonly reason: string;
  readonly ms: string;
};

/** Of two words of one instant "stop" counts. */
const SWITCHES = `
  SELECT merchant_id, stopped, set_by, reason, toString(toUnixTimestamp64Milli(at)) AS ms
  FROM (SELECT * FROM healing_switches ORDER BY merchant_id, at DESC, stopped DESC LIMIT 1 BY merchant_id)
  ORDER BY merchant_id`;

async function switches(client: ClickHouseClient): Promise<readonly HealingSwitch[]> {
  return (await rowsOf<SwitchRow>(client, SWITCHES)).map(switchOf);
}

function switchOf(row: SwitchRow): HealingSwitch {
  return {
    merchantId: row.merchant_id,
    isStopped: row.stopped === 1,
    by: row.set_by,
    reason: row.reason,
    atMs: Number(row.ms),
  };
}
