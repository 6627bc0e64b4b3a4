import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { clickHouseAlertLedger, clickHouseAlertQueries } from '../../adapters/clickhouse/alerts.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import { redisLiveChanges } from '../../adapters/redis/liveChanges.ts';
import type { Alert } from '../../domain/alert.ts';
import type { AlertOrder } from '../../domain/alertPorts.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { Page } from '../../domain/apiPorts.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { openClosing } from '../../cli/closing.ts';
import { newestClosable } from '../fixtures/newestClosable.ts';
import { channelBill } from '../healing/lostPayments.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';

const WINDOW_MS = 3_000;
const CONFIG = `defaults: { window: 3s }
merchants:
  - { id: H001, name: one, channels: { WECHAT: '1' } }
  - { id: H002, name: two, channels: { WECHAT: '2' } }
`;

function paid(merchantId: string, orderNo: string, occurredAtMs: number): NewRecord {
  const own = { channel: 'WECHAT', channelTxnNo: `42${orderNo}` };
  const event = { ...sameOf(merchantId, orderNo, occurredAtMs), ...own, eventId: `p-${orderNo}` };
  return { topic: 'payments', key: orderNo, value: encodeEvent('payments', event) };
}

function booked(merchantId: string, orderNo: string, occurredAtMs: number): NewRecord {
  const event = {
    ...sameOf(merchantId, orderNo, occurredAtMs),
    hisOrderNo: `R${orderNo}`,
    eventId: `h-${orderNo}`,
  };
  return { topic: 'his-orders', key: orderNo, value: encodeEvent('his-orders', event) };
}

function sameOf(merchantId: string, orderNo: string, occurredAtMs: number) {
  return {
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    amountFen: 100n,
    occurredAtMs,
    businessType: 'REGISTRATION',
  } as const;
}

const alertsOf = (system: TestSystem) => clickHouseAlertLedger(system.clickhouse).alertsSince(0);

/** Page by page. */
async function ordersOf(system: TestSystem, alert: Alert): Promise<readonly AlertOrder[]> {
  const queries = clickHouseAlertQueries(system.clickhouse);
  const found: AlertOrder[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<AlertOrder> = await queries.orders(WHOLE_LEDGER, alert, {
      limit: 10,
      ...(cursor === '' ? {} : { cursor }),
    });
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

async function untilAlert(
  system: TestSystem,
  fits: (alert: Alert) => boolean,
  patienceMs = 60_000,
): Promise<Alert> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(50)) {
    const found = (await alertsOf(system)).find(fits);
    if (found) return found;
  }
  throw new Error(
    `no such alert among ${JSON.stringify((await alertsOf(system)).map(({ kind, state, left }) => [kind, state, left]))}`,
  );
}

test('an order past its window is told within two seconds of its deadline, and closed when its counterpart comes', async () => {
  await using system = await startTestSystem({ config: CONFIG });
  await system.startPipeline();
  const live = redisLiveChanges(system.windowRedis);
  const delays: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const orderNo = `A${n}`;
    const paidAtMs = Date.now();
    await system.producer.append([paid('H001', orderNo, paidAtMs)]);
    const alert = await untilAlert(
      system,
      ({ kind, state }) => kind === 'ORDERS_ONE_SIDED' && state === 'OPEN',
    );
    expect(alert).toMatchObject({
      merchantId: 'H001',
      book: 'MERCHANT',
      orders: 1,
      left: 1,
      amountFen: 100n,
      severity: 'NOTICE',
    });
    // Also for whoever reads: the row is there, and so is the live change.
    delays.push(Date.now() - paidAtMs - WINDOW_MS);
    await system.producer.append([booked('H001', orderNo, paidAtMs + 10)]);
    await untilAlert(system, ({ alertId, state }) => alertId === alert.alertId && state === 'CLOSED');
  }
  const told = await live.read('0-0', 100);
  expect(told.map(({ merchantId, data }) => [merchantId, JSON.parse(data).state])).toEqual(
    Array.from({ length: 10 }, (_, n) => ['H001', n % 2 === 0 ? 'OPEN' : 'CLOSED']),
  );
  // A busy machine only adds to it.
  expect(Math.min(...delays)).toBeLessThan(2_000);
}, 120_000);

test('a day that nobody closed is told at the start, goes on as one alert over restarts, and ends right after its close', async () => {
  await using system = await startTestSystem({
    config: `merchants: [{ id: H001, name: one, channels: { WECHAT: '1' }, alertRules: { closedBy: '00:00', billBy: off } }]`,
  });
  const date = newestClosable();
  const paidAtMs = startOfDate(date) + 12 * 3_600_000;
  await system.startPipeline();
  await system.producer.append([paid('H001', 'A1', paidAtMs), booked('H001', 'A1', paidAtMs + 10)]);
  await system.untilStored(paidAtMs);
  await system.killPipeline();
  await system.startPipeline();
  // A newer day may be over meanwhile, or before.
  const isOfDate = ({ kind, detail }: Alert): boolean => kind === 'DAY_NOT_CLOSED' && detail === date;
  const told = await untilAlert(system, isOfDate);
  expect(told).toMatchObject({
    merchantId: 'H001',
    state: 'OPEN',
    sinceMs: startOfDate(addDays(date, 1)),
  });
  await system.killPipeline();
  await system.startPipeline();
  await pause(3_000);
  const still = (await alertsOf(system)).filter(isOfDate);
  expect(still.map(({ alertId, state }) => [alertId, state])).toEqual([[told.alertId, 'OPEN']]);

  await closeDate(system, date, paidAtMs);
  const over = await untilAlert(system, (alert) => isOfDate(alert) && alert.state === 'CLOSED', 15_000);
  expect(over.alertId).toBe(told.alertId);
}, 120_000);

/** By hand, with the bill of one payment. */
async function closeDate(system: TestSystem, date: string, paidAtMs: number): Promise<void> {
  const merchant = system.config.merchants.get('H001');
  if (!merchant) throw new Error('there is no H001');
  const closing = openClosing(system.run, system.config);
  try {
    const bill = channelBill([{ hospital: 'H001', orderNo: 'A1', amountFen: 100n, atMs: paidAtMs }]);
    const place = { merchant, book: 'CHANNEL', channel: 'WECHAT', date } as const;
    const open = () => ReadableStream.from([Buffer.from(bill)]);
    await closing.importBill({ ...place, fileName: 'a.csv', open });
    await closing.close({ merchant, date, operator: 'test', patienceMs: 30_000, onWaiting: () => undefined });
  } finally {
    await closing.dispose();
  }
}

test('killed in an outage it goes on with the same incident, and ends it with what is left', async () => {
  // The window is longer than the silence takes to show: however slow the machine, no order is told of by itself.
  await using system = await startTestSystem({ config: CONFIG.replace('window: 3s', 'window: 25s') });
  await system.startPipeline();
  const startMs = Date.now() - 40_000;
  const at = (n: number): number => startMs + n * 1_000;
  // Both books tell, then there are thirty orders within a second that HIS knows nothing of.
  const ordinary = Array.from({ length: 20 }, (_, n) => [
    paid('H001', `A${n}`, at(n)),
    booked('H001', `A${n}`, at(n) + 200),
  ]);
  await system.producer.append(ordinary.flat());
  await system.untilStored(at(20));
  await system.producer.append(Array.from({ length: 30 }, (_, n) => paid('H001', `B${n}`, at(30) + n * 30)));
  const opened = await untilAlert(system, ({ kind }) => kind === 'FEED_SILENT');
  expect(opened).toMatchObject({ merchantId: 'H001', book: 'MERCHANT', state: 'OPEN', sinceMs: at(30) });
  await system.killPipeline();
  await system.startPipeline();
  await system.producer.append(Array.from({ length: 5 }, (_, n) => paid('H001', `C${n}`, Date.now())));
  const grown = await untilAlert(system, ({ alertId, orders }) => alertId === opened.alertId && orders >= 35);
  expect(grown).toMatchObject({ state: 'OPEN', orders: 35, left: 35, amountFen: 3_500n });
  // HIS is back: all but one.
  const back = [
    ...Array.from({ length: 29 }, (_, n) => `B${n}`),
    ...Array.from({ length: 5 }, (_, n) => `C${n}`),
  ];
  await system.producer.append(back.map((orderNo) => booked('H001', orderNo, Date.now())));
  const closed = await untilAlert(
    system,
    ({ alertId, state }) => alertId === opened.alertId && state === 'CLOSED',
  );
  expect(closed).toMatchObject({ orders: 35, left: 1, amountFen: 100n });
  expect((await alertsOf(system)).map(({ kind }) => kind)).toEqual(['FEED_SILENT']);
  const orders = await ordersOf(system, closed);
  expect(orders.map(({ orderNo }) => orderNo).toSorted()).toEqual([...back, 'B29'].toSorted());
  expect(orders).toHaveLength(closed.orders);
  const left = orders.filter(({ healedAtMs }) => healedAtMs === null);
  expect(left.map(({ orderNo, code, amountFen }) => [orderNo, code, amountFen])).toEqual([
    ['B29', 'PLATFORM_ONLY', 100n],
  ]);
  expect(left).toHaveLength(closed.left);
  for (const { healedAtMs } of orders)
    if (healedAtMs !== null) expect(healedAtMs).toBeGreaterThan(opened.openedAtMs);
}, 120_000);
