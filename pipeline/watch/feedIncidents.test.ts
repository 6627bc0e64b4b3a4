import { expect, test } from 'vitest';
import type { DifferingOrder } from '../../domain/alertPorts.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import { FeedIncidents } from './feedIncidents.ts';
import { changesOf } from './finding.ts';

const START_MS = Date.UTC(2026, 2, 9, 2);
const WINDOW_MS = 60_000;
const at = (seconds: number): number => START_MS + seconds * 1_000;

function oneSided(orderNo: string, occurredAtMs: number): DifferingOrder {
  return {
    merchantId: 'H001',
    orderNo,
    keyPart: '',
    span: 0,
    version: 1n,
    code: 'PLATFORM_ONLY',
    channel: 'WECHAT',
    businessType: 'REGISTRATION',
    amountFen: 100n,
    occurredAtMs,
    businessDate: businessDateOf(occurredAtMs),
  };
}

test('an order that was read ahead of the watermark belongs to the silence that held it back', () => {
  const feeds = new FeedIncidents('H001');
  const paid = (orderNo: string, occurredAtMs: number, watermarkMs: number): void => {
    const payment = { merchantId: 'H001', channel: 'WECHAT', amountFen: 100n } as const;
    feeds.seePayment({ ...payment, orderNo, occurredAtMs, book: 'PLATFORM' }, watermarkMs, 0);
  };
  for (let n = 0; n < 40; n += 1) paid(`A${n}`, at(n), at(n));
  paid('AHEAD', at(200), at(90));
  const [open] = feeds.findings(at(90), WINDOW_MS, []);
  expect(open).toMatchObject({ kind: 'FEED_SILENT', sinceMs: at(0), untilMs: null, orders: 41 });
  for (const orderNo of ['A0', 'AHEAD']) {
    const payment = { merchantId: 'H001', channel: null, amountFen: 100n, occurredAtMs: at(201) } as const;
    feeds.seePayment({ ...payment, orderNo, book: 'MERCHANT' }, at(91), 0);
  }
  const [ended] = feeds.findings(at(91), WINDOW_MS, []);
  expect(ended).toMatchObject({ untilMs: at(200), isOver: false });
  expect(feeds.explains(oneSided('AHEAD', at(200)))).toBe(true);
  expect(feeds.explains(oneSided('LATER', at(201)))).toBe(false);
});

test('a watermark that begins anew before the orders that wait is no end of the silence', () => {
  const before = new FeedIncidents('H001');
  const after = new FeedIncidents('H001');
  for (const feeds of [before, after]) {
    for (let n = 0; n < 40; n += 1) {
      const payment = { merchantId: 'H001', orderNo: `A${n}`, channel: 'WECHAT', amountFen: 100n } as const;
      feeds.seePayment({ ...payment, book: 'PLATFORM', occurredAtMs: at(n) }, null, null);
    }
  }
  const [opened] = before.findings(at(90), WINDOW_MS, []);
  const alert = opened && changesOf(new Map(), [opened], at(90))[0];
  if (!alert) throw new Error('no alert was opened');
  after.resume(alert);
  expect(after.findings(at(2), WINDOW_MS, [])[0]).toMatchObject({ untilMs: null, isOver: false });
  expect(after.explains(oneSided('A39', at(39)))).toBe(true);
});

test('an order that was read after later ones moves the beginning of the silence back', () => {
  const feeds = new FeedIncidents('H001');
  const paid = (orderNo: string, occurredAtMs: number): void => {
    const payment = { merchantId: 'H001', channel: 'WECHAT', amountFen: 100n } as const;
    feeds.seePayment({ ...payment, orderNo, occurredAtMs, book: 'PLATFORM' }, null, null);
  };
  for (let n = 1; n < 40; n += 1) paid(`A${n}`, at(n));
  expect(feeds.findings(at(90), WINDOW_MS, [])[0]).toMatchObject({ sinceMs: at(1), orders: 39 });
  paid('A0', at(0));
  expect(feeds.findings(at(91), WINDOW_MS, [])[0]).toMatchObject({ sinceMs: at(0), orders: 40 });
});
