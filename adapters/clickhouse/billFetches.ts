import type { ClickHouseClient } from '@clickhouse/client';
import type { BillFetch, FetchLog, FetchStatus } from '../../domain/billFetch.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { SourceName } from '../../domain/billSource.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import { rowsOf, text } from './closeSql.ts';
import { timeText } from './tsv.ts';

/** How the asking for bills stands, on ClickHouse. */
export function clickHouseFetchLog(client: ClickHouseClient): FetchLog {
  const fetchesWhere = async (where: string, values: Readonly<Record<string, string>>) => {
    const rows = await rowsOf<FetchRow>(
      client,
      `SELECT * REPLACE (toString(business_date) AS business_date,
          toString(toUnixTimestamp64Milli(first_asked_at)) AS first_asked_at,
          toString(toUnixTimestamp64Milli(last_asked_at)) AS last_asked_at,
          if(isNull(next_ask_at), '', toString(toUnixTimestamp64Milli(assumeNotNull(next_ask_at)))) AS next_ask_at,
          toString(revision) AS revision)
       FROM (SELECT * FROM bill_fetches FINAL WHERE ${where} ORDER BY business_date, merchant_id, book, channel)`,
      values,
    );
    return rows.map(fetchOfRow);
  };
  return {
    fetchesOf: (merchantId, date) =>
      fetchesWhere('merchant_id = {merchantId:String} AND business_date = {date:Date}', { merchantId, date }),
    fetchesBetween: (from, to) =>
      fetchesWhere('business_date BETWEEN {from:Date} AND {to:Date}', { from, to }),
    waitingSince: (from) => fetchesWhere("business_date >= {from:Date} AND status = 'WAITING'", { from }),
    async record(fetch) {
      await client.insert({ table: 'bill_fetches', values: [rowOf(fetch)], format: 'JSONEachRow' });
    },
  };
}

/** Whether the platform's book holds anything of a date: then a channel that says "no bill" is not believed at once. */
export async function hasPlatformTrade(
  client: ClickHouseClient,
  merchantId: string,
  channel: Channel | null,
  date: BusinessDate,
): Promise<boolean> {
  const rows = await rowsOf<{ found: number }>(
    client,
    `SELECT 1 AS found FROM entries WHERE merchant_id = {merchantId:String} AND business_date = {date:Date}
       AND book = 'PLATFORM' ${channel === null ? '' : `AND channel = ${text(channel)}`} LIMIT 1`,
    { merchantId, date },
  );
  return rows.length > 0;
}

type FetchRow = {
  readonly merchant_id: string;
  readonly book: Book;
  readonly channel: Channel | '';
  readonly business_date: string;
  readonly source: SourceName;
  readonly status: FetchStatus;
  readonly asked: number;
  readonly failures: number;
  readonly first_asked_at: string;
  readonly last_asked_at: string;
  readonly next_ask_at: string;
  readonly code: string;
  readonly detail: string;
  readonly bill_id: string;
  readonly came_from: string;
  readonly revision: string;
};

function fetchOfRow(row: FetchRow): BillFetch {
  return {
    merchantId: row.merchant_id,
    book: row.book,
    channel: row.channel || null,
    date: row.business_date,
    source: row.source,
    status: row.status,
    asked: row.asked,
    failures: row.failures,
    firstAskedAtMs: Number(row.first_asked_at),
    lastAskedAtMs: Number(row.last_asked_at),
    nextAskAtMs: row.next_ask_at === '' ? null : Number(row.next_ask_at),
    code: row.code || null,
    detail: row.detail || null,
    billId: row.bill_id || null,
    from: row.came_from || null,
    revision: Number(row.revision),
  };
}

function rowOf(fetch: BillFetch): Record<string, unknown> {
  return {
    merchant_id: fetch.merchantId,
    book: fetch.book,
    channel: fetch.channel ?? '',
    business_date: fetch.date,
    source: fetch.source,
    status: fetch.status,
    asked: fetch.asked,
    failures: fetch.failures,
    first_asked_at: timeText(fetch.firstAskedAtMs),
    last_asked_at: timeText(fetch.lastAskedAtMs),
    next_ask_at: fetch.nextAskAtMs === null ? null : timeText(fetch.nextAskAtMs),
    code: fetch.code ?? '',
    detail: fetch.detail ?? '',
    bill_id: fetch.billId ?? '',
    came_from: fetch.from ?? '',
    revision: fetch.revision,
  };
}
