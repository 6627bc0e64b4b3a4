import { expect, test } from 'vitest';
import type { RealtimeWords } from './realtimeQuality.ts';
import { qualityOf } from './realtimeQuality.ts';

const none = { p50Ms: null, p95Ms: null, p99Ms: null };
const late = (neededMs: number, keys = 1): RealtimeWords => ({
  told: 'PLATFORM_ONLY',
  final: 'MATCHED',
  neededMs,
  keys,
});

test('of no words there is nothing to tell', () => {
  expect(qualityOf([])).toEqual({ verdicts: 0, stood: 0, needed: none, byType: [] });
});

test('what stood is what the close says the same of; types stand in the order of the verdicts', () => {
  const words: RealtimeWords[] = [
    { told: 'PLATFORM_ONLY', final: 'PLATFORM_ONLY', neededMs: null, keys: 3 },
    { told: 'PLATFORM_ONLY', final: 'NONE', neededMs: null, keys: 1 },
    { told: 'MATCHED', final: 'MATCHED', neededMs: null, keys: 900 },
    { told: 'MATCHED', final: 'AMOUNT_MISMATCH', neededMs: null, keys: 2 },
  ];
  expect(qualityOf(words)).toEqual({
    verdicts: 906,
    stood: 903,
    needed: none,
    byType: [
      { type: 'MATCHED', verdicts: 902, stood: 900, needed: none },
      { type: 'PLATFORM_ONLY', verdicts: 4, stood: 3, needed: none },
    ],
  });
});

test('the needed window is one that occurred, weighed by how often, in whatever order it is told', () => {
  expect(qualityOf([late(7)]).needed).toEqual({ p50Ms: 7, p95Ms: 7, p99Ms: 7 });
  const many = [late(900, 1), late(100, 94), late(500, 5)];
  expect(qualityOf(many).needed).toEqual({ p50Ms: 100, p95Ms: 500, p99Ms: 900 });
  expect(qualityOf(many.toReversed()).needed).toEqual(qualityOf(many).needed);
});
