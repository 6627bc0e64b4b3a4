import type { ClickHouseClient } from '@clickhouse/client';
import type { Delivery, DeliveryLedger, DeliveryState, DeliveryWhat } from '../../domain/deliveryPorts.ts';
import type { AlertRow } from './alertRows.ts';
import { ALERT_FIELDS, alertOf } from './alertRows.ts';
import { listOf, rowsOf } from './closeSql.ts';
import { timeText } from './tsv.ts';

/** Which alerts may have to be told, and who was told of them, on ClickHouse. */
export function clickHouseDeliveries(client: ClickHouseClient): DeliveryLedger {
  return {
    async changedAlerts(sinceMs) {
      const rows = await rowsOf<AlertRow>(client, CHANGED_ALERTS, { since: timeText(sinceMs) });
      return rows.map(alertOf);
    },
    async deliveriesOf(alertIds) {
      const found: Delivery[] = [];
      for (let at = 0; at < alertIds.length; at += IDS_A_QUERY) {
        const rows = await rowsOf<DeliveryRow>(client, deliveriesQuery(alertIds.slice(at, at + IDS_A_QUERY)));
        found.push(...rows.map(deliveryOfRow));
      }
      return found;
    },
    async record(deliveries) {
      if (deliveries.length === 0) return;
      await client.insert({
        table: 'alert_deliveries',
        values: deliveries.map(rowOf),
        format: 'JSONEachRow',
      });
    },
  };
}

/** A query has at most 256 KiB. */
const IDS_A_QUERY = 1000;

function deliveriesQuery(alertIds: readonly string[]): string {
  return `SELECT alert_id, what, contact, attempt, state, detail, toString(revision) AS revision,
      ${millis('next_try_at', true)} AS next_try_ms, ${millis('updated_at', false)} AS updated_ms
    FROM alert_deliveries FINAL WHERE alert_id IN (${listOf(alertIds)})
    ORDER BY alert_id, what, contact`;
}

/** '' for none. */
function millis(column: string, isNullable: boolean): string {
  const value = (of: string): string => `toString(toUnixTimestamp64Milli(${of}))`;
  return isNullable ? `if(isNull(${column}), '', ${value(`assumeNotNull(${column})`)})` : value(column);
}

const CHANGED_ALERTS = `
  SELECT ${ALERT_FIELDS} FROM v_alerts
  WHERE state = 'OPEN' OR updated_at >= parseDateTime64BestEffort({since:String}, 3, 'Asia/Shanghai')
  ORDER BY opened_at, alert_id`;

type DeliveryRow = {
  readonly alert_id: string;
  readonly what: DeliveryWhat;
  readonly contact: string;
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly next_try_ms: string;
  readonly detail: string;
  readonly updated_ms: string;
  readonly revision: string;
};

function deliveryOfRow(row: DeliveryRow): Delivery {
  return {
    alertId: row.alert_id,
    what: row.what,
    contact: row.contact,
    attempt: row.attempt,
    state: row.state,
    nextTryAtMs: row.next_try_ms === '' ? null : Number(row.next_try_ms),
    detail: row.detail,
    updatedAtMs: Number(row.updated_ms),
    revision: Number(row.revision),
  };
}

function rowOf(delivery: Delivery): Record<string, unknown> {
  return {
    alert_id: delivery.alertId,
    what: delivery.what,
    contact: delivery.contact,
    attempt: delivery.attempt,
    state: delivery.state,
    next_try_at: delivery.nextTryAtMs === null ? null : timeText(delivery.nextTryAtMs),
    detail: delivery.detail,
    updated_at: timeText(delivery.updatedAtMs),
    revision: delivery.revision,
  };
}
