import { expect, test } from 'vitest';
import { zh } from '../labels/zh.ts';
import { beijingText, countText, moneyText, percentText, spanText } from './texts.ts';

test('amounts are yuan with thousands separators, exact beyond what a number holds', () => {
  expect(['0', '-27', '123456789', '9007199254740993'].map(moneyText)).toEqual([
    '¥0.00',
    '-¥0.27',
    '¥1,234,567.89',
    '¥90,071,992,547,409.93',
  ]);
});

test('times are Beijing times, with the date when it is not today, with the year when it is not this one', () => {
  const now = Date.UTC(2026, 2, 9, 16, 30);
  expect(beijingText(Date.UTC(2026, 2, 9, 16), now)).toBe('00:00:00');
  expect(beijingText(Date.UTC(2026, 2, 9, 15, 59, 59), now)).toBe('03-09 23:59:59');
  expect(beijingText(Date.UTC(2025, 11, 31, 2), now)).toBe('2025-12-31 10:00:00');
});

test('a rate is never rounded up to a hundred that it is not', () => {
  expect([percentText(99_999, 100_000), percentText(3, 3), percentText(0, 0), countText(1_234_567)]).toEqual([
    '99.99%',
    '100.00%',
    '—',
    '1,234,567',
  ]);
});

test('spans are told in their largest unit', () => {
  expect([5_000, 150_000, 3 * 3_600_000, 50 * 3_600_000].map((ms) => spanText(ms, zh.common))).toEqual([
    '5 秒',
    '2 分钟',
    '3 小时',
    '2 天',
  ]);
});
