import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CAUSE_RULES, LEAST_PRECISION } from '../../domain/likelyCause.ts';
import type { MeasuredCase } from './causeMeasure.ts';
import { dayToMeasure, measureDay, scoreCauses, scoreRules } from './causeMeasure.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { startCaseSystem } from './resolutionHarness.ts';

// A small part of `npm run bench -- likelyCause`, whose result stands beside the rules.
const SEEDS = [101, 102, 103];
const ORDERS = 1_500;
/** Less than what is measured, more than a rule that sees nothing. */
const LEAST_RECALL = 0.75;

let system: CaseSystem;
const cases: MeasuredCase[] = [];
const days: {
  readonly seed: number;
  readonly verdicts: readonly string[];
  readonly planted: readonly string[];
}[] = [];

beforeAll(async () => {
  system = await startCaseSystem();
  for (const [i, seed] of SEEDS.entries()) {
    const measured = await measureDay(dayToMeasure(seed, i, ORDERS), i % 2 === 1, system);
    cases.push(...measured.cases);
    days.push({ seed, verdicts: measured.verdicts, planted: measured.planted });
  }
}, 600_000);
afterAll(() => system[Symbol.asyncDispose]());

test('the days with outages, wrong clocks, merged receipts and rounding close as they were planted', () => {
  expect(days).toHaveLength(SEEDS.length);
  for (const { seed, verdicts, planted } of days)
    expect({ seed, verdicts }).toEqual({ seed, verdicts: planted });
});

describe.each(CAUSE_RULES.filter(({ precision }) => precision >= LEAST_PRECISION))(
  'the rule $name',
  ({ name }) => {
    test('is right as often as a rule must be that may speak', () => {
      const score = scoreRules(cases).find((each) => each.name === name);
      expect(score?.said).toBeGreaterThan(0);
      expect((score?.right ?? 0) / (score?.said ?? 1)).toBeGreaterThanOrEqual(LEAST_PRECISION);
    });
  },
);

test('every cause is found in most of its cases, and ordinary differences are given none', () => {
  for (const { cause, planted, right } of scoreCauses(cases)) {
    // What is a few fen off cannot be told from a slip: half of what is rounded stays unknown.
    const least = cause === 'ROUNDING' ? 0.45 : LEAST_RECALL;
    expect({ cause, planted, recall: right / planted >= least }).toEqual({
      cause,
      planted: expect.any(Number),
      recall: true,
    });
    expect(planted).toBeGreaterThan(0);
  }
});

test('a silent rule is measured all the same, and is wrong too often to speak', () => {
  const silent = scoreRules(cases).filter((_, i) => (CAUSE_RULES[i]?.precision ?? 0) < LEAST_PRECISION);
  expect(silent.length).toBeGreaterThan(0);
  for (const { said, right } of silent) expect(right / said).toBeLessThan(LEAST_PRECISION);
});
