import { expect, test } from 'vitest';
import type { DifferingOrder } from '../../domain/alertPorts.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import { DEFAULT_ALERT_RULES } from '../../domain/alertRules.ts';
import { orderFindings } from './orderFindings.ts';

const NOW_MS = Date.UTC(2026, 2, 9, 4);
const MINUTE_MS = 60_000;

function orderOf(n: number, minutesAgo: number, more: Partial<DifferingOrder> = {}): DifferingOrder {
  return {
    merchantId: 'H001',
    orderNo: `A${n}`,
    keyPart: 'P',
    span: 0,
    version: 1n,
    code: 'PLATFORM_ONLY',
    channel: 'WECHAT',
    businessType: 'REGISTRATION',
    amountFen: 100n,
    occurredAtMs: NOW_MS - minutesAgo * MINUTE_MS,
    businessDate: '2026-03-09',
    ...more,
  };
}

const severitiesOf = (orders: readonly DifferingOrder[], rules: Partial<AlertRules> = {}) =>
  orderFindings('H001', orders, { ...DEFAULT_ALERT_RULES, ...rules }, NOW_MS).map(({ severity }) => severity);

test('one order is a notice until it is old; a rule of its own says when', () => {
  expect(severitiesOf([orderOf(1, 6)])).toEqual(['NOTICE']);
  expect(severitiesOf([orderOf(1, 121)])).toEqual(['WARNING']);
  expect(severitiesOf([orderOf(1, 6)], { ageMs: 5 * MINUTE_MS })).toEqual(['WARNING']);
  expect(severitiesOf([orderOf(1, 600)], { ageMs: null })).toEqual(['NOTICE']);
});

test('a large amount and many orders are critical, from where the hospital says', () => {
  expect(severitiesOf([orderOf(1, 6, { amountFen: 500_000n })])).toEqual(['CRITICAL']);
  expect(severitiesOf([orderOf(1, 6, { amountFen: 500_000n })], { criticalFen: 500_001n })).toEqual([
    'NOTICE',
  ]);
  const three = [orderOf(1, 6), orderOf(2, 60), orderOf(3, 90)];
  expect(severitiesOf(three)).toEqual(['WARNING']);
  expect(severitiesOf(three, { criticalOrders: 3 })).toEqual(['CRITICAL']);
});

test('so many within a while are critical, spread over the day they are not', () => {
  const rules = { ordersWithin: { orders: 3, withinMs: 10 * MINUTE_MS } };
  expect(severitiesOf([orderOf(1, 6), orderOf(2, 15), orderOf(3, 60)], rules)).toEqual(['WARNING']);
  expect(severitiesOf([orderOf(1, 60), orderOf(2, 6), orderOf(3, 11), orderOf(4, 16)], rules)).toEqual([
    'CRITICAL',
  ]);
});
