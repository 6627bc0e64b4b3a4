import type { ClickHouseClient } from '@clickhouse/client';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { ClosedDate, DayLedger } from '../../domain/ledgerPorts.ts';
import { date, rowsOf } from './closeSql.ts';

const LOOK_BACK_MS = 10 * 60_000;

type MerchantDate = { readonly merchantId: string; readonly businessDate: BusinessDate };

/**
 * Whole days of the ledger. Reads `event_days` (a row per merchant, date and partition) and `reconciliations`, never
 * `entries`: what is scanned grows with the days, not with the events. It is asked every few seconds, so after its first
 * look it only weighs what was written since.
 * @param lookBackMs what was written this long before a look is weighed again by the next: an insert is seen later than
 *   its time says, and servers' clocks differ
 */
export function clickHouseDayLedger(client: ClickHouseClient, lookBackMs = LOOK_BACK_MS): DayLedger {
  const closed = new Map<string, ClosedDate>();
  let closedSince = 0;
  let lateSince = 0;
  return {
    async closedDates() {
      const now = await serverTime(client);
      for (const day of await firstPublications(client, closedSince)) {
        closed.set(`${day.merchantId} ${day.businessDate}`, day);
      }
      closedSince = now - lookBackMs;
      return [...closed.values()];
    },
    async datesWithLateEntries() {
      const now = await serverTime(client);
      const late = await lateDates(client, lateSince);
      // A date that is late stays in sight until a run has settled it.
      if (late.length === 0) lateSince = now - lookBackMs;
      return late;
    },
    async oldestOpenDate() {
      const [row] = await rowsOf<{ businessDate: string }>(
        client,
        `SELECT toString(business_date) AS businessDate FROM event_days
         WHERE (merchant_id, business_date) NOT IN (SELECT merchant_id, business_date FROM publications)
         ORDER BY business_date LIMIT 1`,
      );
      return row?.businessDate ?? null;
    },
    async unsettledOrders(since) {
      return rowsOf<{ merchantId: string; orderNo: string }>(
        client,
        `SELECT DISTINCT merchant_id AS merchantId, order_no AS orderNo FROM verdicts FINAL
         WHERE mode = 'REALTIME' AND run_id = '' AND business_date >= ${date(since)}
           AND code NOT IN ('MATCHED', 'CROSS_DAY')`,
      );
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

async function serverTime(client: ClickHouseClient): Promise<number> {
  const [row] = await rowsOf<{ now: string }>(
    client,
    'SELECT toString(toUnixTimestamp64Milli(now64(3))) AS now',
  );
  return Number(row?.now ?? 0);
}

/** Dates with a publication written since then, each with its first one of all. */
async function firstPublications(client: ClickHouseClient, sinceMs: number): Promise<readonly ClosedDate[]> {
  const rows = await rowsOf<MerchantDate & { readonly first: Readonly<Record<string, string>> }>(
    client,
    `SELECT merchant_id AS merchantId, toString(business_date) AS businessDate,
       argMin(r.positions, (r.token, r.run_id)) AS first
     FROM reconciliations AS r
     WHERE outcome != 'FAILED'
       AND (merchant_id, business_date) IN (SELECT merchant_id, business_date FROM ${publishedSince(sinceMs)})
     GROUP BY merchant_id, business_date`,
  );
  return rows.map(({ merchantId, businessDate, first }) => ({
    merchantId,
    businessDate,
    firstPositions: Object.fromEntries(Object.entries(first).map(([p, at]) => [p, Number(at)])),
  }));
}

/** Dates whose events reach behind their current publication, of those where either has changed since then. */
async function lateDates(client: ClickHouseClient, sinceMs: number): Promise<readonly MerchantDate[]> {
  const changed = `(merchant_id, business_date) IN (
    SELECT merchant_id, business_date FROM ${publishedSince(sinceMs)}
    UNION ALL SELECT merchant_id, business_date FROM event_days WHERE ${writtenSince(sinceMs)})`;
  return rowsOf<MerchantDate>(
    client,
    `SELECT DISTINCT d.merchant_id AS merchantId, toString(d.business_date) AS businessDate
     FROM (
       SELECT merchant_id, business_date, log_partition, max(e.last_position) AS last_position
       FROM event_days AS e WHERE ${changed} GROUP BY merchant_id, business_date, log_partition) AS d
     INNER JOIN (
       SELECT merchant_id, business_date, positions FROM publications
       WHERE ${changed} AND notEmpty(positions)) AS p
       ON p.merchant_id = d.merchant_id AND p.business_date = d.business_date
     WHERE d.last_position >= p.positions[d.log_partition]
     ORDER BY businessDate, merchantId`,
  );
}

function publishedSince(ms: number): string {
  return `(SELECT merchant_id, business_date FROM reconciliations WHERE outcome != 'FAILED' AND ${writtenSince(ms)})`;
}

function writtenSince(ms: number): string {
  return `written_at >= fromUnixTimestamp64Milli(${Math.max(0, ms)})`;
}
