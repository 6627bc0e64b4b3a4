import type { CauseFacts } from './causeFacts.ts';
import type { CauseEvidence, CauseRule } from './causeRules.ts';
import {
  acrossMidnight,
  clockSkew,
  fewFen,
  hisOutage,
  lateCallback,
  mergedReceipt,
  neverCalledBack,
  roundedToJiao,
  sameRareAmount,
  sameReceipt,
  secondTransaction,
} from './causeRules.ts';

export const LIKELY_CAUSES = [
  'HIS_OUTAGE',
  'LOST_CALLBACK',
  'MIDNIGHT',
  'DOUBLE_TAP',
  'CLOCK_SKEW',
  'MERGED_RECEIPT',
  'ROUNDING',
  'UNKNOWN',
] as const;
export type LikelyCauseName = (typeof LIKELY_CAUSES)[number];

export type LikelyCause = {
  readonly cause: LikelyCauseName;
  /** Which rule speaks; null of UNKNOWN. */
  readonly rule: string | null;
  /** How often the rule was right when it was measured; null of UNKNOWN. */
  readonly precision: number | null;
  readonly evidence: CauseEvidence;
};

export type MeasuredRule = {
  readonly name: string;
  readonly cause: Exclude<LikelyCauseName, 'UNKNOWN'>;
  readonly find: CauseRule;
  /**
   * Share of the cases in which it was right, on simulated days with planted causes (bench/RESULTS.md, "likelyCause");
   * test/resolution/likelyCausePrecision.test.ts holds it against a measurement.
   */
  readonly precision: number;
};

/** A rule that was right less often says nothing. */
export const LEAST_PRECISION = 0.95;

/** In the order in which they are asked: the first that sees its reason and may speak does. */
export const CAUSE_RULES: readonly MeasuredRule[] = [
  { name: 'merged-receipt', cause: 'MERGED_RECEIPT', find: mergedReceipt, precision: 0.958 },
  { name: 'second-transaction', cause: 'DOUBLE_TAP', find: secondTransaction, precision: 1 },
  { name: 'same-receipt', cause: 'DOUBLE_TAP', find: sameReceipt, precision: 1 },
  { name: 'clock-skew', cause: 'CLOCK_SKEW', find: clockSkew, precision: 1 },
  { name: 'across-midnight', cause: 'MIDNIGHT', find: acrossMidnight, precision: 1 },
  { name: 'rounded-to-jiao', cause: 'ROUNDING', find: roundedToJiao, precision: 0.974 },
  { name: 'never-called-back', cause: 'LOST_CALLBACK', find: neverCalledBack, precision: 1 },
  { name: 'late-callback', cause: 'LOST_CALLBACK', find: lateCallback, precision: 1 },
  { name: 'same-rare-amount', cause: 'DOUBLE_TAP', find: sameRareAmount, precision: 1 },
  { name: 'his-outage', cause: 'HIS_OUTAGE', find: hisOutage, precision: 0.965 },
  { name: 'few-fen', cause: 'ROUNDING', find: fewFen, precision: 0.596 },
];

const UNKNOWN: LikelyCause = {
  cause: 'UNKNOWN',
  rule: null,
  precision: null,
  evidence: { en: 'nothing around it says why', zh: '周边数据未显示明确原因' },
};

/** Why the books of a case probably differ: a hint for a person, never a ground for an action. */
export function likelyCauseOf(facts: CauseFacts): LikelyCause {
  for (const { name, cause, find, precision } of CAUSE_RULES) {
    if (precision < LEAST_PRECISION) continue;
    const evidence = find(facts);
    if (evidence) return { cause, rule: name, precision, evidence };
  }
  return UNKNOWN;
}
