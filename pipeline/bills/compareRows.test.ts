import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ComparedRow } from './compareRows.ts';
import { compareRows } from './compareRows.ts';

const ROW: ComparedRow = {
  line: 2,
  kind: 'PAYMENT',
  orderNo: 'A',
  refundNo: null,
  channel: 'WECHAT',
  channelTxnNo: 'T1',
  hisOrderNo: null,
  amountFen: 100n,
  occurredAtMs: 0,
  businessType: null,
  feeMilliFen: null,
  settledFen: null,
};
const row = (more: Partial<ComparedRow>): ComparedRow => ({ ...ROW, ...more });

test('an order’s payment and its refunds are things of their own', () => {
  const refund = row({ kind: 'REFUND', refundNo: 'R1' });
  expect(compareRows([ROW, refund], [ROW, { ...refund, refundNo: 'R2' }])).toEqual({
    same: 1,
    differences: [
      { what: 'REMOVED', a: refund },
      { what: 'ADDED', b: { ...refund, refundNo: 'R2' } },
    ],
  });
});

test('of several rows of one order the nearest ones are compared', () => {
  const [first, second] = [row({ hisOrderNo: 'H1' }), row({ hisOrderNo: 'H2', amountFen: 300n })];
  const changed = { ...second, amountFen: 301n, line: 9 };
  expect(
    compareRows([first, second], [changed, row({ hisOrderNo: 'H3', amountFen: 7n, line: 10 }), first]),
  ).toMatchObject({
    same: 1,
    differences: [
      { what: 'CHANGED', a: { hisOrderNo: 'H2' }, b: { line: 9 }, fields: ['amountFen'] },
      { what: 'ADDED', b: { hisOrderNo: 'H3' } },
    ],
  });
});

test('a text that says "null" is not one that is missing', () => {
  expect(compareRows([ROW], [row({ businessType: 'null' })]).differences).toMatchObject([
    { what: 'CHANGED', fields: ['businessType'] },
  ]);
});

const anyRow = fc.record({
  orderNo: fc.constantFrom('A', 'B', 'C'),
  kind: fc.constantFrom('PAYMENT' as const, 'REFUND' as const),
  amountFen: fc.bigInt({ min: 0n, max: 3n }),
  hisOrderNo: fc.option(fc.constantFrom('H1', 'H2')),
  line: fc.integer({ min: 1, max: 100 }),
});

test('the order of rows changes nothing, and every row of both is accounted for once', () => {
  fc.assert(
    fc.property(fc.array(anyRow.map(row)), fc.array(anyRow.map(row)), (a, b) => {
      const { same, differences } = compareRows(a, b);
      const count = (what: string) => differences.filter((difference) => difference.what === what).length;
      expect(same + count('CHANGED') + count('REMOVED')).toBe(a.length);
      expect(same + count('CHANGED') + count('ADDED')).toBe(b.length);
      for (const difference of differences) {
        if (difference.what === 'CHANGED') expect(difference.fields).not.toEqual([]);
      }
      expect(compareRows(a.toReversed(), b).same).toBe(same);
      expect(compareRows(a, a.toReversed())).toEqual({ same: a.length, differences: [] });
    }),
  );
});
