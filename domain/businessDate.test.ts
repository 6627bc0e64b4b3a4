import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDays,
  businessDateOf,
  dayOfDate,
  daysBetween,
  instantOfLocal,
  isBusinessDate,
  isNearCutOff,
  localOfInstant,
  startOfDate,
} from './businessDate.ts';

test('the business date changes at Shanghai midnight, whatever the machine believes', () => {
  expect(businessDateOf(Date.parse('2026-03-09T15:59:59.999Z'))).toBe('2026-03-09');
  expect(businessDateOf(Date.parse('2026-03-09T16:00:00.000Z'))).toBe('2026-03-10');
});

test('a cut-off moves the boundary into the night or into the evening before', () => {
  const at = (text: string) => instantOfLocal(text) ?? 0;
  expect(businessDateOf(at('2026-03-10 00:59:59'), 3_600_000)).toBe('2026-03-09');
  expect(businessDateOf(at('2026-03-10 01:00:00'), 3_600_000)).toBe('2026-03-10');
  expect(businessDateOf(at('2026-03-09 23:00:00'), -3_600_000)).toBe('2026-03-10');
  expect(startOfDate('2026-03-10', -3_600_000)).toBe(at('2026-03-09 23:00:00'));
});

test('local times that the calendar does not have are refused', () => {
  for (const text of [
    '2026-02-29 00:00:00',
    '2026-13-01 00:00:00',
    '2026-03-09 24:00:00',
    '2026-03-09 23:60:00',
    '2026-3-9 1:0:0',
  ]) {
    expect(instantOfLocal(text)).toBeNull();
  }
  expect(isBusinessDate('2024-02-29')).toBe(true);
  expect(isBusinessDate('2025-02-29')).toBe(false);
  expect(() => dayOfDate('2025-02-29')).toThrow(/not a calendar date/);
});

test('an instant is near a cut-off on both sides of it', () => {
  const margin = 30 * 60_000;
  const near = (text: string) => isNearCutOff(instantOfLocal(text) ?? 0, margin);
  expect([
    near('2026-03-09 23:29:59'),
    near('2026-03-09 23:30:00'),
    near('2026-03-10 00:29:59'),
    near('2026-03-10 00:30:00'),
  ]).toEqual([false, true, true, false]);
});

test('dates and instants go to and fro', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -400, max: 400 }), (day, days) => {
      const date = addDays('1970-01-01', day);
      expect(dayOfDate(date)).toBe(day);
      expect(businessDateOf(startOfDate(date))).toBe(date);
      expect(daysBetween(date, addDays(date, days))).toBe(days);
      expect(instantOfLocal(localOfInstant(startOfDate(date)))).toBe(startOfDate(date));
    }),
  );
});
