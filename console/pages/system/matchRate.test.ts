import { expect, test } from 'vitest';
import { zh } from '../../labels/zh.ts';
import { partsInherited, restOfRate } from './matchRate.ts';
import { valueText } from './valueText.ts';

const PATH = '/merchants/H001/alertRules/matchRate';
const OF_ALL = { below: 0.85, belowUsualBy: 0.1, atLeastOrders: 80, within: '30m' };

test('a match rate that is set in part says what counts for the rest', () => {
  expect(valueText(PATH, { below: 0.8 }, zh, OF_ALL)).toBe(
    '低于 80.00% · 低于往常 10.00%（沿用） · 至少 80 笔（沿用） · 30 分钟（沿用）',
  );
  expect(valueText(PATH, OF_ALL, zh, OF_ALL)).toBe('低于 85.00% · 低于往常 10.00% · 至少 80 笔 · 30 分钟');
  expect(partsInherited({ below: 0.8 })).toEqual(['belowUsualBy', 'atLeastOrders', 'within']);
});

test('where it is off for all, the rest is the program’s', () => {
  expect(restOfRate('off')).toEqual({ below: 0.9, belowUsualBy: 0.05, atLeastOrders: 50, within: '60m' });
  expect(valueText(PATH, 'off', zh, OF_ALL)).toBe('不告警');
});
