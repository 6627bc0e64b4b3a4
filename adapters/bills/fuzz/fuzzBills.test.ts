import { describe, expect, test } from 'vitest';
import { fuzzBill } from './fuzzBills.ts';
import { seededRandom } from './random.ts';
import { FUZZ_SEEDS } from './seeds.ts';

/** `npm run fuzz:bills` does 100,000 of each. */
const RUNS = 2_000;

describe('2,000 damaged copies of a bill are refused, told by line, or change no sum', () => {
  test.each(FUZZ_SEEDS.map((seed, index) => ({ seed, index, name: seed.name })))(
    '$name',
    async ({ seed, index }) => {
      const { refused, withErrors, taken } = await fuzzBill(seed, RUNS, seededRandom(20_260_305 + index));
      expect(refused + withErrors + taken).toBe(RUNS);
    },
  );
});
