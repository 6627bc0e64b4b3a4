import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../api/app.ts';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import { writeRunFile } from '../../adapters/process/runFile.ts';
import type { Playback } from '../../adapters/clock/playbackClock.ts';
import { playbackClock } from '../../adapters/clock/playbackClock.ts';
import { openClosing } from '../../cli/closing.ts';
import { addDays, businessDateOf, startOfDate } from '../../domain/businessDate.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { CaseRow } from '../../domain/caseHistory.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import { SELF_HEALING, healingOf } from '../../domain/selfHealing.ts';
import { caseEvidence } from '../../resolution/evidence.ts';
import { UNUSED_PARTS } from '../apiParts.ts';
import { person } from '../resolution/resolutionHarness.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import type { HealingOutside } from './healingOutside.ts';
import { startHealingOutside } from './healingOutside.ts';
import type { Paid } from './lostPayments.ts';
import { channelBill, LOST_FEN, lostOrderOf, paidAround, recordsOf } from './lostPayments.ts';

// The pipeline's own process, with everybody whom it asks over real HTTP. Its time runs from noon at this rate, so that minutes
// between two questions are seconds.

const RATE = 10;
const MINUTE_MS = 60_000;
const PATIENCE_MS = 180_000;
const TODAY = businessDateOf(Date.now());
const YESTERDAY = addDays(TODAY, -1);
const CLI = new URL('../../cli/main.ts', import.meta.url).pathname;
const WECHAT_NO = '1900000005';
const LIMITS = "perOrderYuan: '200', dailyYuan: '2000', dailyOrders: 20, notBefore: 2m";
type Hospital = 'HEALS' | 'DRY' | 'STOPS' | 'DIES' | 'TODAY';

let outside: HealingOutside;
let system: TestSystem;
let app: FastifyInstance;
let playback: Playback;
const played = () => playbackClock(playback).now();

beforeAll(async () => {
  outside = await startHealingOutside(WECHAT_NO);
  const { uppYaml, hdpYaml, wechatYaml } = outside;
  const line = (id: Hospital, no: string, healing: string, sources = hdpYaml, routes = ''): string =>
    `  - { id: ${id}, name: ${id}, channels: { WECHAT: '${no}' }, sources: { ${sources} }, ${routes}selfHealing: { ${healing}, ${LIMITS} } }`;
  const config = `defaults: { window: 1m, grace: 0s }
refunds: { ${uppYaml} }
merchants:
${line('HEALS', '1', 'mode: on, askAgainAfter: 1m')}
${line('DRY', '2', 'mode: dry-run, askAgainAfter: 1m')}
${line('STOPS', '3', 'mode: on, askAgainAfter: 7m')}
${line('DIES', '4', 'mode: on, askAgainAfter: 1m')}
${line('TODAY', WECHAT_NO, 'mode: on, intraday: true, askAgainAfter: 1m', `${hdpYaml}, ${wechatYaml}`, 'refunds: { routes: { WECHAT: wechat } }, ')}
`;
  const startMs = startOfDate(TODAY) + 12 * 60 * MINUTE_MS;
  playback = { wallStartMs: Date.now(), startMs, rate: RATE, untilMs: startMs + 11 * 60 * MINUTE_MS };
  system = await startTestSystem({ config, playback });
  writeRunFile(system.dir, system.run);
  app = await appOf(system);
  await system.startPipeline();
}, 120_000);
afterAll(async () => {
  await app.close();
  await system[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
});

async function appOf({ clickhouse, config }: TestSystem): Promise<FastifyInstance> {
  const ledger = clickHouseCaseLedger(clickhouse);
  const { merchants } = config;
  const deps = { ledger, evidence: clickHouseEvidence(clickhouse), merchants, now: Date.now };
  return buildApp({
    ...UNUSED_PARTS,
    metrics: new Registry(),
    principals: () => person('li', 'operator'),
    evidenceOf: (principal, id) => caseEvidence(principal, id, deps),
  });
}

async function send(paid: readonly Paid[]): Promise<void> {
  for (const one of paid) {
    const isBooked = one.orderNo !== lostOrderOf(one.hospital);
    const desk = one.hospital === 'TODAY' ? outside.wechat : outside.upp;
    const merchantNo = one.hospital === 'TODAY' ? WECHAT_NO : one.hospital;
    const { orderNo, amountFen, atMs } = one;
    outside.pay(desk, {
      merchantNo,
      orderNo,
      channelTxnNo: `T-${orderNo}`,
      paidFen: amountFen,
      paidAtMs: atMs,
    });
    await system.producer.append(recordsOf(one, isBooked));
  }
}

/** Yesterday of a hospital: events, the channel's bill, and the close. */
async function playYesterday(hospital: Hospital): Promise<void> {
  const paid = paidAround(hospital, startOfDate(YESTERDAY) + 10 * 60 * MINUTE_MS);
  await send(paid);
  const merchant = system.config.merchants.get(hospital);
  if (!merchant) throw new Error(`no hospital ${hospital}`);
  const closing = openClosing(system.run, system.config);
  try {
    const open = () => ReadableStream.from([Buffer.from(channelBill(paid))]);
    const place = { merchant, book: 'CHANNEL', channel: 'WECHAT', date: YESTERDAY } as const;
    await closing.importBill({ ...place, fileName: `${hospital}.csv`, open });
    const how = { operator: 'test', patienceMs: PATIENCE_MS, onWaiting: () => undefined };
    await closing.close({ merchant, date: YESTERDAY, ...how });
  } finally {
    await closing.dispose();
  }
}

const rowsOf = (hospital: Hospital): Promise<readonly CaseRow[]> =>
  clickHouseCaseLedger(system.clickhouse).rowsOf(hospital, [lostOrderOf(hospital)]);
const hisAsked = (hospital: Hospital): readonly number[] =>
  outside.hisCalls.filter(({ merchantId }) => merchantId === hospital).map(({ atMs }) => atMs);
const refundsOf = (hospital: Hospital): readonly bigint[] =>
  (hospital === 'TODAY' ? outside.wechat : outside.upp).book
    .refundsOf(lostOrderOf(hospital))
    .map(({ amountFen }) => amountFen);

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (const givenUpAt = Date.now() + PATIENCE_MS; Date.now() < givenUpAt; await pause(200)) {
    if (await isSo()) return;
  }
  throw new Error(`not in time: ${what}\n${(await system.pipelineLog()).slice(-4_000)}`);
}

const isResolved = async (hospital: Hospital): Promise<boolean> =>
  (await rowsOf(hospital)).at(-1)?.state.status === 'RESOLVED';
const decisionsOn = async (hospital: Hospital): Promise<readonly string[]> =>
  (await rowsOf(hospital))
    .map(healingOf)
    .flatMap((said) => (said ? [`${said.decision} ${said.reason}`] : []));

/** A command of its own process, as somebody types it. */
async function heal(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, DUIZHANG_DATA: system.dir, DUIZHANG_CONFIG: system.run.configPath };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'heal', ...args], { env });
  return stdout;
}

async function expectHealed(hospital: Hospital): Promise<void> {
  const rows = await rowsOf(hospital);
  expect(chainFaults(rows)).toEqual([]);
  expect(rows.at(-1)?.state).toMatchObject({ status: 'RESOLVED', resolvedBy: 'REFUND', underWay: null });
  expect(refundsOf(hospital)).toEqual([LOST_FEN]);
  expect((await decisionsOn(hospital)).at(-1)).toBe('REFUND HIS_LACKS_IT_TWICE');
  const [first = 0, second = 0] = hisAsked(hospital);
  expect(second - first).toBeGreaterThanOrEqual(MINUTE_MS / RATE);
}

test(
  'what HIS lacks and the bill confirms is asked for twice, refunded once, and its case says how',
  async () => {
    for (const hospital of ['HEALS', 'DRY'] as const) await playYesterday(hospital);
    await until('HEALS resolved', () => isResolved('HEALS'));
    await expectHealed('HEALS');
    const id = caseIdOf('HEALS', lostOrderOf('HEALS'), 'P');
    const response = await app.inject({ url: `/api/v1/exceptions/${id}`, headers: { authorization: 'li' } });
    expect(response.statusCode).toBe(200);
    const { status, timeline } = response.json<ReturnType<typeof JSON.parse>>();
    expect(status).toBe('RESOLVED');
    // Realtime may have opened the case before the close changed it.
    expect(timeline[0]).toMatchObject({ step: 'OPENED', operator: 'system' });
    const own = { operator: SELF_HEALING };
    expect(timeline.slice(-4)).toMatchObject([
      { step: 'CONSIDERED', ...own },
      { step: 'CONSIDERED', ...own },
      { step: 'INTENT', ...own },
      { step: 'OUTCOME', ...own, outcome: 'SUCCEEDED' },
    ]);
    expect((await decisionsOn('HEALS')).slice(-2)).toEqual([
      'WAIT HIS_LACKS_IT_ONCE',
      'REFUND HIS_LACKS_IT_TWICE',
    ]);

    await until('DRY decided', async () =>
      (await decisionsOn('DRY')).includes('WOULD_REFUND HIS_LACKS_IT_TWICE'),
    );
    expect(refundsOf('DRY')).toEqual([]);
    expect(await isResolved('DRY')).toBe(false);
    expect(outside.upp.calls.filter(({ merchantNo }) => merchantNo === 'DRY')).toEqual([]);
  },
  2 * PATIENCE_MS,
);

test(
  'a stop by the command holds the running pipeline back, status shows it, and after resume it goes on',
  async () => {
    await playYesterday('STOPS');
    await until('STOPS asked once', () => hisAsked('STOPS').length > 0);
    expect(await heal('stop', '--merchant', 'STOPS', '--reason', 'looking into it')).toContain('stopped by');
    const [askedAtMs = 0] = hisAsked('STOPS');
    // Long after the second question was due.
    await pause(Math.max(0, askedAtMs + (9 * MINUTE_MS) / RATE - Date.now()));
    expect(hisAsked('STOPS')).toHaveLength(1);
    expect(refundsOf('STOPS')).toEqual([]);
    expect(await heal('status', '--merchant', 'STOPS')).toMatch(/STOPS: stopped by .*looking into it/);
    expect(await heal('resume', '--merchant', 'STOPS')).toMatch(/STOPS: on; today 0 of 20 orders/);
    await until('STOPS resolved', () => isResolved('STOPS'));
    await expectHealed('STOPS');
    expect(await heal('status')).toMatch(/STOPS: on; today 1 of 20 orders, 123\.00 of 2000\.00 yuan/);
  },
  2 * PATIENCE_MS,
);

test(
  'a payment of today that the channel itself says is paid goes back before there is a bill',
  async () => {
    await until('minutes of today', () => played() > playback.startMs + 5 * MINUTE_MS);
    await send(paidAround('TODAY', playback.startMs + 2 * MINUTE_MS));
    await until('TODAY resolved', () => isResolved('TODAY'));
    await expectHealed('TODAY');
    const rows = await rowsOf('TODAY');
    expect(rows[0]?.state.facts).toMatchObject({ mode: 'REALTIME', type: 'PLATFORM_ONLY' });
    const said = rows.map(healingOf).findLast((each) => each !== null);
    expect(said?.evidence).toBe('order query: PAID');
    expect(outside.upp.book.refundsOf(lostOrderOf('TODAY'))).toEqual([]);
  },
  2 * PATIENCE_MS,
);

test(
  'a pipeline that is killed with -9 while its refund is at the gateway goes on with the same refund',
  async () => {
    // The money goes back, and nobody hears of it.
    outside.uppFaults.set('DIES', 'TIMEOUT_AFTER');
    await playYesterday('DIES');
    await until('DIES at the gateway', () => refundsOf('DIES').length > 0);
    await system.killPipeline();
    expect(await isResolved('DIES')).toBe(false);
    await system.startPipeline();
    await until('DIES resolved', () => isResolved('DIES'));
    await expectHealed('DIES');
    expect(await heal('status', '--merchant', 'DIES')).toMatch(/DIES: on; today 1 of 20 orders, 123\.00 of/);
  },
  2 * PATIENCE_MS,
);
