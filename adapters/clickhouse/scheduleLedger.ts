import type { ClickHouseClient } from '@clickhouse/client';
import { SOURCE_NAMES } from '../../domain/billSource.ts';
import type { AwaitedBill, CloseMode, CloseWait, ScheduleLedger } from '../../domain/closePorts.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import type { Outcome } from '../../domain/ports.ts';
import type { DayStatus } from '../../domain/schedule.ts';
import type { Scope } from '../../domain/scope.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { date, rowsOf } from './closeSql.ts';
import { scopeSql } from './scopeSql.ts';
import { timeText } from './tsv.ts';

/**
 * What the schedule of closes reads and writes. Reads `event_days`, `bills` and `reconciliations`: what is scanned grows
 * with the days, not with the events.
 * @param now epoch milliseconds; orders the versions of a wait
 */
export function clickHouseScheduleLedger(client: ClickHouseClient, now: () => number): ScheduleLedger {
  return {
    async daysSince(since) {
      return statusesSince(client, date(since));
    },
    waits: () => closeWaits(client, WHOLE_LEDGER),
    async recordWait(wait) {
      const row = {
        merchant_id: wait.merchantId,
        business_date: wait.businessDate,
        mode: wait.mode,
        waits_for: wait.waitsFor.map(textOfBill),
        since: timeText(wait.sinceMs),
        until: timeText(wait.untilMs),
        version: now().toString(),
      };
      await client.insert({ table: 'close_waits', values: [row], format: 'JSONEachRow' });
    },
  };
}

/** Days that are due and wait, the earliest first. */
export async function closeWaits(client: ClickHouseClient, scope: Scope): Promise<readonly CloseWait[]> {
  const rows = await rowsOf<WaitRow>(
    client,
    `SELECT merchant_id, toString(business_date) AS date, mode, waits_for,
       toString(toUnixTimestamp64Milli(w.since)) AS since_ms, toString(toUnixTimestamp64Milli(w.until)) AS until_ms
     FROM v_close_waits AS w WHERE ${scopeSql(scope)} ORDER BY date, merchant_id, mode`,
  );
  return rows.map(waitOfRow);
}

type Place = { readonly merchant_id: string; readonly date: string };
type RunRow = Place & {
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly bills: readonly string[];
  readonly positions: Readonly<Record<string, string>>;
};
type EventsRow = Place & { readonly last: Readonly<Record<string, string>> };
type BillsRow = Place & { readonly bills: readonly string[] };

async function statusesSince(client: ClickHouseClient, since: string): Promise<readonly DayStatus[]> {
  const [runs, events, bills, unhandled] = await Promise.all([
    rowsOf<RunRow>(client, runsSql(since)),
    rowsOf<EventsRow>(client, eventsSql(since)),
    rowsOf<BillsRow>(client, billsSql(since)),
    rowsOf<Place>(client, unhandledSql(since)),
  ]);
  const [runOf, eventsOf, billsOf] = [placed(runs), placed(events), placed(bills)];
  const isUnhandled = placed(unhandled);
  const places = new Map([...runs, ...events, ...bills].map((row) => [keyOf(row), row]));
  return [...places].map(([key, { merchant_id, date: businessDate }]) => {
    const hasData = eventsOf.has(key) || billsOf.has(key);
    const run = runOf.get(key);
    if (!run) return { merchantId: merchant_id, businessDate, hasData, lastRun: null };
    const lastRun = {
      outcome: run.outcome,
      hasOtherBills:
        (billsOf.get(key)?.bills ?? []).join() !== run.bills.join() ||
        (run.reasons.includes('BILL_PARSE_ERROR') && !isUnhandled.has(key)),
      hasMoreEvents: reachesBehind(eventsOf.get(key)?.last ?? {}, run.positions),
    };
    return { merchantId: merchant_id, businessDate, hasData, lastRun };
  });
}

/** Runs of any final mode: a hospital that changes its mode does not close its past again. */
function runsSql(since: string): string {
  const latest = (column: string): string => `argMax(r.${column}, (r.started_at, r.token))`;
  return `SELECT merchant_id, toString(business_date) AS date, toString(${latest('outcome')}) AS outcome,
      ${latest('reasons')} AS reasons, ${latest('bills')} AS bills, ${latest('positions')} AS positions
    FROM reconciliations AS r WHERE business_date >= ${since} GROUP BY merchant_id, business_date`;
}

function eventsSql(since: string): string {
  return `SELECT merchant_id, toString(business_date) AS date,
      mapFromArrays(groupArray(toString(log_partition)), groupArray(last_position)) AS last
    FROM (SELECT merchant_id, business_date, log_partition, max(e.last_position) AS last_position
      FROM event_days AS e WHERE business_date >= ${since} GROUP BY merchant_id, business_date, log_partition)
    GROUP BY merchant_id, business_date`;
}

function billsSql(since: string): string {
  return `SELECT merchant_id, toString(business_date) AS date, arraySort(groupUniqArray(bill_id)) AS bills
    FROM bill_slots WHERE business_date >= ${since} GROUP BY merchant_id, business_date`;
}

function unhandledSql(since: string): string {
  return `SELECT DISTINCT merchant_id, toString(business_date) AS date FROM v_unhandled_bills
    WHERE business_date >= ${since}`;
}

/** Positions of a run are the ends of what it saw. */
function reachesBehind(
  last: Readonly<Record<string, string>>,
  positions: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(last).some(
    ([partition, position]) => Number(position) >= Number(positions[partition] ?? 0),
  );
}

function placed<Row extends Place>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function keyOf({ merchant_id, date: day }: Place): string {
  return `${merchant_id} ${day}`;
}

type WaitRow = {
  readonly merchant_id: string;
  readonly date: string;
  readonly mode: CloseMode;
  readonly waits_for: readonly string[];
  readonly since_ms: string;
  readonly until_ms: string;
};

function waitOfRow(row: WaitRow): CloseWait {
  return {
    merchantId: row.merchant_id,
    businessDate: row.date,
    mode: row.mode,
    waitsFor: row.waits_for.flatMap(billOfText),
    sinceMs: Number(row.since_ms),
    untilMs: Number(row.until_ms),
  };
}

/** `CHANNEL ALIPAY`, `MERCHANT`, and with where it is asked for `CHANNEL ALIPAY alipay`, `MERCHANT hdp`. */
function textOfBill({ book, channel, source }: AwaitedBill): string {
  return [book, channel, source].filter((word) => word !== null).join(' ');
}

/** Versions before this one wrote sentences; a day that waits is written anew by the next look at it. */
function billOfText(text: string): readonly AwaitedBill[] {
  const words = text.split(' ');
  const book = BOOKS.find((each) => each === words[0]);
  const channel = CHANNELS.find((each) => words.includes(each)) ?? null;
  const source = SOURCE_NAMES.find((each) => words.includes(each)) ?? null;
  return book === undefined ? [] : [{ book, channel, source }];
}
