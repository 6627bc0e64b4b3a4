import { expect, test } from 'vitest';
import type { Book } from '../domain/entry.ts';
import type { Merchant } from '../domain/merchant.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import type { DayOptions, TruthRow } from './day.ts';
import { outsideOfDay } from './outsideOfDay.ts';
import { plansOf, simulateDay } from './simulateDay.ts';

const hospital = (merchantId: string): Merchant => ({
  merchantId,
  name: '示例医院',
  mode: 'THREE_WAY',
  channels: [{ channel: 'WECHAT', merchantNo: '1900000001' }],
  rules: DEFAULT_RULES,
  graceMs: 0,
});
const OPTIONS: DayOptions = {
  seed: 3,
  merchants: [hospital('H001'), hospital('H002')],
  orders: 300,
  date: '2026-03-09',
  defects: null,
};
const { truth } = simulateDay(OPTIONS);
const outside = outsideOfDay(OPTIONS);
const lines = [...plansOf(OPTIONS)].flatMap((planner) => planner.lines);

function planted(defect: string): readonly TruthRow[] {
  const rows = truth.rows.filter((row) => row.defect === defect);
  if (rows.length === 0) throw new Error(`the day has no ${defect}`);
  return rows;
}
const orderNosOf = (defect: string): readonly string[] => planted(defect).map(({ orderNo }) => orderNo);
const paid = new Map(outside.orders.map((order) => [order.orderNo, order]));
const his = new Map(outside.hisOrders.map((order) => [order.orderNo, order]));

/** What one book has of an order. */
function fenIn(book: Book, orderNo: string): bigint {
  return lines
    .filter((line) => line.book === book && line.orderNo === orderNo && line.kind === 'PAYMENT')
    .reduce((sum, { amountFen }) => sum + amountFen, 0n);
}

test('whatever the hospital never booked is absent there, and paid where the channel has it', () => {
  const lacking = ['channel-only-payment', 'merchant-missing-payment', 'surplus-order', 'offset'];
  for (const orderNo of lacking.flatMap(orderNosOf)) {
    expect([orderNo, his.has(orderNo)]).toEqual([orderNo, false]);
    expect(paid.get(orderNo)?.paidFen).toBe(fenIn('CHANNEL', orderNo).toString());
  }
});

test('where two books differ, what was paid is what the channel has; what it lacks, what the platform has', () => {
  for (const orderNo of ['amount-platform-payment', 'merchant-missing-conflict-payment'].flatMap(
    orderNosOf,
  )) {
    expect(paid.get(orderNo)?.paidFen).toBe(fenIn('CHANNEL', orderNo).toString());
    expect(paid.get(orderNo)?.paidFen).not.toBe(fenIn('PLATFORM', orderNo).toString());
  }
  const [alone = ''] = orderNosOf('platform-only-payment');
  expect(paid.get(alone)?.paidFen).toBe(fenIn('PLATFORM', alone).toString());
  const [unpaid = ''] = orderNosOf('merchant-only-payment');
  expect([paid.has(unpaid), his.get(unpaid)?.state]).toEqual([false, 'BOOKED']);
});

test('an order that was paid twice has both payments, and a line that stands twice counts once', () => {
  for (const orderNo of ['duplicate-payment', 'duplicate-at-channel'].flatMap(orderNosOf)) {
    const fen = Number(paid.get(orderNo)?.paidFen);
    expect([orderNo, fen]).toEqual([orderNo, 2 * Number(his.get(orderNo)?.amountFen)]);
  }
  const [repeated = ''] = orderNosOf('repeated-bill-line');
  expect(paid.get(repeated)?.paidFen).toBe(fenIn('PLATFORM', repeated).toString());
});

test('several receipts of one order are one order of the hospital with their sum', () => {
  const [split = ''] = orderNosOf('split-receipts');
  expect(his.get(split)?.amountFen).toBe(fenIn('CHANNEL', split).toString());
});

test('refunds of the day are done where the channel has them, and free where it lacks them', () => {
  const done = new Set(outside.refunds.map(({ refundNo }) => refundNo));
  for (const { refundNo } of planted('merchant-missing-refund')) expect(done.has(refundNo ?? '')).toBe(true);
  for (const { refundNo } of planted('channel-missing-refund')) expect(done.has(refundNo ?? '')).toBe(false);
  for (const { orderNo, refundNo } of planted('merchant-only-refund')) {
    expect(done.has(refundNo ?? '')).toBe(false);
    expect(his.get(orderNo)?.refunds.map((own) => own.refundNo)).toEqual([refundNo]);
  }
});

test('each hospital has its own orders', () => {
  expect(new Set(outside.hisOrders.map(({ merchantId }) => merchantId))).toEqual(new Set(['H001', 'H002']));
  const owner = new Map(truth.rows.map(({ orderNo, merchantId }) => [orderNo, merchantId]));
  const foreign = outside.hisOrders.filter((order) => owner.get(order.orderNo) !== order.merchantId);
  expect(foreign).toEqual([]);
});
