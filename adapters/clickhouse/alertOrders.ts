import type { ClickHouseClient } from '@clickhouse/client';
import type { Alert } from '../../domain/alert.ts';
import { JUST_BEFORE_MS } from '../../domain/alertOrders.ts';
import type { AlertOrder } from '../../domain/alertPorts.ts';
import type { Page } from '../../domain/apiPorts.ts';
import { addDays, businessDateOf } from '../../domain/businessDate.ts';
import type { Channel, Kind } from '../../domain/entry.ts';
import { unreachable } from '../../domain/errors.ts';
import type { Scope } from '../../domain/scope.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { rowsOf, text } from './closeSql.ts';
import { anyText, cursorValues, integerUpTo, pageOf, readCursor } from './pageCursor.ts';
import { hospitalsSql } from './scopeSql.ts';

const LIST = 'alert-orders';
const CURSOR_KEYS = [integerUpTo(2n ** 53n), anyText, anyText, integerUpTo(255n)];
const CURSOR_NAMES = ['at_ms', 'at_order', 'at_key', 'at_span'];
const BEHIND_CURSOR =
  '(toUnixTimestamp64Milli(at), order_no, key_part, span) > ({at_ms:Int64}, {at_order:String}, {at_key:String}, {at_span:UInt8})';

type Row = {
  readonly merchant_id: string;
  readonly order_no: string;
  readonly key_part: string;
  readonly span: number;
  readonly kind: Kind;
  readonly refund_no: string;
  readonly channel: Channel | '';
  readonly business_type: string;
  readonly fen: string;
  readonly paid_ms: string;
  readonly code: VerdictCode;
  readonly is_whole: number;
  readonly written_ms: string;
};

/** A repeated row is the same again: min and any say the same of it. */
export const OPEN_REFUNDS = `SELECT merchant_id, order_no, any(JSONExtractString(intent, 'order', 'refundNo')) AS refund_no,
    any(JSONExtractString(intent, 'order', 'channel')) AS channel,
    any(JSONExtractString(intent, 'order', 'amountFen')) AS fen,
    toString(toUnixTimestamp64Milli(min(at))) AS at_ms
  FROM exception_actions
  WHERE step = 'INTENT' AND action_id NOT IN (
    SELECT action_id FROM exception_actions
    WHERE step = 'OUTCOME' AND outcome IN ('SUCCEEDED', 'REFUSED', 'FAILED'))
  GROUP BY merchant_id, order_no, action_id ORDER BY min(at), action_id`;

/** The orders that an alert speaks of, as `AlertQueries.orders` says. */
export async function alertOrderPage(
  client: ClickHouseClient,
  scope: Scope,
  alert: Alert,
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
): Promise<Page<AlertOrder>> {
  const after = cursor === undefined ? null : readCursor(LIST, cursor, CURSOR_KEYS);
  const own = conditionOf(alert);
  if (own === null) return { items: [], nextCursor: null };
  const found = await rowsOf<Row>(
    client,
    `SELECT merchant_id, order_no, key_part, span, kind, refund_no, channel, business_type,
       toString(coalesce(platform_fen, merchant_fen, 0)) AS fen,
       toString(toUnixTimestamp64Milli(at)) AS paid_ms, code, is_whole,
       toString(toUnixTimestamp64Milli(written_at)) AS written_ms
     FROM (SELECT *, assumeNotNull(coalesce(platform_at, merchant_at)) AS at,
         code IN ('MATCHED', 'CROSS_DAY') AS is_whole
       FROM v_verdicts WHERE mode = 'REALTIME' AND run_id = '' AND ${hospitalsSql(scope, [alert.merchantId])})
     WHERE (${own}) ${after ? `AND ${BEHIND_CURSOR}` : ''}
     ORDER BY at, order_no, key_part, span LIMIT ${limit + 1}`,
    cursorValues(CURSOR_NAMES, after),
  );
  const { rows, nextCursor } = pageOf(LIST, found, limit, (row) => [
    row.paid_ms,
    row.order_no,
    row.key_part,
    String(row.span),
  ]);
  return { items: rows.map(orderOf), nextCursor };
}

/** null: it speaks of no orders. */
function conditionOf(alert: Alert): string | null {
  const { kind, sinceMs, closedAtMs, detail } = alert;
  switch (kind) {
    case 'FEED_SILENT':
    case 'CHANNEL_ONE_SIDED':
      return ofSilence(alert);
    case 'ORDERS_ONE_SIDED':
      return `${paidIn(sinceMs, closedAtMs)} AND code = ${text(codeOf(alert))}`;
    case 'MATCH_RATE_LOW':
      return `${paidIn(sinceMs, closedAtMs)} AND kind = 'PAYMENT' AND code IN ('MERCHANT_ONLY', 'PLATFORM_ONLY')`;
    case 'AMOUNT_WRONG':
      return `${paidIn(sinceMs, closedAtMs)} AND code = 'AMOUNT_MISMATCH' AND business_type = ${text(detail)}`;
    case 'PAID_TWICE':
      return `${paidIn(sinceMs, closedAtMs)} AND code = 'DUPLICATE'`;
    case 'REFUND_STUCK':
      return `kind = 'PAYMENT' AND channel = ${text(alert.channel ?? '')} AND (merchant_id, order_no) IN (
        SELECT merchant_id, order_no FROM (${OPEN_REFUNDS}))`;
    case 'CLOCK_WRONG':
    case 'DEAD_LETTERS':
    case 'DAY_NOT_CLOSED':
    case 'BILL_LATE':
      return null;
    default:
      return unreachable(kind);
  }
}

/** As `isOrderOfIncident`; a payment that is in both books now was told of late when it was paid in the silence. */
function ofSilence(alert: Alert): string {
  const { sinceMs, untilMs, channel } = alert;
  const still = `code = ${text(codeOf(alert))} AND ${paidIn(sinceMs - JUST_BEFORE_MS, untilMs)}`;
  const healed = `kind = 'PAYMENT' AND platform_at IS NOT NULL AND merchant_at IS NOT NULL AND ${paidIn(sinceMs, untilMs)}`;
  return `(${channel === null ? '1' : `channel = ${text(channel)}`}) AND (${still} OR ${healed})`;
}

function codeOf({ book }: Alert): VerdictCode {
  return book === 'PLATFORM' ? 'MERCHANT_ONLY' : 'PLATFORM_ONLY';
}

/** Both ends inclusive; the dates are a day wider, since a hospital's day may change before midnight. */
function paidIn(fromMs: number, toMs: number | null): string {
  const from = `business_date >= toDate(${text(addDays(businessDateOf(fromMs), -1))})
    AND toUnixTimestamp64Milli(at) >= ${fromMs}`;
  if (toMs === null) return from;
  return `${from} AND business_date <= toDate(${text(addDays(businessDateOf(toMs), 1))})
    AND toUnixTimestamp64Milli(at) <= ${toMs}`;
}

function orderOf(row: Row): AlertOrder {
  return {
    merchantId: row.merchant_id,
    orderNo: row.order_no,
    kind: row.kind,
    refundNo: row.refund_no === '' ? null : row.refund_no,
    channel: row.channel === '' ? null : row.channel,
    businessType: row.business_type,
    amountFen: BigInt(row.fen),
    occurredAtMs: Number(row.paid_ms),
    code: row.code,
    healedAtMs: row.is_whole === 1 ? Number(row.written_ms) : null,
  };
}
