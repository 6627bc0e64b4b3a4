import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { openClosing } from '../../cli/closing.ts';
import { recordOfSimulated } from '../../cli/start/simulatedRecord.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { ClosedDay } from '../../pipeline/close/closedDay.ts';
import type { SimulatedDay } from '../../simulator/day.ts';
import type { TestSystem } from '../system.ts';

export type Fault = { readonly afterEvents: number; readonly strike: () => Promise<void> };

/**
 * Sends a day's events piece by piece, so that the pipeline works all the while, and lets the faults strike on the way.
 */
export async function sendDay(
  system: TestSystem,
  day: SimulatedDay,
  options: { readonly faults?: readonly Fault[]; readonly piece?: number; readonly pauseMs?: number } = {},
): Promise<void> {
  const records = day.events.map(recordOfSimulated);
  const { faults = [], piece = 100, pauseMs = 15 } = options;
  const waiting = [...faults].sort((a, b) => a.afterEvents - b.afterEvents);
  for (let at = 0; at < records.length; at += piece) {
    await system.producer.append(records.slice(at, at + piece));
    if (pauseMs > 0) await pause(pauseMs);
    while (waiting[0] && waiting[0].afterEvents <= at + piece) await waiting.shift()?.strike();
  }
  for (const fault of waiting) await fault.strike();
}

/** What is left of a day: equal after equal facts. */
export type PlayedDay = {
  readonly realtime: readonly string[];
  readonly threeWay: readonly string[];
  readonly roots: readonly string[];
};

/** Sends a day with faults, closes it, holds it against the truth, and returns all rows. */
export async function playDay(
  system: TestSystem,
  day: SimulatedDay,
  merchants: readonly Merchant[],
  faults: readonly Fault[],
): Promise<PlayedDay> {
  await sendDay(system, day, { faults });
  await untilDayIsOver(system, day.truth.date);
  const closed = await closeDate(system, day, merchants);
  expect(byKey(await verdictsFound(system, 'THREE_WAY'))).toEqual(byKey(verdictsPlanted(day, 'threeWay')));
  expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
  return {
    realtime: await verdictRows(system, 'REALTIME'),
    threeWay: await verdictRows(system, 'THREE_WAY'),
    roots: [...closed.values()].map(({ run }) => run.merkleRoot),
  };
}

/** Imports the channels' bills, those of the days around it too, and closes the date for every merchant. */
export async function closeDate(
  system: TestSystem,
  day: SimulatedDay,
  merchants: readonly Merchant[],
): Promise<ReadonlyMap<string, ClosedDay>> {
  const { date } = day.truth;
  const closing = openClosing(system.run, system.config);
  try {
    for (const bill of day.bills) {
      if (bill.book !== 'CHANNEL') continue;
      const result = await closing.importBill({
        merchant: merchantOf(merchants, bill.merchantId),
        book: bill.book,
        channel: bill.channel,
        date: bill.date,
        fileName: bill.fileName,
        open: () => once(bill.bytes),
      });
      const { merchantId, billId, errorRows } = result.bill;
      if (errorRows > 0) await closing.handleBill({ merchantId, billId, handledBy: 'test', note: 'planted' });
    }
    const closed = new Map<string, ClosedDay>();
    for (const merchant of merchants) {
      const wish = { merchant, date, operator: 'test', patienceMs: 60_000, onWaiting: () => undefined };
      closed.set(merchant.merchantId, await closing.close(wish));
    }
    return closed;
  } finally {
    await closing.dispose();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function merchantOf(merchants: readonly Merchant[], merchantId: string): Merchant {
  const merchant = merchants.find((candidate) => candidate.merchantId === merchantId);
  if (!merchant) throw new Error(`no merchant ${merchantId}`);
  return merchant;
}

/** Everything of a date is sent and its deadlines are over. */
export async function untilDayIsOver(system: TestSystem, date: string): Promise<void> {
  await system.untilStored(startOfDate(addDays(date, 1)) + 90 * 60_000);
}

type Row = Readonly<Record<string, unknown>>;

/** Rows of a mode as they count, without run and time of writing: equal after equal facts. */
export async function verdictRows(
  system: TestSystem,
  mode: 'REALTIME' | 'THREE_WAY',
): Promise<readonly string[]> {
  const published = `run_id IN (SELECT run_id FROM publications WHERE mode = '${mode}')`;
  const result = await system.clickhouse.query({
    query: `SELECT * EXCEPT (run_id, written_at) FROM verdicts FINAL
      WHERE mode = '${mode}' AND ${mode === 'REALTIME' ? "run_id = ''" : published}
      ORDER BY merchant_id, order_no, key_part, span`,
    format: 'JSONEachRow',
  });
  return (await result.json<Row>()).map((row) => JSON.stringify(row));
}

export type Found = { readonly key: string; readonly code: string; readonly businessDate: string };

/** What a mode says of every key, to be held against the truth. */
export async function verdictsFound(
  system: TestSystem,
  mode: 'REALTIME' | 'THREE_WAY',
): Promise<readonly Found[]> {
  return (await verdictRows(system, mode)).map((text) => {
    const row: Row = JSON.parse(text);
    return {
      key: [row['merchant_id'], row['kind'], row['order_no'], row['refund_no']].join(' '),
      code: String(row['code']),
      businessDate: String(row['business_date']),
    };
  });
}

/** What was planted, in the same shape and order. */
export function verdictsPlanted(day: SimulatedDay, mode: 'realtime' | 'threeWay'): readonly Found[] {
  return day.truth.rows.flatMap((row) => {
    const verdict = row[mode];
    const key = [row.merchantId, row.kind, row.orderNo, row.refundNo ?? ''].join(' ');
    return verdict ? [{ key, code: verdict.code, businessDate: verdict.businessDate }] : [];
  });
}

export function byKey(found: readonly Found[]): readonly Found[] {
  return [...found].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.code < b.code ? -1 : 1));
}
