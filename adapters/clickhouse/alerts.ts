import type { ClickHouseClient } from '@clickhouse/client';
import type { Alert } from '../../domain/alert.ts';
import type {
  AlertFilter,
  AlertLedger,
  AlertQueries,
  BookedPayment,
  DifferingOrder,
} from '../../domain/alertPorts.ts';
import type { Page } from '../../domain/apiPorts.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Channel } from '../../domain/entry.ts';
import type { Scope } from '../../domain/scope.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { alertOrderPage } from './alertOrders.ts';
import type { AlertRow } from './alertRows.ts';
import { ALERT_FIELDS, alertOf, alertRow } from './alertRows.ts';
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

/** What the watch keeps, on ClickHouse. */
export function clickHouseAlertLedger(client: ClickHouseClient): AlertLedger {
  return {
    async alertsSince(closedSinceMs) {
      const rows = await rowsOf<AlertRow>(
        client,
        `SELECT ${ALERT_FIELDS} FROM v_alerts
         WHERE state = 'OPEN' OR closed_at >= fromUnixTimestamp64Milli({since:Int64}, 'Asia/Shanghai')
         ORDER BY opened_ms`,
        { since: String(closedSinceMs) },
      );
      return rows.map(alertOf);
    },
    async write(alerts) {
      await client.insert({ table: 'alerts', values: alerts.map(alertRow), format: 'JSONEachRow' });
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

/**
 * A book that told of nothing since the instant is silent since then. Where there are more, each hospital has its first ones:
 * a long silence of one does not take the others' away.
 */
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
  FROM (
    SELECT *, row_number() OVER (PARTITION BY merchant_id ORDER BY occurred_at, book, order_no) AS place
    FROM recent INNER JOIN behind USING (merchant_id)
    WHERE occurred_at >= since_at
    ORDER BY place LIMIT {most:UInt32})
  ORDER BY occurred_at`;

/** Alerts for people. */
export function clickHouseAlertQueries(client: ClickHouseClient): AlertQueries {
  return {
    alerts: (scope, filter) => asked(alertPage(client, scope, filter)),
    async alert(scope, alertId) {
      const rows = await asked(
        rowsOf<AlertRow>(
          client,
          `SELECT ${ALERT_FIELDS} FROM v_alerts ${whereOf([scopeSql(scope), 'alert_id = {id:String}'])}`,
          { id: alertId },
        ),
      );
      return rows[0] ? alertOf(rows[0]) : null;
    },
    orders: (scope, alert, page) => asked(alertOrderPage(client, scope, alert, page)),
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
  const found = await rowsOf<AlertRow>(
    client,
    `SELECT ${ALERT_FIELDS} FROM v_alerts ${whereOf(conditions)} ORDER BY opened_at DESC, alert_id DESC LIMIT ${limit + 1}`,
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
