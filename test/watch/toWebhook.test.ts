import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import type { Received, Receiver } from '../../adapters/notify/testReceiver.ts';
import { startReceiver } from '../../adapters/notify/testReceiver.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';

// From an event in the log to a program outside, by the pipeline's own process.

const KEY = randomBytes(32);
const KEY_ENV = 'DZ_TEST_HOOK_KEY';
const WINDOW_MS = 3_000;

let isAnswering = true;
let receiver: Receiver;
let system: TestSystem;

beforeAll(async () => {
  process.env[KEY_ENV] = KEY.toString('base64');
  receiver = await startReceiver((_, response) => {
    if (isAnswering) response.writeHead(204).end();
  });
  system = await startTestSystem({
    config: `defaults: { window: 3s }
merchants: [{ id: H012, name: 西城示范医院, channels: { WECHAT: '1' } }]
alerts:
  rules: { age: 1h }
  contacts: { hook: { type: webhook, url: '${receiver.url}/alerts', keyEnv: ${KEY_ENV} } }
  routes: [{ merchants: [H012], kinds: [ORDERS_ONE_SIDED], steps: [{ to: [hook] }] }]
`,
  });
  await system.startPipeline();
}, 60_000);
afterAll(async () => {
  delete process.env[KEY_ENV];
  await system[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

async function pay(orderNo: string, book: 'payments' | 'his-orders', occurredAtMs: number): Promise<void> {
  const fields = {
    merchantId: 'H012',
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    amountFen: 12_300n,
    occurredAtMs,
    businessType: 'REGISTRATION',
    eventId: `${book}-${orderNo}`,
  } as const;
  const value =
    book === 'payments'
      ? encodeEvent(book, { ...fields, channel: 'WECHAT', channelTxnNo: `42${orderNo}` })
      : encodeEvent(book, { ...fields, hisOrderNo: `R${orderNo}` });
  await system.producer.append([{ topic: book, key: orderNo, value }]);
}

type Said = {
  readonly id: string;
  readonly what: string;
  readonly title: string;
  readonly alert: { readonly alertId: string; readonly state: string; readonly amountYuan: string };
};

/** @throws when nothing more comes */
async function untilReceived(count: number): Promise<readonly Received[]> {
  for (const until = Date.now() + 30_000; Date.now() < until; await pause(20)) {
    if (receiver.received.length >= count) return receiver.received;
  }
  throw new Error(`only ${receiver.received.length} messages came:\n${await system.pipelineLog()}`);
}

/** What a message says, once its signature holds. */
function saidBy(got: Received | undefined): Said {
  if (!got) throw new Error('no such message');
  const signed = createHmac('sha256', KEY)
    .update(`${String(got.headers['x-duizhang-timestamp'])}.${got.body}`)
    .digest('hex');
  expect(got.headers['x-duizhang-signature']).toBe(signed);
  expect(got.url.pathname).toBe('/alerts');
  const said: Said = JSON.parse(got.body);
  expect(got.headers['x-duizhang-id']).toBe(said.id);
  return said;
}

test('an order past its window reaches a program outside, signed, and so does its end', async () => {
  const paidAtMs = Date.now();
  await pay('A1', 'payments', paidAtMs);
  const [opened] = await untilReceived(1);
  // The alert within two seconds of the deadline, and a round of the delivery.
  expect(Date.now() - paidAtMs - WINDOW_MS).toBeLessThan(8_000);
  const said = saidBy(opened);
  const [row] = await clickHouseAlertLedger(system.clickhouse).alertsSince(0);
  expect(said).toMatchObject({ what: 'OPENED', alert: { state: 'OPEN', amountYuan: '123.00' } });
  expect(said.alert.alertId).toBe(row?.alertId);
  expect(said.title).toContain('H012');
  await pay('A1', 'his-orders', paidAtMs + 10);
  const all = await untilReceived(2);
  const ended = saidBy(all[1]);
  expect(ended).toMatchObject({ what: 'CLOSED', alert: { state: 'CLOSED', alertId: said.alert.alertId } });
  expect(ended.id).not.toBe(said.id);
}, 90_000);

test('killed before the answer is there it tells it again, under the same id, and then no more', async () => {
  const before = receiver.received.length;
  isAnswering = false;
  const paidAtMs = Date.now();
  await pay('A2', 'payments', paidAtMs);
  const first = saidBy((await untilReceived(before + 1))[before]);
  await system.killPipeline();
  isAnswering = true;
  await system.startPipeline();
  const again = saidBy((await untilReceived(before + 2))[before + 1]);
  expect(again.id).toBe(first.id);
  expect(again.alert.alertId).toBe(first.alert.alertId);
  await pay('A2', 'his-orders', paidAtMs + 10);
  const ended = saidBy((await untilReceived(before + 3))[before + 2]);
  expect(ended).toMatchObject({ what: 'CLOSED', alert: { alertId: first.alert.alertId } });
  await pause(3_000);
  expect(receiver.received).toHaveLength(before + 3);
}, 120_000);

test('killed before anything was sent it tells what it had found', async () => {
  const before = receiver.received.length;
  await pay('A3', 'payments', Date.now());
  const ledger = clickHouseAlertLedger(system.clickhouse);
  const isThere = async (): Promise<boolean> =>
    (await ledger.alertsSince(Date.now())).some(({ state }) => state === 'OPEN');
  isAnswering = false;
  for (const until = Date.now() + 20_000; Date.now() < until && !(await isThere()); await pause(10));
  await system.killPipeline();
  isAnswering = true;
  const sentBefore = receiver.received.length - before;
  await system.startPipeline();
  const all = await untilReceived(before + sentBefore + 1);
  const [alert] = (await ledger.alertsSince(Date.now())).filter(({ state }) => state === 'OPEN');
  expect(saidBy(all.at(-1)).alert.alertId).toBe(alert?.alertId);
  expect(new Set(all.slice(before).map((got) => saidBy(got).id)).size).toBe(1);
}, 120_000);
