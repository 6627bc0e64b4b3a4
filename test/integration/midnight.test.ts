import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import type { Closing } from '../../cli/closing.ts';
import { openClosing } from '../../cli/closing.ts';
import { addDays, businessDateOf, instantOfLocal } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';

const T = '2026-03-09';
const NEXT = '2026-03-10';
const LAST_MINUTE = `${T} 23:59:50`;
const FIRST_MINUTE = `${NEXT} 00:00:10`;

let system: TestSystem;
let closing: Closing;

beforeAll(async () => {
  system = await startTestSystem();
  await system.startPipeline();
  closing = openClosing(system.run, system.config);
});

afterAll(async () => {
  await closing.dispose();
  await system[Symbol.asyncDispose]();
});

type Book = 'platform' | 'merchant';

function eventOf(book: Book, merchantId: string, orderNo: string, at: string): NewRecord {
  const fields = {
    eventId: `${book}-${merchantId}-${orderNo}`,
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    amountFen: 2500n,
    occurredAtMs: instantOfLocal(at) ?? Number.NaN,
    businessType: 'REGISTRATION',
  };
  return book === 'platform'
    ? {
        topic: 'payments',
        key: orderNo,
        value: encodeEvent('payments', { ...fields, channel: 'WECHAT', channelTxnNo: `42${orderNo}` }),
      }
    : {
        topic: 'his-orders',
        key: merchantId,
        value: encodeEvent('his-orders', { ...fields, hisOrderNo: `R${orderNo}` }),
      };
}

/** The channel's bill of a date in the plain shape; it holds what was paid on that date. */
async function importChannelBill(
  merchantId: string,
  date: string,
  payments: readonly { readonly orderNo: string; readonly at: string }[],
): Promise<void> {
  const merchant = system.config.merchants.get(merchantId);
  if (!merchant) throw new Error(`no merchant ${merchantId}`);
  const lines = payments.map(
    ({ orderNo, at }) => `${orderNo},42${orderNo},,PAYMENT,25.00,${at},WECHAT,REGISTRATION,`,
  );
  const text = [
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
    ...lines,
    '',
  ].join('\n');
  await closing.importBill({
    merchant,
    book: 'CHANNEL',
    channel: 'WECHAT',
    date,
    fileName: `${merchantId}-${date}.csv`,
    open: () => ReadableStream.from([Buffer.from(text)]),
  });
}

async function close(merchantId: string, date: string): Promise<void> {
  const merchant = system.config.merchants.get(merchantId);
  if (!merchant) throw new Error(`no merchant ${merchantId}`);
  await closing.close({ merchant, date, operator: 'test', patienceMs: 30_000, onWaiting: () => undefined });
}

type Row = { readonly mode: string; readonly date: string; readonly code: string; readonly possibly: number };

/** What counts now of one order, realtime first, then by the date of the run. */
async function rowsOf(merchantId: string, orderNo: string): Promise<readonly string[]> {
  const result = await system.clickhouse.query({
    query: `SELECT v.mode AS mode, toString(if(v.mode = 'REALTIME', v.business_date, r.business_date)) AS date, code,
        possibly_cross_day AS possibly
      FROM verdicts AS v FINAL LEFT JOIN publications AS r USING (run_id)
      WHERE v.merchant_id = {merchantId:String} AND order_no = {orderNo:String}
        AND (v.mode = 'REALTIME' OR r.run_id <> '') ORDER BY mode, date`,
    query_params: { merchantId, orderNo },
    format: 'JSONEachRow',
  });
  return (await result.json<Row>()).map(
    ({ mode, date, code, possibly }) => `${mode} ${date} ${code}${possibly === 1 ? ' possiblyCrossDay' : ''}`,
  );
}

/** Event time has passed both sides' windows. */
async function untilOver(): Promise<void> {
  await system.untilStored((instantOfLocal(FIRST_MINUTE) ?? 0) + 3_600_000);
}

type Case = {
  readonly name: string;
  readonly merchantId: string;
  readonly platformAt: string;
  readonly merchantAt: string;
  readonly first: Book;
};

const CASES: readonly Case[] = [
  { name: 'paid before midnight, booked after; the payment comes first', merchantId: 'H001', platformAt: LAST_MINUTE, merchantAt: FIRST_MINUTE, first: 'platform' },
  { name: 'paid before midnight, booked after; the booking comes first', merchantId: 'H002', platformAt: LAST_MINUTE, merchantAt: FIRST_MINUTE, first: 'merchant' },
  { name: 'booked before midnight, paid after; the payment comes first', merchantId: 'H003', platformAt: FIRST_MINUTE, merchantAt: LAST_MINUTE, first: 'platform' },
  { name: 'booked before midnight, paid after; the booking comes first', merchantId: 'H004', platformAt: FIRST_MINUTE, merchantAt: LAST_MINUTE, first: 'merchant' },
]; // prettier-ignore

/** An ordinary order of each day, so that no book is empty. */
async function sendOrdinary(merchantId: string): Promise<void> {
  for (const date of [T, NEXT]) {
    const at = `${date} 12:00:00`;
    const orderNo = `N${date}`;
    await system.producer.append([
      eventOf('platform', merchantId, orderNo, at),
      eventOf('merchant', merchantId, orderNo, at),
    ]);
  }
}

function paidOn(date: string, orderNo: string, platformAt: string) {
  const ordinary = { orderNo: `N${date}`, at: `${date} 12:00:00` };
  return platformAt.startsWith(date) ? [ordinary, { orderNo, at: platformAt }] : [ordinary];
}

test.each(CASES)('$name, before either day closes', async ({ merchantId, platformAt, merchantAt, first }) => {
  const orderNo = 'BOTH';
  const times = { platform: platformAt, merchant: merchantAt };
  const second = first === 'platform' ? 'merchant' : 'platform';
  await sendOrdinary(merchantId);
  await system.producer.append([eventOf(first, merchantId, orderNo, times[first])]);
  await untilOver();
  await system.producer.append([eventOf(second, merchantId, orderNo, times[second])]);
  await untilOver();
  for (const date of [T, NEXT]) {
    await importChannelBill(merchantId, date, paidOn(date, orderNo, platformAt));
    await close(merchantId, date);
  }
  const realtimeDate = platformAt.slice(0, 10);
  expect(await rowsOf(merchantId, orderNo)).toEqual([
    `REALTIME ${realtimeDate} CROSS_DAY`,
    `THREE_WAY ${T} CROSS_DAY`,
    `THREE_WAY ${NEXT} CROSS_DAY`,
  ]);
});

test.each(CASES)(
  '$name, the second side only after the day of the first has closed',
  async ({ merchantId: base, platformAt, merchantAt, first }) => {
    const merchantId = `H01${base.slice(-1)}`;
    const orderNo = 'SPLIT';
    const times = { platform: platformAt, merchant: merchantAt };
    const second = first === 'platform' ? 'merchant' : 'platform';
    await sendOrdinary(merchantId);
    await system.producer.append([eventOf(first, merchantId, orderNo, times[first])]);
    await untilOver();
    const closedFirst = times[first].slice(0, 10);
    await importChannelBill(merchantId, closedFirst, paidOn(closedFirst, orderNo, platformAt));
    await close(merchantId, closedFirst);
    expect((await rowsOf(merchantId, orderNo)).filter((row) => row.startsWith('THREE_WAY'))).toEqual([
      expect.stringMatching(/(MERCHANT|PLATFORM|CHANNEL)_ONLY possiblyCrossDay$/),
    ]);

    await system.producer.append([eventOf(second, merchantId, orderNo, times[second])]);
    await untilOver();
    const other = closedFirst === T ? NEXT : T;
    await importChannelBill(merchantId, other, paidOn(other, orderNo, platformAt));
    await close(merchantId, other);
    const rows = await rowsOf(merchantId, orderNo);
    // The day that was closed first keeps what it published; the other settles it. Nowhere is it one-sided twice.
    expect(rows).toContain(`THREE_WAY ${other} CROSS_DAY`);
    expect(rows).toContain(`REALTIME ${platformAt.slice(0, 10)} CROSS_DAY`);
    expect(rows.filter((row) => row.includes('_ONLY'))).toHaveLength(1);
    const exceptions = await clickHouseLedgerQueries(system.clickhouse).exceptions(WHOLE_LEDGER, {
      merchantId,
      limit: 9,
    });
    expect(exceptions.items.map((item) => [item.orderNo, item.mode, item.status])).toEqual([
      [orderNo, 'THREE_WAY', 'HEALED'],
    ]);
  },
);

test('a date that is not over is refused at once, whatever the patience', async () => {
  const startedAt = Date.now();
  const today = businessDateOf(startedAt);
  const refusal = expect.objectContaining({
    code: 'DZ_CLOSE_NOT_READY',
    message: expect.stringContaining(`needed up to ${addDays(today, 2)} 00:`),
  });
  await expect(close('H001', addDays(today, 1))).rejects.toEqual(refusal);
  expect(Date.now() - startedAt).toBeLessThan(5_000);
});

test('a window that was made for another number of slots is refused: its orders lie elsewhere', async () => {
  const other = new RedisWindow(system.windowRedis, { slots: system.config.slots * 2 });
  await expect(other.slotsToSetUp()).rejects.toEqual(
    expect.objectContaining({ code: 'DZ_WINDOW_SLOTS_CHANGED' }),
  );
  expect(await system.window.slotsToSetUp()).toEqual([]);
});

test('an event that comes after its day was closed opens no window, and its day runs again by itself', async () => {
  const merchantId = 'H020';
  const orderNo = 'LATE';
  await sendOrdinary(merchantId);
  await system.producer.append([eventOf('platform', merchantId, orderNo, `${T} 10:00:00`)]);
  await untilOver();
  await importChannelBill(merchantId, T, [...paidOn(T, 'x', FIRST_MINUTE), { orderNo, at: `${T} 10:00:00` }]);
  await close(merchantId, T);
  expect(await rowsOf(merchantId, orderNo)).toContain(`THREE_WAY ${T} CHANNEL_ONLY`);

  // The pipeline hears of it within a moment.
  await pause(1_000);
  const stranger = 'LATER';
  await system.producer.append([
    eventOf('merchant', merchantId, orderNo, `${T} 10:00:20`),
    eventOf('merchant', merchantId, stranger, `${T} 10:00:20`),
  ]);
  await expect
    .poll(() => rowsOf(merchantId, orderNo), { timeout: 30_000, interval: 200 })
    .toContain(`THREE_WAY ${T} MATCHED`);
  // The late booking joined what was open; the other one is known to its day alone.
  expect(await rowsOf(merchantId, orderNo)).toContain(`REALTIME ${T} MATCHED`);
  expect(await rowsOf(merchantId, stranger)).toEqual([`THREE_WAY ${T} MERCHANT_ONLY`]);
});

test('a day that is not over cannot be closed: the answer says what is waited for', async () => {
  const merchant = system.config.merchants.get('H019');
  if (!merchant) throw new Error('no merchant H019');
  const wish = {
    merchant,
    date: '2099-01-01',
    operator: 'test',
    patienceMs: 300,
    onWaiting: () => undefined,
  };
  const failure = await closing.close(wish).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DuizhangError);
  expect(String(failure)).toMatch(/cannot be closed yet: events are known up to/);
});
