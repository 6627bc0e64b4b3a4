import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closesAt, DEFAULT_BACK_OFF, nextAsk, opensAt } from './schedule.ts';

const window = { fromMs: 10 * 3_600_000, forMs: 12 * 3_600_000 };
const at = (text: string) => Date.parse(`${text}+08:00`);

test('a bill is asked for on the day after, in its window', () => {
  expect(opensAt('2026-03-09', window)).toBe(at('2026-03-10T10:00:00'));
  expect(closesAt('2026-03-09', window, at('2026-03-10T10:00:07'))).toBe(at('2026-03-10T22:00:07'));
});

test('a bill that could not be asked for in its window has a window from the first ask', () => {
  expect(closesAt('2026-03-09', window, at('2026-03-12T08:00:00'))).toBe(at('2026-03-12T20:00:00'));
});

test.each([
  [1, 0, 30_000],
  [1, 1, 60_000],
  [2, 1, 120_000],
  [4, 0.5, 360_000],
  [11, 1, 1_800_000],
])('after %i failures with chance %d the next try comes after %i ms', (failures, random, ms) => {
  const asking = { nowMs: 0, closesAtMs: 1e9, failures, askAgainAtMs: null };
  expect(nextAsk(asking, DEFAULT_BACK_OFF, random)).toBe(ms);
});

test('the source says when to ask again, and the window when it was the last time', () => {
  const asking = { nowMs: 0, closesAtMs: 2_000_000, failures: 0, askAgainAtMs: 1_800_000 };
  expect(nextAsk(asking, DEFAULT_BACK_OFF, 0.5)).toBe(1_830_000);
  expect(nextAsk({ ...asking, nowMs: 1_830_000, askAgainAtMs: 3_630_000 }, DEFAULT_BACK_OFF, 0)).toBe(
    2_000_000,
  );
  expect(nextAsk({ ...asking, nowMs: 2_000_000 }, DEFAULT_BACK_OFF, 0)).toBeNull();
});

test('whatever is answered, the asking goes on later and comes to an end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ random: fc.double({ min: 0, max: 0.999, noNaN: true }), fails: fc.boolean() }), {
        minLength: 2000,
        maxLength: 2000,
      }),
      (answers) => {
        let [nowMs, failures] = [0, 0];
        for (const { random, fails } of answers) {
          failures += fails ? 1 : 0;
          const next = nextAsk(
            { nowMs, closesAtMs: 36_000_000, failures, askAgainAtMs: null },
            DEFAULT_BACK_OFF,
            random,
          );
          if (next === null) return true;
          if (next <= nowMs || next > 36_000_000) return false;
          nowMs = next;
        }
        return false;
      },
    ),
    { numRuns: 20 },
  );
});
