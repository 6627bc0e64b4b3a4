import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Alert } from '../../domain/alert.ts';
import { addDays } from '../../domain/businessDate.ts';
import { at, DAY, SlowWorld } from './slowHarness.ts';

let world: SlowWorld;
beforeEach(async () => {
  world = await SlowWorld.start();
});
afterEach(() => world[Symbol.asyncDispose]());

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 86_400_000;
const H001 = { merchantId: 'H001' };
const brief = (alerts: readonly Alert[]) =>
  alerts.map(({ kind, merchantId, book, channel, detail, state }) =>
    [kind, merchantId, book, channel, detail, state].filter(Boolean).join(' '),
  );
/** Found at the first look behind its time. */
const isFoundAt = (alert: Alert | undefined, atMs: number): boolean =>
  alert !== undefined && alert.openedAtMs - atMs >= 0 && alert.openedAtMs - atMs <= MINUTE_MS;

async function ordinary(merchantId: string): Promise<void> {
  for (const channel of ['WECHAT', 'ALIPAY'] as const) await world.trade(merchantId, channel);
}

async function bringBills(merchantId: string): Promise<void> {
  for (const channel of ['WECHAT', 'ALIPAY'] as const) await world.bill(merchantId, channel);
}

test('a quiet day raises none', async () => {
  await ordinary('H001');
  await world.payments('H001', at('08:00'), at('18:00'), 990, 10);
  await world.fetch({ merchantId: 'H001', book: 'MERCHANT', channel: null, status: 'IN', revision: 1 });
  const { alerts, failures } = await world.play([H001], [{ from: '00:00', to: '20:00', everyMinutes: 30 }], {
    '10:10': () => bringBills('H001'),
    '12:00': () => world.close('H001'),
    '14:00': () => world.refund('H001', 1, 'INTENT', at('14:00')),
    '14:20': () => world.refund('H001', 1, 'OUTCOME', at('14:20'), 'SUCCEEDED'),
  });
  expect(failures).toEqual([]);
  expect(brief(alerts)).toEqual([]);
}, 240_000);

test('a day that nobody closes is told a minute after its time, and ended by its close, whoever restarts in between', async () => {
  await ordinary('H001');
  await ordinary('H002');
  await bringBills('H001');
  await bringBills('H002');
  const { alerts } = await world.play(
    [H001, { merchantId: 'H002', rules: { closedBy: { atMs: 10.5 * 3_600_000 } } }, { merchantId: 'H003' }],
    [
      { from: '10:28', to: '10:31' },
      { from: '10:59', to: '11:01' },
      { from: '18:28', to: '18:31' },
      { from: '18:44', to: '18:46' },
    ],
    { '11:00': () => world.close('H002'), '18:45': () => world.close('H001') },
    { restarts: true },
  );
  expect(brief(alerts)).toEqual([`DAY_NOT_CLOSED H002 ${DAY} CLOSED`, `DAY_NOT_CLOSED H001 ${DAY} CLOSED`]);
  const [two, one] = alerts;
  expect([isFoundAt(two, at('10:30')), isFoundAt(one, at('18:30'))]).toEqual([true, true]);
  expect([two?.closedAtMs, one?.closedAtMs]).toEqual([at('11:00'), at('18:45')]);
  expect(one).toMatchObject({ sinceMs: at('18:30'), severity: 'WARNING', evidence: { lastRun: 'NONE' } });
}, 240_000);

test('of a hospital that has left neither a close nor a bill is missed, of one that leaves with the day both are', async () => {
  const [left, leaving] = ['H001', 'H002'];
  for (const merchantId of [left, leaving]) await ordinary(merchantId);
  const { alerts } = await world.play(
    [
      { merchantId: left, lastDate: addDays(DAY, -1) },
      { merchantId: leaving, lastDate: DAY },
    ],
    [{ from: '18:28', to: '18:32' }],
    {},
  );
  expect(brief(alerts).toSorted()).toEqual([
    `BILL_LATE ${leaving} CHANNEL ALIPAY ${DAY} OPEN`,
    `BILL_LATE ${leaving} CHANNEL WECHAT ${DAY} OPEN`,
    `DAY_NOT_CLOSED ${leaving} ${DAY} OPEN`,
  ]);
}, 240_000);

test('a bill that is missing is told by its channel; where nothing was paid nobody misses one', async () => {
  await ordinary('H001');
  await world.bill('H001', 'WECHAT');
  await world.fetch({ merchantId: 'H001', book: 'MERCHANT', channel: null, status: 'WAITING', revision: 1 });
  const { alerts } = await world.play(
    [{ merchantId: 'H001', rules: { billBy: { atMs: 11 * 3_600_000 } } }],
    [
      { from: '10:58', to: '11:02' },
      { from: '11:29', to: '11:41' },
    ],
    {
      '11:30': () => world.bill('H001', 'ALIPAY'),
      '11:40': () =>
        world.fetch({ merchantId: 'H001', book: 'MERCHANT', channel: null, status: 'NO_TRADE', revision: 2 }),
    },
  );
  expect(brief(alerts).toSorted()).toEqual([
    `BILL_LATE H001 CHANNEL ALIPAY ${DAY} CLOSED`,
    `BILL_LATE H001 MERCHANT ${DAY} CLOSED`,
  ]);
  for (const alert of alerts) expect(isFoundAt(alert, at('11:00'))).toBe(true);
  expect(new Map(alerts.map(({ severity, closedAtMs }) => [severity, closedAtMs]))).toEqual(
    new Map([
      ['NOTICE', at('11:40')],
      ['WARNING', at('11:30')],
    ]),
  );
}, 240_000);

test('refunds that a gateway leaves open are one alert of their channel, however many', async () => {
  for (let n = 0; n < 6; n += 1) await world.refund('H001', n, 'INTENT', at('14:00') + n * MINUTE_MS);
  const done = Array.from({ length: 6 }, (_, n) => n);
  const { alerts } = await world.play(
    [H001],
    [
      { from: '14:28', to: '14:37' },
      { from: '14:49', to: '15:01' },
    ],
    {
      '14:50': async () => {
        for (const n of done) {
          const outcome = n === 0 ? 'UNKNOWN' : 'SUCCEEDED';
          await world.refund('H001', n, 'OUTCOME', at('14:50'), outcome);
        }
      },
      '15:00': () => world.refund('H001', 0, 'OUTCOME', at('15:00'), 'FAILED'),
    },
  );
  const [alert, ...more] = alerts;
  expect(more).toEqual([]);
  expect(isFoundAt(alert, at('14:30'))).toBe(true);
  expect(alert).toMatchObject({
    kind: 'REFUND_STUCK',
    channel: 'WECHAT',
    severity: 'CRITICAL',
    sinceMs: at('14:00'),
    closedAtMs: at('15:00'),
    orders: 6,
    evidence: { oldestRefundNo: 'RF0' },
  });
}, 240_000);

test('a match rate below its bound is told within minutes, and over when it is better; rows count once', async () => {
  // An hour with a third of the bookings lost, amid ordinary ones.
  await world.payments('H001', at('08:00'), at('10:00'), 198, 2);
  await world.payments('H001', at('10:00'), at('11:00'), 70, 30);
  await world.payments('H001', at('11:00'), at('14:00'), 300, 0);
  const { alerts } = await world.play([H001], [{ from: '09:30', to: '13:30', everyMinutes: 5 }]);
  expect(brief(alerts)).toEqual(['MATCH_RATE_LOW H001 CLOSED']);
  const [alert] = alerts;
  // Of the orders of an hour a tenth has to be lost, and each is known five minutes after it was paid.
  expect((alert?.openedAtMs ?? 0) - at('10:00')).toBeLessThanOrEqual(30 * MINUTE_MS);
  expect((alert?.closedAtMs ?? 0) - at('11:00')).toBeLessThan(65 * MINUTE_MS);
  expect(alert?.orders).toBeLessThanOrEqual(31);
}, 240_000);

test('a rate within its bound but below the same hour of earlier weeks is told; two weeks have to know', async () => {
  for (const merchantId of ['H001', 'H002']) {
    await world.payments(merchantId, at('10:00'), at('12:00'), 183, 17);
  }
  for (let week = 1; week <= 3; week += 1) {
    const [from, to] = [at('10:00') - week * WEEK_MS, at('12:00') - week * WEEK_MS];
    await world.payments('H001', from, to, 198, 2);
    if (week === 1) await world.payments('H002', from, to, 198, 2);
  }
  const { alerts } = await world.play([H001, { merchantId: 'H002' }], [{ from: '11:55', to: '11:57' }]);
  expect(brief(alerts)).toEqual(['MATCH_RATE_LOW H001 OPEN']);
  expect(Number(alerts[0]?.evidence['usualMatchRate'])).toBeCloseTo(0.99, 2);
}, 240_000);

test('what cannot be asked is not known to have ended, and holds up no other kind', async () => {
  await ordinary('H001');
  await world.refund('H001', 1, 'INTENT', at('10:00'));
  const failing = {
    ...world.facts,
    openRefunds: () => Promise.reject(new Error('the ledger does not answer')),
  };
  const hospital = { merchantId: 'H001', rules: { closedBy: { atMs: 11 * 3_600_000 }, billBy: null } };
  await world.play([hospital], [{ from: '10:30', to: '10:31' }]);
  expect(brief(await world.alerts())).toEqual(['REFUND_STUCK H001 WECHAT OPEN']);
  await world.refund('H001', 1, 'OUTCOME', at('10:40'), 'SUCCEEDED');
  const { failures } = await world.play(
    [hospital],
    [{ from: '10:58', to: '11:01' }],
    {},
    { facts: failing, restarts: true },
  );
  expect(new Set(failures.map(({ kind }) => kind))).toEqual(new Set(['REFUND_STUCK']));
  expect(brief(await world.alerts())).toEqual([
    'REFUND_STUCK H001 WECHAT OPEN',
    `DAY_NOT_CLOSED H001 ${DAY} OPEN`,
  ]);
  const { alerts } = await world.play([hospital], [{ from: '11:02', to: '11:03' }]);
  expect(brief(alerts)).toEqual(['REFUND_STUCK H001 WECHAT CLOSED', `DAY_NOT_CLOSED H001 ${DAY} OPEN`]);
}, 240_000);
