import { describe, expect, test } from 'vitest';
import { daysBetween } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import { keyPartOf } from '../../domain/entry.ts';
import type { WindowChange } from '../../domain/joinPorts.ts';
import { DEADLINE_MARK } from '../../domain/joinPorts.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { judgeForDate } from '../../pipeline/close/judgeForDate.ts';
import { windowEventOf } from '../../pipeline/join/fact.ts';
import { judgeChange } from '../../pipeline/join/judgeChange.ts';
import type { Case } from './caseTable.ts';
import { CASE_DATE, linesOfCase, rowText, rowsOfText } from './caseTable.ts';
import { CASES, CLOSE_CASES, REALTIME_CASES } from './cases.ts';

const NAME = 'CASE';

function ordersOf(lines: readonly Entry[]): readonly (readonly Entry[])[] {
  return [...Map.groupBy(lines, (line) => line.orderNo).values()];
}

test('the table has 150 cases and more, and none twice', () => {
  const texts = CASES.map((item) => JSON.stringify({ ...item, says: '' }));
  expect(texts.length).toBeGreaterThan(150);
  expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([]);
});

describe('the rows that an order gives to the close of its date', () => {
  test.each(CLOSE_CASES)('$mode, $says: $gives', (item) => {
    const { mode, rules, nextDateBilled } = item;
    const near = linesOfCase(item, NAME).filter(
      (line) => Math.abs(daysBetween(CASE_DATE, line.businessDate)) <= rules.crossDayDays,
    );
    for (const lines of [near, near.toReversed()]) {
      const rows = ordersOf(lines).flatMap((order) =>
        judgeForDate(order, CASE_DATE, { mode, rules }, () => nextDateBilled),
      );
      // Which order a payment repeats, or shares a receipt with, is looked for over orders, afterwards.
      const expected = rowsOfText(item.gives.replaceAll(/ (?:repeats|merged)=\w+/g, ''));
      expect(rows.map((row) => rowText(row.verdict, row.refersTo, NAME)).toSorted()).toEqual(expected);
    }
  });
});

/** An open order as the window tells it. */
function changeOf(lines: readonly Entry[], overdue: readonly string[]): WindowChange {
  const events = lines.map((line) => windowEventOf(line, DEFAULT_RULES.windowMs, false, 0));
  const marks = overdue.map((part) => `${part}\t${DEADLINE_MARK}`);
  return {
    kind: 'open',
    orderKey: events[0]?.orderKey ?? '',
    lines: [...new Set([...events.map((event) => event.line), ...marks])],
  };
}

describe('the verdicts of the window', () => {
  const isWaiting = (item: Case, line: Entry): boolean =>
    rowsOfText(item.waits).includes(line.kind === 'PAYMENT' ? 'P' : (line.refundNo ?? 'R?'));

  test.each(REALTIME_CASES)('$says ($waits): $gives', (item) => {
    const { mode, rules } = item;
    const all = linesOfCase(item, NAME);
    const waiting = new Set(all.filter((line) => isWaiting(item, line)).map(keyPartOf));
    for (const lines of [all, all.toReversed()]) {
      const verdicts = judgeOrder(lines, { mode, rules, deadlinePassed: (part) => !waiting.has(part) });
      expect(verdicts.map((verdict) => rowText(verdict, null, NAME)).toSorted()).toEqual(
        rowsOfText(item.gives),
      );
      const overdue = new Set(lines.map(keyPartOf).filter((part) => !waiting.has(part)));
      const judged = judgeChange(changeOf(lines, [...overdue]), () => rules);
      expect(judged.map(({ verdict }) => verdict)).toEqual(verdicts);
    }
  });

  test.each(REALTIME_CASES)('$says: one version of a key is one verdict, whichever windows run', (item) => {
    const lines = linesOfCase(item, NAME);
    const parts = [...new Set(lines.map(keyPartOf))];
    const known = new Map<string, string>();
    for (let some = 0; some < 1 << parts.length; some += 1) {
      const overdue = parts.filter((_, at) => (some & (1 << at)) !== 0);
      for (const { verdict, version, span } of judgeChange(changeOf(lines, overdue), () => item.rules)) {
        const key = `${verdict.keyPart} ${span} ${version}`;
        const text = rowText(verdict, null, NAME);
        expect([key, known.get(key) ?? text]).toEqual([key, text]);
        known.set(key, text);
      }
    }
  });

  test.each(REALTIME_CASES.filter((item) => /^P (MATCHED|CROSS_DAY)$/.test(item.gives)))(
    '$says: $gives, where the window let go of the pair',
    (item) => {
      const events = linesOfCase(item, NAME).map((line) =>
        windowEventOf(line, item.rules.windowMs, false, 0),
      );
      const [a, b, ...more] = events;
      if (!a || !b || more.length > 0) return;
      const pair = { kind: 'matched', orderKey: a.orderKey, lines: [a.line, b.line] } as const;
      const rows = judgeChange(pair, () => item.rules).map(({ verdict }) => rowText(verdict, null, NAME));
      expect(rows).toEqual([item.gives]);
    },
  );
});
