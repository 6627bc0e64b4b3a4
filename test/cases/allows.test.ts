import { describe, expect, test } from 'vitest';
import { KINDS } from '../../domain/entry.ts';
import { policyOf, POLICY } from '../../domain/policy.ts';
import { EXCEPTION_CODES, MODES, judgeOrder } from '../../domain/verdict.ts';
import { judgeForDate } from '../../pipeline/close/judgeForDate.ts';
import { ALLOWS, allowedRow, allowedText, expectedFor, untouched } from './allows.ts';
import { CASE_DATE, linesOfCase } from './caseTable.ts';
import { CASES } from './cases.ts';

test.each(ALLOWS)('$mode $type $kind allows what the manual says', (row) => {
  const { mode, type, kind } = row;
  const of = (more: Parameters<typeof untouched>[0] | object): string =>
    allowedText(untouched({ mode, type, kind, ...more }));
  expect(of({})).toBe(row.plain);
  expect(of({ isPossiblyCrossDay: true })).toBe(row.possibly);
  expect(of({ isCrossDayConfirmed: true })).toBe(row.confirmed);
  expect(of({ hasSelfRefund: true })).toBe(row.refunded);
  expect(of({ hasExternalRefund: true })).toBe(row.refunded);
});

test('the policy has a row for what the table by hand names, and for nothing else', () => {
  for (const mode of MODES) {
    for (const type of EXCEPTION_CODES) {
      for (const kind of KINDS) {
        const [said, byHand] = [policyOf(mode, type, kind), allowedRow(mode, type, kind)];
        expect(said !== null, `${mode} ${type} ${kind}`).toBe(byHand !== null);
      }
    }
  }
  expect(POLICY.flatMap(({ modes, kinds }) => modes.flatMap(() => kinds))).toHaveLength(ALLOWS.length);
});

describe('what may be done about the exceptions of the case tables', () => {
  test.each(CASES)('$mode, $says', (item) => {
    const { mode, rules } = item;
    const orders = [...Map.groupBy(linesOfCase(item, 'CASE'), (line) => line.orderNo).values()];
    const verdicts = orders.flatMap((lines) =>
      mode === 'REALTIME'
        ? judgeOrder(lines, { mode, rules })
        : judgeForDate(lines, CASE_DATE, { mode, rules }, () => item.nextDateBilled).map(
            (row) => row.verdict,
          ),
    );
    for (const verdict of verdicts) {
      const expected = expectedFor(verdict);
      if (expected === null) continue;
      const standing = untouched({
        ...verdict,
        type: verdict.code,
        isPossiblyCrossDay: verdict.possiblyCrossDay,
        isAmountConflict: verdict.amountConflict,
      });
      expect(allowedText(standing)).toBe(expected);
    }
  });
});
