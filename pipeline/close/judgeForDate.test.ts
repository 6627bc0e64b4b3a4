import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import { CASE_DATE, CLOSE_CASES, linesOfCase, rowText } from '../../test/integration/closeCases.ts';
import { judgeForDate } from './judgeForDate.ts';

describe('the rows an order gives to the close of its date', () => {
  test.each(CLOSE_CASES)('$says: $gives', (item) => {
    const lines = linesOfCase(item, 'O1');
    for (const order of [lines, lines.toReversed()]) {
      const rows = judgeForDate(order, CASE_DATE, { mode: 'THREE_WAY', rules: DEFAULT_RULES });
      expect(
        rows
          .map((row) => rowText(row.verdict, row.refersTo))
          .toSorted()
          .join(', '),
      ).toBe(item.gives);
    }
  });
});

test('booked before midnight, paid after: crosses days until the bill of the day of payment says otherwise', () => {
  const lines = linesOfCase(
    { says: '', merchant: 'P 100 @23:50', platform: 'P 100 +1 @00:10', gives: '' },
    'O1',
  );
  const codes = (isBilled: boolean): string[] =>
    judgeForDate(lines, CASE_DATE, { mode: 'THREE_WAY', rules: DEFAULT_RULES }, () => isBilled).map(
      ({ verdict }) => verdict.code,
    );
  expect(codes(false)).toEqual(['CROSS_DAY']);
  expect(codes(true)).toEqual(['MERCHANT_ONLY']);
});
