import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clickHouseFetchLog, hasPlatformTrade } from '../../adapters/clickhouse/billFetches.ts';
import { dropFolder } from '../../adapters/sources/drop/dropFolder.ts';
import type { BillFetch, FetchLog } from '../../domain/billFetch.ts';
import { channelsWithoutTrade, failureReasonOf } from '../../domain/billFetch.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { SourceName } from '../../domain/billSource.ts';
import type { Bill } from '../../domain/ports.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import { askedAgain } from '../../pipeline/collect/afterAnswer.ts';
import type { CollectParts } from '../../pipeline/collect/billCollector.ts';
import { BillCollector } from '../../pipeline/collect/billCollector.ts';
import type { InboxEnd } from '../../pipeline/collect/emptyInbox.ts';
import { emptyInbox } from '../../pipeline/collect/emptyInbox.ts';
import { DEFAULT_BACK_OFF } from '../../pipeline/collect/schedule.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { startCloseSystem } from '../integration/closeHarness.ts';
import type { World } from './channelWorld.ts';
import { DATE, MERCHANT, startWorld, wantedOf } from './channelWorld.ts';

const HOUR = 3_600_000;
const DATES = [addDays(DATE, -2), addDays(DATE, -1), DATE];
const NEVER = new AbortController().signal;
const OPENS = { wechat: 10 * HOUR, alipay: 9 * HOUR, hdp: HOUR };
const NAMES = ['wechat', 'alipay', 'hdp'] as const;

let world: World;
let system: CloseSystem;
let fetches: FetchLog;
let provenances: string[] = [];

beforeAll(async () => {
  [world, system] = await Promise.all([startWorld(DATES), startCloseSystem()]);
  fetches = clickHouseFetchLog(system.client);
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await world.close();
});
beforeEach(async () => {
  for (const table of ['bill_fetches', 'bills', 'entries']) {
    await system.client.command({ query: `TRUNCATE TABLE ${table}` });
  }
  Object.assign(world, { maxCallsASecond: 100, urlLivesMs: 30_000, readyAfterMs: 0, faultOf: null });
  world.faults.length = 0;
  world.calls.length = 0;
  provenances = [];
  at(DATE, 0);
});

/** Some hours into the day after a date. */
function at(date: string, hours: number): void {
  world.nowMs = startOfDate(addDays(date, 1)) + hours * HOUR;
}

const importFetched: CollectParts['importBill'] = (bill, { source, from }) => {
  provenances.push(`${source} ${from}`);
  return importBill(bill, { ...system.importDeps, now: world.deps.now });
};

function collector(names: readonly (typeof NAMES)[number][] = NAMES, parts: Partial<CollectParts> = {}) {
  return new BillCollector({
    plans: names.map((name) => {
      const { book, channel } = wantedOf({ name }, DATE);
      const window = { fromMs: OPENS[name], forMs: 12 * HOUR };
      return { merchant: MERCHANT, book, channel, source: world.sources[name], window };
    }),
    fetches,
    bills: system.bills,
    importBill: importFetched,
    isTradeExpected: ({ merchantId, channel, date }) =>
      hasPlatformTrade(system.client, merchantId, channel, date),
    now: world.deps.now,
    random: () => 0.5,
    pause: async () => undefined,
    lookBackDays: 1,
    hasLeft: () => false,
    backOff: DEFAULT_BACK_OFF,
    spacingMs: 0,
    onFetch: () => undefined,
    ...parts,
  });
}

const fetchOf = async (source: SourceName, date = DATE): Promise<BillFetch | undefined> =>
  (await fetches.fetchesBetween(date, date)).find((fetch) => fetch.source === source);
const billsOf = (date = DATE): Promise<readonly Bill[]> =>
  system.bills.billsBetween(MERCHANT.merchantId, date, date);

/** Rounds at the moments that the log names, until nothing waits any more. */
async function untilSettled(collect: BillCollector, limit = 60): Promise<number> {
  for (let rounds = 1; rounds <= limit; rounds += 1) {
    await collect.round(NEVER);
    const all = await fetches.fetchesBetween(DATES[0] ?? DATE, DATE);
    const next = all.flatMap((fetch) => fetch.nextAskAtMs ?? []);
    if (next.length === 0) return rounds;
    world.nowMs = Math.max(world.nowMs, Math.min(...next));
  }
  throw new Error('it never ends');
}

test('each source is asked in its own window, and what is in is not asked for again, by another process either', async () => {
  for (const [hours, sources] of [
    [0.9, []],
    [1, ['hdp']],
    [9, ['alipay', 'hdp']],
    [10, ['alipay', 'hdp', 'wechat']],
  ] as const) {
    at(DATE, hours);
    await collector().round(NEVER);
    const known = await fetches.fetchesBetween(DATE, DATE);
    expect(known.map((fetch) => fetch.source).sort()).toEqual(sources);
  }
  expect((await fetches.fetchesBetween(DATE, DATE)).every((fetch) => fetch.status === 'IN')).toBe(true);
  expect((await billsOf()).map((bill) => `${bill.book} ${bill.channel}`).sort()).toEqual([
    'CHANNEL ALIPAY',
    'CHANNEL WECHAT',
    'MERCHANT null',
  ]);
  const { length } = world.calls;
  await collector().round(NEVER);
  expect(world.calls.length).toBe(length);
  const hosts = provenances.map((text) => text.replaceAll(/127\.0\.0\.1:\d+/g, 'host')).sort();
  expect(hosts).toEqual([
    'alipay host/downloadBillFile.resource',
    'hdp host/hdp/v1/bills',
    'wechat host/v3/bill/tradebill',
  ]);
});

test('a bill that is not ready is asked for every half hour until it is', async () => {
  world.readyAfterMs = 11.4 * HOUR;
  at(DATE, 10);
  await untilSettled(collector(['wechat']));
  expect(await fetchOf('wechat')).toMatchObject({ status: 'IN', asked: 4, failures: 0 });
});

test.each([
  ['wechat', 'WRONG_HASH', 'DZ_SOURCE_HASH', 'BILL_NOT_READY'],
  ['wechat', 'CUT_BODY', 'DZ_SOURCE_CUT', 'BILL_NOT_READY'],
  ['wechat', 'OTHER_DATE', 'DZ_BILL_OTHER_DATE', 'BILL_PARSE_ERROR'],
  ['wechat', 'RATE_LIMITED', 'DZ_SOURCE_RATE_LIMITED', 'BILL_NOT_READY'],
  ['alipay', 'CUT_BODY', 'DZ_SOURCE_CUT', 'BILL_NOT_READY'],
  ['alipay', 'OTHER_DATE', 'DZ_BILL_OTHER_DATE', 'BILL_PARSE_ERROR'],
  ['alipay', 'SERVER_ERROR', 'DZ_ALIPAY_FAILED', 'BILL_NOT_READY'],
  ['hdp', 'CUT_BODY', 'DZ_HDP_FAILED', 'HDP_FAILED'],
  ['hdp', 'WRONG_HASH', 'DZ_HDP_FAILED', 'HDP_FAILED'],
  ['hdp', 'OTHER_DATE', 'DZ_BILL_OTHER_DATE', 'BILL_PARSE_ERROR'],
  ['hdp', 'SLOW', 'DZ_HDP_FAILED', 'HDP_FAILED'],
] as const)(
  '%s answering %s: nothing is imported, %s is told, and the next try brings it',
  async (name, fault, code, reason) => {
    at(DATE, 10);
    world.faults.push(fault);
    const collect = collector([name]);
    await collect.round(NEVER);
    expect(await billsOf()).toEqual([]);
    const fetch = await fetchOf(name);
    expect(fetch).toMatchObject({ status: 'WAITING', code, failures: 1, nextAskAtMs: world.nowMs + 45_000 });
    expect(fetch && failureReasonOf(fetch)).toBe(reason);
    await untilSettled(collect);
    expect(await fetchOf(name)).toMatchObject({ status: 'IN', asked: 2, code: null });
    expect(await billsOf()).toHaveLength(1);
  },
);

test('killed after the import and before the record, it is not asked for again', async () => {
  at(DATE, 10);
  const killed = collector(['wechat'], {
    fetches: { ...fetches, record: () => Promise.reject(new Error('killed')) },
  });
  await expect(killed.round(NEVER)).rejects.toThrow('killed');
  await collector(['wechat']).round(NEVER);
  expect(world.calls).toHaveLength(1);
  expect(await fetchOf('wechat')).toMatchObject({ status: 'IN', billId: (await billsOf())[0]?.billId });
});

test('stopped in the middle of a call, the call leaves no trace', async () => {
  at(DATE, 10);
  world.faults.push('SLOW');
  const stopping = new AbortController();
  const round = collector(['wechat']).round(stopping.signal);
  setTimeout(() => stopping.abort(), 50);
  expect(await round).toBe(0);
  expect(await fetchOf('wechat')).toBeUndefined();
});

test('an import that fails in an unforeseen way is told, and not tried again at once', async () => {
  at(DATE, 10);
  const collect = collector(['wechat'], { importBill: () => Promise.reject(new Error('a bug')) });
  await expect(collect.round(NEVER)).rejects.toThrow('a bug');
  expect(await collect.round(NEVER)).toBe(0);
  expect(world.calls).toHaveLength(1);
  expect(await fetchOf('wechat')).toMatchObject({
    status: 'WAITING',
    code: 'DZ_SYSTEM_COLLECT',
    failures: 1,
  });
});

test('tries are bounded; a person may ask again', async () => {
  at(DATE, 10);
  world.faultOf = () => 'SERVER_ERROR';
  const collect = collector(['wechat']);
  await untilSettled(collect);
  const given = await fetchOf('wechat');
  expect(given).toMatchObject({ status: 'GAVE_UP', failures: 12, code: 'DZ_WECHAT_FAILED' });
  world.faultOf = null;
  await collect.round(NEVER);
  expect(world.calls).toHaveLength(12);
  await fetches.record(
    askedAgain(wantedOf(world.sources.wechat, DATE), 'wechat', given ?? null, world.nowMs),
  );
  await collect.round(NEVER);
  expect(await fetchOf('wechat')).toMatchObject({ status: 'IN' });
});

test('an older bill than is looked back for is fetched when a person wants it', async () => {
  at(DATE, 10);
  const collect = collector(['wechat']);
  await collect.round(NEVER);
  const old = addDays(DATE, -2);
  expect(await fetchOf('wechat', old)).toBeUndefined();
  await fetches.record(askedAgain(wantedOf(world.sources.wechat, old), 'wechat', null, world.nowMs));
  await collect.round(NEVER);
  expect(await fetchOf('wechat', old)).toMatchObject({ status: 'IN', asked: 1 });
  expect(await billsOf(old)).toHaveLength(1);
});

test('a wrong key is not tried again and again', async () => {
  at(DATE, 10);
  const refused = {
    ...world.sources.wechat,
    fetch: async () =>
      ({
        kind: 'failed',
        code: 'DZ_WECHAT_REFUSED',
        detail: 'x',
        askAgainAtMs: null,
        needsPerson: true,
      }) as const,
  };
  const plan = { merchant: MERCHANT, book: 'CHANNEL', channel: 'WECHAT', source: refused } as const;
  const window = { fromMs: 0, forMs: HOUR };
  expect(await untilSettled(collector([], { plans: [{ ...plan, window }] }))).toBe(1);
  expect(await fetchOf('wechat')).toMatchObject({ status: 'GAVE_UP', asked: 1 });
});

describe('Alipay’s "there is no bill"', () => {
  test('is believed two hours into the window, when the platform had no trade either', async () => {
    world.readyAfterMs = 1000 * HOUR;
    at(DATE, 9);
    const collect = collector(['alipay']);
    await collect.round(NEVER);
    expect(await fetchOf('alipay')).toMatchObject({
      status: 'WAITING',
      code: 'DZ_SOURCE_NO_BILL',
      failures: 0,
    });
    await untilSettled(collect, 400);
    const fetch = await fetchOf('alipay');
    expect(fetch).toMatchObject({ status: 'NO_TRADE' });
    expect(fetch && failureReasonOf(fetch)).toBeNull();
    expect(world.nowMs - startOfDate(addDays(DATE, 1))).toBeLessThan(11.2 * HOUR);
    const known = await fetches.fetchesBetween(DATE, DATE);
    expect(channelsWithoutTrade(known, MERCHANT.merchantId, DATE)).toEqual(['ALIPAY']);
    expect(channelsWithoutTrade(known, 'H002', DATE)).toEqual([]);
  });

  test('is not believed where the platform had trade: the bill is missed', async () => {
    const platform = world.bills.find((bill) => bill.book === 'PLATFORM' && bill.date === DATE);
    await system.importText(Buffer.from(platform?.bytes ?? []).toString(), 'PLATFORM', {
      merchant: MERCHANT,
    });
    world.readyAfterMs = 1000 * HOUR;
    at(DATE, 9);
    await untilSettled(collector(['alipay']), 1000);
    const fetch = await fetchOf('alipay');
    expect(fetch).toMatchObject({ status: 'GAVE_UP' });
    expect(fetch && failureReasonOf(fetch)).toBe('BILL_NOT_READY');
  });
});

test('after days of being down, the days are made up for in order, and one that had no trade is known empty', async () => {
  at(DATE, 10);
  await untilSettled(collector(['wechat'], { lookBackDays: 4 }));
  expect(world.calls.map((call) => call.date)).toEqual([addDays(DATE, -3), ...DATES]);
  const states = await Promise.all([addDays(DATE, -3), ...DATES].map((date) => fetchOf('wechat', date)));
  expect(states.map((fetch) => fetch?.status)).toEqual(['NO_TRADE', 'IN', 'IN', 'IN']);
});

test('nothing is asked for of a date after which the hospital has left, until a person asks', async () => {
  at(DATE, 10);
  const collect = collector(['wechat'], { lookBackDays: 2, hasLeft: (_, date) => date === DATE });
  await untilSettled(collect);
  expect(world.calls.map((call) => call.date)).toEqual([addDays(DATE, -1)]);
  const [asked] = await fetches.fetchesBetween(addDays(DATE, -1), DATE);
  if (!asked) throw new Error('the day before was asked for');
  await fetches.record({ ...asked, date: DATE, status: 'WAITING', asked: 0, nextAskAtMs: world.nowMs });
  await untilSettled(collect);
  expect((await fetchOf('wechat'))?.status).toBe('IN');
});

test('the calls of one host come one after another, with a pause between them', async () => {
  at(DATE, 10);
  const pauses: number[] = [];
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  await collector(NAMES, { lookBackDays: 3, spacingMs: 350, pause }).round(NEVER);
  expect(pauses).toEqual([350, 350, 350, 350, 350, 350]);
});

test('a bill that somebody imported by hand is not asked for', async () => {
  const bill = world.bills.find((b) => b.channel === 'WECHAT' && b.date === DATE);
  const path = join(await mkdtemp(join(tmpdir(), 'dz-by-hand-')), 'w.csv.gz');
  await writeFile(path, bill?.bytes ?? '');
  await system.importFile(path, 'CHANNEL', { merchant: MERCHANT });
  await rm(join(path, '..'), { recursive: true });
  at(DATE, 10);
  await collector(['wechat']).round(NEVER);
  expect(await fetchOf('wechat')).toMatchObject({ status: 'IN', asked: 0 });
  expect(world.calls).toEqual([]);
});

test('a drop folder: good bills are imported once, bad ones refused with the reason, an outage loses none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dz-drop-'));
  const inbox = dropFolder({ merchantId: MERCHANT.merchantId, folder, settleMs: 0 }, () => 0);
  const ends: InboxEnd[] = [];
  const parts = {
    merchants: new Map([[MERCHANT.merchantId, MERCHANT]]),
    importBill: importFetched,
    onEnd: (end: InboxEnd) => void ends.push(end),
  };
  await emptyInbox(inbox, parts);
  const wechat = world.bills.find((b) => b.channel === 'WECHAT' && b.date === DATE);
  const whole = Buffer.from(wechat?.bytes ?? []);
  const header =
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no\n';
  const row =
    'A1,T1,,PAYMENT,1.00,2026-03-08 23:59:59,WECHAT,X,R1\nA2,T2,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,X,R2\n';
  await writeFile(join(folder, 'channel/w.csv.gz'), whole);
  await writeFile(join(folder, 'channel/cut.csv.gz'), whole.subarray(0, whole.length / 2));
  await writeFile(join(folder, 'merchant/his-2026-03-09.csv'), header + row);
  await writeFile(join(folder, 'merchant/his.csv'), header + row.replaceAll('1.00', '2.00'));

  const tried: string[] = [];
  const away: CollectParts['importBill'] = ({ fileName }) => {
    tried.push(fileName);
    return Promise.reject(new Error('ECONNREFUSED'));
  };
  await expect(emptyInbox(inbox, { ...parts, importBill: away })).rejects.toThrow('ECONNREFUSED');
  expect(tried).toHaveLength(4);
  await emptyInbox(inbox, parts);
  expect(ends.map(({ fileName, end, code }) => `${fileName} ${end} ${code}`).sort()).toEqual([
    'cut.csv.gz refused DZ_BILL_DAMAGED',
    'his-2026-03-09.csv done null',
    'his.csv refused DZ_BILL_DATE_UNKNOWN',
    'w.csv.gz done null',
  ]);
  expect((await readdir(join(folder, 'refused/channel'))).sort()).toEqual([
    'cut.csv.gz',
    'cut.csv.gz.reason.txt',
  ]);
  expect((await billsOf()).map((bill) => bill.fileName).sort()).toEqual(['his-2026-03-09.csv', 'w.csv.gz']);
  await rm(folder, { recursive: true });
});
