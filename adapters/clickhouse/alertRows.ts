import type { Alert, AlertKind, AlertSeverity, AlertState } from '../../domain/alert.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import { timeText } from './tsv.ts';

/** As `ALERT_FIELDS` of v_alerts give it. */
export type AlertRow = {
  readonly alert_id: string;
  readonly version: string;
  readonly kind: AlertKind;
  readonly merchant_id: string;
  readonly book: Book | '';
  readonly channel: Channel | '';
  readonly detail: string;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  readonly since_ms: string;
  readonly until_ms: string | null;
  readonly opened_ms: string;
  readonly updated_ms: string;
  readonly closed_ms: string | null;
  readonly orders: string;
  readonly left_orders: string;
  readonly amount_fen: string;
  readonly evidence: Readonly<Record<string, string>>;
  readonly acknowledged_by: string;
  readonly acknowledged_ms: string;
  readonly note: string;
};

const millis = (column: string, name: string) => `toString(toUnixTimestamp64Milli(${column})) AS ${name}`;
export const ALERT_FIELDS = `alert_id, toString(version) AS version, kind, merchant_id, book, channel, detail, state, severity,
  ${millis('since', 'since_ms')}, ${millis('until', 'until_ms')}, ${millis('opened_at', 'opened_ms')},
  ${millis('updated_at', 'updated_ms')}, ${millis('closed_at', 'closed_ms')}, toString(orders) AS orders,
  toString(left_orders) AS left_orders, toString(amount_fen) AS amount_fen, evidence, acknowledged_by,
  toString(toUnixTimestamp64Milli(assumeNotNull(acknowledged_at))) AS acknowledged_ms, note`;

export function alertRow(alert: Alert) {
  return {
    alert_id: alert.alertId,
    version: String(alert.version),
    kind: alert.kind,
    merchant_id: alert.merchantId,
    book: alert.book ?? '',
    channel: alert.channel ?? '',
    detail: alert.detail,
    state: alert.state,
    severity: alert.severity,
    since: timeText(alert.sinceMs),
    until: alert.untilMs === null ? null : timeText(alert.untilMs),
    opened_at: timeText(alert.openedAtMs),
    updated_at: timeText(alert.updatedAtMs),
    closed_at: alert.closedAtMs === null ? null : timeText(alert.closedAtMs),
    orders: String(alert.orders),
    left_orders: String(alert.left),
    amount_fen: alert.amountFen.toString(),
    evidence: alert.evidence,
  };
}

export function alertOf(row: AlertRow): Alert {
  const isAcknowledged = row.acknowledged_by !== '';
  return {
    alertId: row.alert_id,
    version: Number(row.version),
    kind: row.kind,
    merchantId: row.merchant_id,
    book: row.book === '' ? null : row.book,
    channel: row.channel === '' ? null : row.channel,
    detail: row.detail,
    state: row.state,
    severity: row.severity,
    sinceMs: Number(row.since_ms),
    untilMs: row.until_ms === null ? null : Number(row.until_ms),
    openedAtMs: Number(row.opened_ms),
    updatedAtMs: Number(row.updated_ms),
    closedAtMs: row.closed_ms === null ? null : Number(row.closed_ms),
    orders: Number(row.orders),
    left: Number(row.left_orders),
    amountFen: BigInt(row.amount_fen),
    evidence: row.evidence,
    acknowledgedBy: isAcknowledged ? row.acknowledged_by : null,
    acknowledgedAtMs: isAcknowledged ? Number(row.acknowledged_ms) : null,
    note: row.note,
  };
}
