import type { ClickHouseClient } from '@clickhouse/client';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { DayLedger } from '../../domain/ledgerPorts.ts';
import { date, rowsOf } from './closeSql.ts';

/**
 * Whole days of the ledger. Reads `event_days` (a row per merchant, date and partition) and `reconciliations`, never
 * `entries`: what is scanned grows with the days, not with the events.
 */
export function clickHouseDayLedger(client: ClickHouseClient): DayLedger {
  return {
    async closedDates() {
      const rows = await rowsOf<MerchantDate & { positions: Record<string, string> }>(
        client,
        `SELECT merchant_id, toString(business_date) AS date, argMin(r.positions, (r.token, run_id)) AS positions
         FROM reconciliations AS r WHERE outcome != 'FAILED' GROUP BY merchant_id, business_date`,
      );
      return rows.map((row) => ({
        ...merchantDate(row),
        firstPositions: Object.fromEntries(Object.entries(row.positions).map(([p, at]) => [p, Number(at)])),
      }));
    },
    async datesWithLateEntries() {
      const rows = await rowsOf<MerchantDate>(
        client,
        `SELECT DISTINCT merchant_id, toString(d.business_date) AS date
         FROM (
           SELECT merchant_id, business_date, log_partition, max(e.last_position) AS last_position
           FROM event_days AS e GROUP BY merchant_id, business_date, log_partition) AS d
         INNER JOIN (SELECT merchant_id, business_date, positions FROM publications WHERE notEmpty(positions)) AS p
           USING (merchant_id, business_date)
         WHERE d.last_position >= p.positions[d.log_partition]
         ORDER BY date, merchant_id`,
      );
      return rows.map(merchantDate);
    },
    async oldestOpenDate() {
      const [row] = await rowsOf<{ date: string }>(
        client,
        `SELECT toString(business_date) AS date FROM event_days
         WHERE (merchant_id, business_date) NOT IN (SELECT merchant_id, business_date FROM publications)
         ORDER BY business_date LIMIT 1`,
      );
      return row?.date ?? null;
    },
    async firstPositionsSince(since: BusinessDate) {
      const rows = await rowsOf<{ log_partition: string; position: string }>(
        client,
        `SELECT log_partition, toString(min(first_position)) AS position FROM event_days
         WHERE business_date >= ${date(since)} GROUP BY log_partition`,
      );
      return new Map(rows.map((row) => [row.log_partition, Number(row.position)]));
    },
  };
}

type MerchantDate = { readonly merchant_id: string; readonly date: string };

function merchantDate(row: MerchantDate): { merchantId: string; businessDate: BusinessDate } {
  return { merchantId: row.merchant_id, businessDate: row.date };
}
