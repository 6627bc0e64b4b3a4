import type { ClickHouseClient } from '@clickhouse/client';
import type { AlertChanges } from '../../domain/outputPorts.ts';
import type { AlertRow } from './alertRows.ts';
import { ALERT_FIELDS, alertOf } from './alertRows.ts';
import { rowsOf } from './closeSql.ts';

/** A change that was written several times is one row; who has seen an alert is none of its changes. */
const CHANGES = `SELECT ${ALERT_FIELDS} FROM (
    SELECT *, '' AS acknowledged_by, CAST(NULL, 'Nullable(DateTime64(3))') AS acknowledged_at, '' AS note FROM alerts
    WHERE updated_at >= fromUnixTimestamp64Milli({since:Int64}, 'Asia/Shanghai')
    LIMIT 1 BY alert_id, version)
  ORDER BY toInt64(updated_ms), alert_id, toUInt64(version)`;

export function clickHouseAlertChanges(client: ClickHouseClient): AlertChanges {
  return {
    async alertChangesSince(updatedSinceMs) {
      const rows = await rowsOf<AlertRow>(client, CHANGES, { since: String(updatedSinceMs) });
      return rows.map(alertOf);
    },
  };
}
