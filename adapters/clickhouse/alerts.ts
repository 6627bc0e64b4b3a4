import type { ClickHouseClient } from '@clickhouse/client';
import type { Alert, AlertKind, AlertSeverity, AlertState } from '../../domain/alert.ts';
import type {
  AlertFilter,
  AlertLedger,
  AlertQueries,
  BookedPayment,
  DifferingOrder,
} from '../../domain/alertPorts.ts';
import type { Page } from '../../domain/apiPorts.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { Scope } from '../../domain/scope.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { EXCEPTION_CODE_LIST, rowsOf } from './closeSql.ts';
import { asked } from './ledgerQueries.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { anyText, cursorValues, integerUpTo, pageOf, readCursor } from './pageCursor.ts';
import { scopeSql } from './scopeSql.ts';
import { timeText } from './tsv.ts';

const LIST = 'alerts';
const CURSOR_KEYS = [integerUpTo(2n ** 53n), anyText];
const CURSOR_NAMES = ['at_ms', 'at_id'];
const BEHIND_CURSOR = '(toUnixTimestamp64Milli(opened_at), alert_id) < ({at_ms:Int64}, {at_id:String})';

type Row = {
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
const FIELDS = `alert_id, toString(version) AS version, kind, merchant_id, book, channel, detail, state, severity,
  ${millis('since', 'since_ms')}, ${millis('until', 'until_ms')}, ${millis('opened_at', 'opened_ms')},
  ${millis('updated_at', 'updated_ms')}, ${millis('closed_at', 'closed_ms')}, toString(orders) AS orders,
  toString(left_orders) AS left_orders, toString(amount_fen) AS amount_fen, evidence, acknowledged_by,
  toString(toUnixTimestamp64Milli(assumeNotNull(acknowledged_at))) AS acknowledged_ms, note`;

/** What the watch keeps, on ClickHouse. */
export function clickHouseAlertLedger(client: ClickHouseClient): AlertLedger {
  return {
    async alertsSince(closedSinceMs) {
      const rows = await rowsOf<Row>(
        client,
        `SELECT ${FIELDS} FROM v_alerts
         WHERE state = 'OPEN' OR closed_at >= fromUnixTimestamp64Milli({since:Int64}, 'Asia/Shanghai')
         ORDER BY opened_ms`,
        { since: String(closedSinceMs) },
      );
      return rows.map(alertOf);
    },
    async write(alerts) {
      await client.insert({ table: 'alerts', values: alerts.map(rowOf), format: 'JSONEachRow' });
    },
    async differingOrders(most) {
      const rows = await rowsOf<DifferingRow>(client, DIFFERING, { most: String(most) });
      return rows.map(differingOf);
    },
    async latestPayments(sinceMs, most) {
      const rows = await rowsOf<PaymentRow>(client, LATEST_PAYMENTS, {
        since: String(sinceMs),
        most: String(most),
      });
      return rows.map((row): BookedPayment => ({
        merchantId: row.merchant_id,
        book: row.book,
        orderNo: row.order_no,
        channel: row.channel === '' ? null : row.channel,
        amountFen: BigInt(row.amount_fen),
        occurredAtMs: Number(row.at_ms),
      }));
    },
  };
}

type DifferingRow = {
  readonly merchant_id: string;
  readonly order_no: string;
  readonly key_part: string;
  readonly span: number;
  readonly version: string;
  readonly code: VerdictCode;
  readonly channel: Channel | '';
  readonly business_type: string;
  readonly amount_fen: string;
  readonly at_ms: string;
  readonly date: BusinessDate;
};

const DIFFERING = `SELECT merchant_id, order_no, key_part, span, toString(version) AS version, code, channel, business_type,
    toString(coalesce(platform_fen, merchant_fen, 0)) AS amount_fen,
    toString(toUnixTimestamp64Milli(assumeNotNull(coalesce(platform_at, merchant_at)))) AS at_ms,
    toString(business_date) AS date
  FROM v_verdicts
  WHERE mode = 'REALTIME' AND provisional AND code IN (${EXCEPTION_CODE_LIST})
  ORDER BY at_ms DESC LIMIT {most:UInt32}`;

function differingOf(row: DifferingRow): DifferingOrder {
  return {
    merchantId: row.merchant_id,
    orderNo: row.order_no,
    keyPart: row.key_part,
    span: row.span,
    version: BigInt(row.version),
    code: row.code,
    channel: row.channel === '' ? null : row.channel,
    businessType: row.business_type,
    amountFen: BigInt(row.amount_fen),
    occurredAtMs: Number(row.at_ms),
    businessDate: row.date,
  };
}

type PaymentRow = {
  readonly merchant_id: string;
  readonly book: 'MERCHANT' | 'PLATFORM';
  readonly order_no: string;
  readonly channel: Channel | '';
  readonly amount_fen: string;
  readonly at_ms: string;
};

/** A book that told of nothing since the instant is silent since then. */
const LATEST_PAYMENTS = `WITH
    fromUnixTimestamp64Milli({since:Int64}, 'Asia/Shanghai') AS since,
    recent AS (
      SELECT merchant_id, book, order_no, channel, amount_fen, occurred_at FROM entries FINAL
      WHERE source = 'EVENT' AND kind = 'PAYMENT' AND business_date >= toDate(since) - 1 AND occurred_at >= since),
    behind AS (
      SELECT merchant_id, least(
        if(countIf(book = 'MERCHANT') = 0, since, maxIf(occurred_at, book = 'MERCHANT')),
        if(countIf(book = 'PLATFORM') = 0, since, maxIf(occurred_at, book = 'PLATFORM'))) AS since_at
      FROM recent GROUP BY merchant_id)
  SELECT merchant_id, book, order_no, channel, toString(amount_fen) AS amount_fen,
    toString(toUnixTimestamp64Milli(occurred_at)) AS at_ms
  FROM recent INNER JOIN behind USING (merchant_id)
  WHERE occurred_at >= since_at
  ORDER BY occurred_at LIMIT {most:UInt32}`;

/** Alerts for people. */
export function clickHouseAlertQueries(client: ClickHouseClient): AlertQueries {
  return {
    alerts: (scope, filter) => asked(alertPage(client, scope, filter)),
    async alert(scope, alertId) {
      const rows = await asked(
        rowsOf<Row>(
          client,
          `SELECT ${FIELDS} FROM v_alerts ${whereOf([scopeSql(scope), 'alert_id = {id:String}'])}`,
          { id: alertId },
        ),
      );
      return rows[0] ? alertOf(rows[0]) : null;
    },
    async acknowledge(alertId, by, note, atMs) {
      const row = { alert_id: alertId, acknowledged_by: by, acknowledged_at: timeText(atMs), note };
      await client.insert({ table: 'alert_acknowledgements', values: [row], format: 'JSONEachRow' });
    },
  };
}

async function alertPage(client: ClickHouseClient, scope: Scope, filter: AlertFilter): Promise<Page<Alert>> {
  const { state, kind, merchantId, cursor, limit } = filter;
  const after = cursor === undefined ? null : readCursor(LIST, cursor, CURSOR_KEYS);
  const own = listConditions(scope, merchantId === undefined ? {} : { merchantId });
  const conditions = [
    ...own.sql,
    ...(state === undefined ? [] : ['state = {state:String}']),
    ...(kind === undefined ? [] : ['kind = {kind:String}']),
    ...(after === null ? [] : [BEHIND_CURSOR]),
  ];
  const found = await rowsOf<Row>(
    client,
    `SELECT ${FIELDS} FROM v_alerts ${whereOf(conditions)} ORDER BY opened_at DESC, alert_id DESC LIMIT ${limit + 1}`,
    {
      ...(state === undefined ? {} : { state }),
      ...(kind === undefined ? {} : { kind }),
      ...own.values,
      ...cursorValues(CURSOR_NAMES, after),
    },
  );
  const { rows, nextCursor } = pageOf(LIST, found, limit, (row) => [row.opened_ms, row.alert_id]);
  return { items: rows.map(alertOf), nextCursor };
}

function rowOf(alert: Alert) {
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

function alertOf(row: Row): Alert {
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
