import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantOfLocal, localOfInstant } from '../../domain/businessDate.ts';
import { beijingTimeAt } from './beijingTime.ts';

const timeAt = (text: string) => {
  const ms = beijingTimeAt(`,${text},`, 1, text.length + 1);
  return Number.isNaN(ms) ? null : ms;
};

test('a time inside a row is what the domain makes of its text, whichever was read before it', () => {
  const valid = fc.integer({ min: 0, max: 4_102_444_800 }).map((second) => localOfInstant(second * 1000));
  const near = fc.tuple(valid, fc.nat(18), fc.constantFrom(...'0123456789 T:-x')).map(([text, at, char]) => {
    return text.slice(0, at) + char + text.slice(at + 1);
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(valid, near), { minLength: 1, maxLength: 4 }), (texts) => {
      expect(texts.map(timeAt)).toEqual(texts.map(instantOfLocal));
    }),
    { numRuns: 1000 },
  );
});
