import { expect, test } from 'vitest';
import { ClocksBehind } from './clocksBehind.ts';
import type { Told } from './halfTold.ts';

const START_MS = Date.UTC(2026, 2, 9, 2);
const MINUTE_MS = 60_000;

type Shift = {
  readonly hisStampMs?: number;
  readonly hisArrivalMs?: number;
  readonly platformStampMs?: number;
  readonly platformArrivalMs?: number;
};

function toldOf(book: Told['book'], atMs: number, arrivalMs: number): Told {
  return { book, channel: null, atMs, amountFen: 100n, lagMs: arrivalMs - atMs };
}

function arrivalOf({ atMs, lagMs }: Told): number {
  return atMs + (lagMs ?? 0);
}

/** Orders ten seconds apart; the platform tells at once, HIS two seconds later, but for what is shifted. */
function tell(clocks: ClocksBehind, from: number, count: number, shiftOf: (n: number) => Shift): number {
  const pairs: { readonly told: readonly [Told, Told]; readonly atMs: number }[] = [];
  for (let n = from; n < from + count; n += 1) {
    const paidMs = START_MS + n * 10_000;
    const { hisStampMs = 0, hisArrivalMs = 0, platformStampMs = 0, platformArrivalMs = 0 } = shiftOf(n);
    const platform = toldOf('PLATFORM', paidMs + platformStampMs, paidMs + 500 + platformArrivalMs);
    const his = toldOf('MERCHANT', paidMs + 1_000 + hisStampMs, paidMs + 2_000 + hisArrivalMs);
    pairs.push({ told: [platform, his], atMs: Math.max(...[platform, his].map(arrivalOf)) });
  }
  const inOrder = pairs.toSorted((a, b) => a.atMs - b.atMs);
  for (const { told, atMs } of inOrder) clocks.see(...told, atMs);
  return inOrder.at(-1)?.atMs ?? START_MS;
}

test('the book whose stamps all lie back by the same is the one, after five orders, and no more once it is right', () => {
  for (const [book, shift] of [
    ['MERCHANT', { hisStampMs: -20 * MINUTE_MS }],
    ['PLATFORM', { platformStampMs: -20 * MINUTE_MS }],
  ] as const) {
    const clocks = new ClocksBehind();
    expect(clocks.at(tell(clocks, 0, 4, () => shift))).toEqual([]);
    const [found, ...more] = clocks.at(tell(clocks, 4, 1, () => shift));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ book, orders: 5 });
    expect(Math.abs((found?.behindMs ?? 0) - 20 * MINUTE_MS)).toBeLessThanOrEqual(1_000);
    expect(clocks.at(tell(clocks, 5, 1, () => ({})))).toEqual([]);
  }
});

test('a HIS that was away and tells everything late carries the right times', () => {
  const clocks = new ClocksBehind();
  expect(clocks.at(tell(clocks, 0, 100, (n) => ({ hisArrivalMs: (100 - n) * 10_000 })))).toEqual([]);
});

test('while we catch up ourselves nothing is said, not even of a clock that is wrong', () => {
  const clocks = new ClocksBehind();
  const late = { hisArrivalMs: 30 * MINUTE_MS, platformArrivalMs: 30 * MINUTE_MS };
  expect(clocks.at(tell(clocks, 0, 50, () => ({ ...late, hisStampMs: -5 * MINUTE_MS })))).toEqual([]);
});

test('times that mean something else are scattered', () => {
  const clocks = new ClocksBehind();
  const madeBefore = (n: number): Shift => ({ hisStampMs: -(2 + ((n * 7) % 10)) * MINUTE_MS });
  expect(clocks.at(tell(clocks, 0, 50, madeBefore))).toEqual([]);
});
