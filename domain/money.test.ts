import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addFen, fenOfText, fenOfYuan, MAX_FEN, yuanOfFen } from './money.ts';

test.each([
  ['25', 2500n],
  ['25.0', 2500n],
  ['25.00', 2500n],
  ['0.15000', 15n],
  ['-0.27000', -27n],
  ['0', 0n],
  ['92233720368547758.07', MAX_FEN],
])('reads %s yuan exactly', (text, fen) => {
  expect(fenOfYuan(text)).toBe(fen);
});

test.each([
  '',
  ' ',
  '1,234.50',
  '1e3',
  '1.2E+3',
  '+1',
  '.5',
  '1.',
  '1.005',
  '--1',
  '0x10',
  '１',
  '92233720368547758.08',
  '25.00 ',
])('refuses "%s" as an amount in yuan', (text) => {
  expect(fenOfYuan(text)).toBeNull();
});

test('writes what it reads, for any amount', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -MAX_FEN, max: MAX_FEN }), (fen) => {
      expect(fenOfYuan(yuanOfFen(fen))).toBe(fen);
      expect(fenOfText(String(fen))).toBe(fen);
    }),
  );
});

test('a sum beyond Int64 is refused instead of wrapping round', () => {
  expect(() => addFen(MAX_FEN, 1n)).toThrow(/does not fit Int64/);
  expect(fenOfText('9223372036854775808')).toBeNull();
});
