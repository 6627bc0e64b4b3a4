import type { ClickHouseClient } from '@clickhouse/client';
import { addDays } from '../../domain/businessDate.ts';
import type { Book } from '../../domain/entry.ts';
import type { Overview, OverviewFilter, OverviewQueries } from '../../domain/overview.ts';
import type { Scope } from '../../domain/scope.ts';
import { rowsOf } from './closeSql.ts';
import { asked } from './ledgerQueries.ts';
import { listConditions, whereOf } from './listConditions.ts';

const HOUR_MS = 3_600_000;

export function clickHouseOverview(client: ClickHouseClient): OverviewQueries {
  return { overview: (scope, filter) => asked(overview(client, scope, filter)) };
}

async function overview(client: ClickHouseClient, scope: Scope, filter: OverviewFilter): Promise<Overview> {
  const [open, hours, minutes, feeds, connected] = await Promise.all([
    openByHospital(client, scope, filter),
    hoursOf(client, scope, filter),
    minutesOf(client, scope, filter),
    feedsOf(client, scope, filter),
    connectedOf(client, scope, filter),
  ]);
  return { open, hours, minutes, feeds, connected };
}

async function openByHospital(
  client: ClickHouseClient,
  scope: Scope,
  { merchantId }: OverviewFilter,
): Promise<Overview['open']> {
  const { sql, values } = listConditions(scope, merchantId === undefined ? {} : { merchantId });
  const rows = await rowsOf<{ merchant_id: string; found: string; fen: string; oldest: string }>(
    client,
    `SELECT merchant_id, toString(count()) AS found,
       toString(sum(coalesce(channel_fen, platform_fen, merchant_fen, 0))) AS fen, toString(min(business_date)) AS oldest
     FROM v_exceptions ${whereOf(["status = 'OPEN'", "(mode != 'REALTIME' OR provisional)", ...sql])}
     GROUP BY merchant_id ORDER BY count() DESC, merchant_id`,
    values,
  );
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    count: Number(row.found),
    amountFen: BigInt(row.fen),
    oldestDate: row.oldest,
  }));
}

async function hoursOf(
  client: ClickHouseClient,
  scope: Scope,
  { merchantId, date }: OverviewFilter,
): Promise<Overview['hours']> {
  const { sql, values } = listConditions(scope, {
    mode: 'REALTIME',
    from: date,
    to: date,
    ...(merchantId === undefined ? {} : { merchantId }),
  });
  const rows = await rowsOf<{ hour: number; verdicts: string; matched: string }>(
    client,
    `SELECT toHour(coalesce(platform_at, merchant_at)) AS hour, toString(count()) AS verdicts,
       toString(countIf(code IN ('MATCHED', 'CROSS_DAY'))) AS matched
     FROM v_verdicts ${whereOf(["run_id = ''", 'coalesce(platform_at, merchant_at) IS NOT NULL', ...sql])}
     GROUP BY hour ORDER BY hour`,
    values,
  );
  return rows.map(({ hour, verdicts, matched }) => ({
    hour: Number(hour),
    verdicts: Number(verdicts),
    matched: Number(matched),
  }));
}

async function minutesOf(
  client: ClickHouseClient,
  scope: Scope,
  filter: OverviewFilter,
): Promise<Overview['minutes']> {
  const { sql, values } = eventsOf(scope, filter);
  const rows = await rowsOf<{ at: string; platform: string; merchant: string }>(
    client,
    `SELECT toString(toUnixTimestamp(toStartOfMinute(occurred_at))) AS at,
       toString(uniqExactIf((merchant_id, order_no, key_part), book = 'PLATFORM')) AS platform,
       toString(uniqExactIf((merchant_id, order_no, key_part), book = 'MERCHANT')) AS merchant
     FROM entries ${whereOf([...sql, 'occurred_at > fromUnixTimestamp64Milli({from_ms:Int64})', 'occurred_at <= fromUnixTimestamp64Milli({now_ms:Int64})'])}
     GROUP BY at ORDER BY at`,
    { ...values, from_ms: String(filter.nowMs - HOUR_MS), now_ms: String(filter.nowMs) },
  );
  return rows.map(({ at, platform, merchant }) => ({
    atMs: Number(at) * 1000,
    platform: Number(platform),
    merchant: Number(merchant),
  }));
}

async function feedsOf(
  client: ClickHouseClient,
  scope: Scope,
  filter: OverviewFilter,
): Promise<Overview['feeds']> {
  const { sql, values } = eventsOf(scope, filter);
  const rows = await rowsOf<{
    merchant_id: string;
    book: Book;
    newest: string;
    heard: string;
    lag: string;
  }>(
    client,
    `WITH heard_of AS (SELECT merchant_id, book, max(ingested_at) AS heard_at, max(occurred_at) AS newest_at
       FROM entries ${whereOf(sql)} GROUP BY merchant_id, book)
     SELECT merchant_id, book, toString(toUnixTimestamp64Milli(any(newest_at))) AS newest,
       toString(toUnixTimestamp64Milli(any(heard_at))) AS heard,
       toString(toInt64(quantileExact(0.5)(toUnixTimestamp64Milli(ingested_at) - toUnixTimestamp64Milli(occurred_at)))) AS lag
     FROM entries INNER JOIN heard_of USING (merchant_id, book)
     ${whereOf([...sql, 'ingested_at > heard_at - INTERVAL 5 MINUTE'])}
     GROUP BY merchant_id, book ORDER BY merchant_id, book`,
    values,
  );
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    book: row.book,
    newestMs: Number(row.newest),
    heardMs: Number(row.heard),
    lagMs: Number(row.lag),
  }));
}

/** By days, not by events: what is scanned stays small. */
async function connectedOf(
  client: ClickHouseClient,
  scope: Scope,
  { merchantId }: OverviewFilter,
): Promise<Overview['connected']> {
  const { sql, values } = listConditions(scope, merchantId === undefined ? {} : { merchantId });
  const rows = await rowsOf<{ merchant_id: string; first: string; last: string }>(
    client,
    `SELECT merchant_id, toString(min(business_date)) AS first, toString(max(business_date)) AS last
     FROM (SELECT merchant_id, business_date FROM event_days UNION ALL SELECT merchant_id, business_date FROM bill_slots)
     ${whereOf([...sql])} GROUP BY merchant_id ORDER BY merchant_id`,
    values,
  );
  return rows.map((row) => ({ merchantId: row.merchant_id, firstDate: row.first, lastDate: row.last }));
}

/** What the feeds told, of the date and the one before. */
function eventsOf(scope: Scope, { merchantId, date }: OverviewFilter) {
  const { sql, values } = listConditions(scope, {
    from: addDays(date, -1),
    to: date,
    ...(merchantId === undefined ? {} : { merchantId }),
  });
  return { sql: [...sql, "source = 'EVENT'"], values };
}
