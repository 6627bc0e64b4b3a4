import { expect, test } from 'vitest';
import type { ScoredRow } from './score.ts';
import { isPerfect, precisionOf, recallOf, scoreOf, sumOfScores } from './score.ts';

function row(code: string, orderNo: string, refundNo: string | null = null): ScoredRow {
  return {
    code,
    kind: refundNo === null ? 'PAYMENT' : 'REFUND',
    orderNo,
    refundNo,
    businessDate: '2026-03-09',
  };
}

const PLANTED = [row('MATCHED', 'A'), row('CHANNEL_ONLY', 'B'), row('OFFSET', 'C'), row('OFFSET', 'C', 'R1')];

test('what was planted and found, and nothing else, is perfect', () => {
  const score = scoreOf(PLANTED, PLANTED.slice(1).toReversed(), 1);
  expect([recallOf(score), precisionOf(score), isPerfect(score)]).toEqual([1, 1, true]);
});

test('another verdict or date of the same key is one missing and one too many', () => {
  const found = [row('MERCHANT_ONLY', 'B'), ...PLANTED.slice(2)];
  const score = scoreOf(PLANTED, found, 1);
  expect([recallOf(score), precisionOf(score)]).toEqual([2 / 3, 2 / 3]);
  expect([score.missing, score.unexpected]).toEqual([
    [row('CHANNEL_ONLY', 'B')],
    [row('MERCHANT_ONLY', 'B')],
  ]);
  const moved = { ...row('CHANNEL_ONLY', 'B'), businessDate: '2026-03-10' };
  expect(scoreOf(PLANTED, [moved, ...PLANTED.slice(2)], 1).missing).toHaveLength(1);
});

test('the same row found twice is one too many', () => {
  const found = [...PLANTED.slice(1), row('CHANNEL_ONLY', 'B')];
  expect(scoreOf(PLANTED, found, 1)).toMatchObject({ hits: 3, unexpected: [row('CHANNEL_ONLY', 'B')] });
});

test('a matched order that was lost is not perfect, though no defect is missing', () => {
  const score = scoreOf(PLANTED, PLANTED.slice(1), 0);
  expect([recallOf(score), precisionOf(score), isPerfect(score)]).toEqual([1, 1, false]);
});

test('scores of several hospitals add up, and of none are perfect', () => {
  const score = scoreOf(PLANTED, [], 0);
  expect(sumOfScores([score, score])).toMatchObject({ planted: 6, found: 0, plantedMatched: 2 });
  expect(isPerfect(sumOfScores([]))).toBe(true);
});
