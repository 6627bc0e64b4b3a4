import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fenOfYuan, MAX_FEN } from '../../domain/money.ts';
import { decimalAt, ExactSum, FEN_SCALE, MAX_DECIMALS, textOfExact } from './decimal.ts';

const fenAt = (text: string) => {
  const value = decimalAt(`,${text},`, 1, text.length + 1, FEN_SCALE);
  return value === null ? null : BigInt(value);
};

test('an amount inside a row is what the domain makes of its text', () => {
  const written = fc
    .tuple(fc.bigInt(-MAX_FEN, MAX_FEN), fc.integer({ min: 0, max: 5 }))
    .map(([fen, decimals]) => {
      const text = textOfExact(fen, FEN_SCALE);
      return decimals < 2 ? text.slice(0, -3) : text.padEnd(text.length + decimals - 2, '0');
    });
  const junk = fc.string({ unit: fc.constantFrom(...'0123456789.-+eE, '), maxLength: 24 });
  fc.assert(
    fc.property(fc.oneof(written, junk), (text) => {
      expect(fenAt(text)).toBe(fenOfYuan(text));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  '',
  '-',
  '.',
  '1.',
  '.5',
  '1.123456',
  '1.001',
  '1,234.50',
  '1e3',
  ' 1',
  '1 ',
  '+1',
  '--1',
  '0x10',
  '１',
])('%j is no amount', (text) => {
  expect(fenAt(text)).toBeNull();
});

test('a fee keeps its five decimals', () => {
  expect(decimalAt('-0.27001', 0, 8, MAX_DECIMALS)).toBe(-27_001);
  expect(textOfExact(-27_001, MAX_DECIMALS)).toBe('-0.27001');
});

test('a sum is exact whatever mixture of sizes it is of', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt(-MAX_FEN, MAX_FEN)), (values) => {
      const sum = new ExactSum();
      for (const value of values)
        sum.add(value > -(10n ** 15n) && value < 10n ** 15n ? Number(value) : value);
      expect(sum.total).toBe(values.reduce((total, value) => total + value, 0n));
    }),
  );
});
