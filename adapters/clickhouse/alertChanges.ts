import type { ClickHouseClient } from '@clickhouse/client';
import type { AlertChanges } from '../../domain/outputPorts.ts';
import type { AlertRow } from './alertRows.ts';
import { ALERT_FIELDS, alertOf } from './alertRows.ts';
import { rowsOf } from './closeSql.ts';

/** A change that was written several times is one row; who has seen an alert is none of its changes. */
const CHANGES = `SELECT ${ALERT_FIELDS} FROM (
    SELECT *, '' AS acknowledged_by, CAST(NULL, 'Nullable(DateTime64(3))') AS acknowledged_at, '' AS note FROM alerts
    WHERE (toUnixTimestamp64Milli(updated_at), alert_id, version) > ({at:Int64}, {id:String}, {version:UInt64})
    LIMIT 1 BY alert_id, version)
  ORDER BY toInt64(updated_ms), alert_id, toUInt64(version) LIMIT {most:UInt32}`;

export function clickHouseAlertChanges(client: ClickHouseClient): AlertChanges {
  return {
    async alertChangesBehind({ updatedAtMs, alertId, version }, most) {
      const rows = await rowsOf<AlertRow>(client, CHANGES, {
        at: String(updatedAtMs),
        id: alertId,
        version: String(version),
        most: String(most),
      });
      return rows.map(alertOf);
    },
  };
}
