import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { addDays, startOfDate } from '../domain/businessDate.ts';
import type { Merchant } from '../domain/merchant.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import type { DayOptions, SimulatedDay } from './day.ts';
import { simulateDay } from './simulateDay.ts';

const HOSPITAL: Merchant = {
  merchantId: 'H001',
  name: '示例医院',
  mode: 'THREE_WAY',
  channels: [
    { channel: 'WECHAT', merchantNo: '1900000001' },
    { channel: 'ALIPAY', merchantNo: '2088000000000001' },
  ],
  rules: DEFAULT_RULES,
  graceMs: 0,
};
const DATE = '2026-03-09';

const dayOf = (options: Partial<DayOptions> = {}): SimulatedDay =>
  simulateDay({ seed: 1, merchants: [HOSPITAL], orders: 300, date: DATE, defects: null, ...options });

function hashOf(day: SimulatedDay): string {
  const hash = createHash('sha256').update(JSON.stringify([day.events, day.truth]));
  for (const bill of day.bills) hash.update(bill.fileName).update(bill.bytes);
  return hash.digest('hex');
}

describe('a simulated day', () => {
  test('is the same bytes for the same seed, and others for another seed or date', () => {
    const first = hashOf(dayOf());
    expect(hashOf(dayOf())).toBe(first);
    expect(hashOf(dayOf({ seed: 2 }))).not.toBe(first);
    expect(hashOf(dayOf({ date: '2026-03-10' }))).not.toBe(first);
  });

  test('shares no order with a day of another seed', () => {
    const own = new Set(dayOf().truth.rows.map((row) => row.orderNo));
    expect(dayOf({ seed: 2 }).truth.rows.filter((row) => own.has(row.orderNo))).toEqual([]);
  });

  test('has as many orders as asked for, and a few of the days around', () => {
    for (const defects of [null, {}]) {
      const { rows } = dayOf({ defects }).truth;
      const paid = rows.filter((row) => row.kind === 'PAYMENT');
      const around = paid.filter((row) => row.threeWay === null);
      expect(paid.length - around.length).toBe(300);
      expect(around.length).toBe(4);
    }
  });

  test('without defects is matched throughout, but for what midnight brings', () => {
    const { truth } = dayOf({ defects: {} });
    expect(new Set(truth.rows.map((row) => row.threeWay?.code ?? 'none'))).toEqual(
      new Set(['MATCHED', 'none']),
    );
    expect(truth.deadLetters).toEqual({});
    expect(truth.badBillLines).toEqual([]);
  });

  test('has as many of a defect as asked for, and none of the others', () => {
    const { rows } = dayOf({ defects: { 'merchant-only-payment': 3, offset: 2 } }).truth;
    const planted = rows.flatMap(({ defect }) => defect ?? []);
    expect(planted.filter((name) => name === 'merchant-only-payment')).toHaveLength(3);
    // The payment and its refund.
    expect(planted.filter((name) => name === 'offset')).toHaveLength(4);
    expect(planted).toHaveLength(7);
  });

  test('refuses a defect that there is not, and names those that there are', () => {
    expect(() => dayOf({ defects: { offsett: 1 } })).toThrowError(
      /no defect "offsett".*merchant-only-payment/,
    );
  });

  test('delivers events by arrival, after they happened, late ones and repeated ones among them', () => {
    const { events } = dayOf({ orders: 3_000, defects: {} });
    const arrivals = events.map((event) => event.arrivesAtMs);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    const occurred = events.map(({ payload }) =>
      'event' in payload ? Date.parse(payload.event['occurredAt'] ?? '') : Number.NaN,
    );
    const latencies = arrivals.map((at, index) => at - (occurred[index] ?? Number.NaN));
    expect(Math.min(...latencies)).toBeGreaterThan(0);
    expect(latencies.filter((ms) => ms > DEFAULT_RULES.windowMs).length).toBeGreaterThan(10);
    expect(occurred.some((ms, index) => ms < (occurred[index - 1] ?? ms))).toBe(true);
    const ids = events.map(({ payload }) => ('event' in payload ? payload.event['eventId'] : null));
    expect(new Set(ids).size).toBeLessThan(ids.length);
  });

  test('comes in the morning, and reaches over both midnights', () => {
    const { events } = dayOf({ orders: 3_000, defects: {} });
    const start = startOfDate(DATE);
    const end = startOfDate(addDays(DATE, 1));
    const at = events.map((event) => event.arrivesAtMs);
    const between = (from: number, to: number) => at.filter((ms) => ms >= from && ms < to).length;
    expect(between(start + 8 * 3_600_000, start + 12 * 3_600_000)).toBeGreaterThan(at.length / 3);
    expect(between(0, start)).toBeGreaterThan(0);
    expect(between(end, Number.POSITIVE_INFINITY)).toBeGreaterThan(0);
  });

  test('keys the two sides of an order differently, so that they meet from different partitions', () => {
    const { events } = dayOf({ defects: {} });
    const keys = Map.groupBy(events, (event) => event.topic);
    const payments = new Set(keys.get('payments')?.map((event) => event.key));
    expect(keys.get('his-orders')?.some((event) => payments.has(event.key))).toBe(false);
  });

  test('uses only the channels that the hospital has, and has a bill of each on its date', () => {
    const { bills } = dayOf({ orders: 1 });
    const ofDate = bills.filter((bill) => bill.book === 'CHANNEL' && bill.date === DATE);
    expect(ofDate.map((bill) => bill.channel)).toEqual(['WECHAT', 'ALIPAY']);
  });

  test('follows a cut-off other than midnight', () => {
    const cutOffMs = -3_600_000;
    const merchant = { ...HOSPITAL, rules: { ...DEFAULT_RULES, cutOffMs } };
    const { rows } = dayOf({ merchants: [merchant] }).truth;
    const codes = new Set(rows.map((row) => row.threeWay?.code));
    expect(codes).toContain('CROSS_DAY');
    expect(rows.filter((row) => row.threeWay?.businessDate === DATE).length).toBeGreaterThan(280);
  });

  test('needs a hospital that has a HIS', () => {
    const merchant: Merchant = { ...HOSPITAL, mode: 'TWO_WAY' };
    expect(() => dayOf({ merchants: [merchant] })).toThrowError(/H001 closes TWO_WAY/);
  });
});
