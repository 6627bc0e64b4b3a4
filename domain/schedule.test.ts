import { describe, expect, test } from 'vitest';
import { instantOfLocal } from './businessDate.ts';
import type { Merchant } from './merchant.ts';
import { DEFAULT_RULES } from './merchant.ts';
import type { DayStatus } from './schedule.ts';
import { dueCloses } from './schedule.ts';

const merchant: Merchant = {
  merchantId: 'H001',
  name: 'a',
  mode: 'THREE_WAY',
  channels: [],
  rules: DEFAULT_RULES,
  graceMs: 0,
};

const at = (text: string): number => instantOfLocal(text) ?? Number.NaN;

function day(businessDate: string, lastRun: DayStatus['lastRun'] = null): DayStatus {
  return { merchantId: 'H001', businessDate, hasData: true, lastRun };
}

function due(days: readonly DayStatus[], now: string): readonly string[] {
  return dueCloses(days, [merchant], at(now)).map(({ date, why }) => `${date} ${why}`);
}

const RAN = { outcome: 'BALANCED', hasOtherBills: false, hasMoreEvents: false } as const;

describe('a date is due', () => {
  test('from its hour on the next day, and not a moment earlier', () => {
    const days = [day('2026-03-09')];
    expect(due(days, '2026-03-10 11:59:59')).toEqual([]);
    expect(due(days, '2026-03-10 12:00:00')).toEqual(['2026-03-09 SCHEDULED']);
  });

  test('not after the last date of a hospital that leaves, but for what was closed by somebody and has another bill', () => {
    const leaving = { ...merchant, lastDate: '2026-03-09' };
    const days = [day('2026-03-08'), day('2026-03-10'), day('2026-03-11', { ...RAN, hasOtherBills: true })];
    const found = dueCloses(days, [leaving], at('2026-03-13 12:00:00'));
    expect(found.map(({ date, why }) => `${date} ${why}`)).toEqual([
      '2026-03-08 SCHEDULED',
      '2026-03-09 SCHEDULED',
      '2026-03-11 BILL',
    ]);
  });

  test('once', () => {
    expect(due([day('2026-03-09', RAN)], '2026-03-10 18:00:00')).toEqual([]);
  });

  test('after a downtime, in order, empty days too', () => {
    const days = [day('2026-03-09'), day('2026-03-07', RAN), day('2026-03-06')];
    expect(due(days, '2026-03-11 12:30:00')).toEqual([
      '2026-03-06 SCHEDULED',
      '2026-03-08 SCHEDULED',
      '2026-03-09 SCHEDULED',
      '2026-03-10 SCHEDULED',
    ]);
  });

  test('the oldest first, whosever it is: who has much to catch up holds nobody up for days', () => {
    const other = { ...merchant, merchantId: 'H002' };
    const days = [day('2026-03-06'), day('2026-03-07'), { ...day('2026-03-06'), merchantId: 'H002' }];
    const found = dueCloses(days, [merchant, other], at('2026-03-08 12:30:00'));
    expect(found.map((close) => `${close.merchant.merchantId} ${close.date}`)).toEqual([
      'H001 2026-03-06',
      'H002 2026-03-06',
      'H001 2026-03-07',
      'H002 2026-03-07',
    ]);
  });

  test('a week at most after the last sign of life, and not before the first', () => {
    const dates = due([day('2026-03-05')], '2026-03-31 12:00:00');
    expect(dates).toHaveLength(8);
    expect([dates[0], dates[7]]).toEqual(['2026-03-05 SCHEDULED', '2026-03-12 SCHEDULED']);
  });

  test('for a month at most', () => {
    const days = Array.from({ length: 90 }, (_, i) =>
      day(new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10)),
    );
    expect(due(days, '2026-03-31 12:00:00')[0]).toBe('2026-02-28 SCHEDULED');
  });

  test('again when a bill came since its last run', () => {
    const now = '2026-03-10 13:00:00';
    expect(due([day('2026-03-09', { ...RAN, hasOtherBills: true })], now)).toEqual(['2026-03-09 BILL']);
    expect(due([day('2026-03-09', { ...RAN, hasOtherBills: true })], '2026-03-10 11:00:00')).toEqual([]);
  });

  test('again when it failed and its events came', () => {
    const now = '2026-03-10 13:00:00';
    const more = { ...RAN, hasMoreEvents: true };
    expect(due([day('2026-03-09', { ...more, outcome: 'FAILED' })], now)).toEqual(['2026-03-09 EVENTS']);
    expect(due([day('2026-03-09', more)], now)).toEqual([]);
  });

  test('for each merchant by its own hour', () => {
    const early = { ...merchant, merchantId: 'H002', schedule: { atMs: 9 * 3_600_000, billPatienceMs: 0 } };
    const days = [day('2026-03-09'), { ...day('2026-03-09'), merchantId: 'H002' }];
    const found = dueCloses(days, [merchant, early], at('2026-03-10 10:00:00'));
    expect(found.map((close) => close.merchant.merchantId)).toEqual(['H002']);
  });
});
