import type { CaseRow, NewStep } from '../../domain/caseHistory.ts';
import type { HealingDecision, HealingFacts } from '../../domain/healingDecision.ts';
import { HEALING_TEXTS } from '../../domain/healingDecision.ts';
import type { HealingKind, HealingRules, HealingSaid } from '../../domain/selfHealing.ts';
import { healingJson, healingOf, rulesText, SELF_HEALING } from '../../domain/selfHealing.ts';
import type { ResolutionDeps } from '../resolution.ts';

/** A decision after which nobody outside is asked any more. */
export type Ended = Extract<HealingDecision, { readonly kind: HealingKind }>;

/** The row by which a decision is on record; it changes nothing of the case. */
export function healingStep(
  row: CaseRow,
  facts: HealingFacts,
  { kind, reason, untilMs }: Ended,
  deps: Pick<ResolutionDeps, 'now' | 'rulesOf'>,
): NewStep {
  const { en, zh } = HEALING_TEXTS[reason];
  const why = reason === 'NOT_ALLOWED' || reason === 'NOT_ALLOWED_YET' ? `: ${facts.refusal}` : '';
  const said: HealingSaid = {
    decision: kind,
    reason,
    reasonZh: `${zh}${why}`,
    rules: rulesNow(row, facts.rules, deps),
    evidence: facts.bill ?? (facts.channel === null ? '' : `order query: ${facts.channel.state}`),
    untilMs,
    his: facts.his,
  };
  return {
    step: 'CONSIDERED',
    operator: SELF_HEALING,
    note: `${en}${why}`,
    amountFen: facts.amountFen,
    said: healingJson(said),
    atMs: deps.now(),
    state: row.state,
  };
}

/** What a decision was made under, the amount from which a second person has to agree among it. */
export function rulesNow(
  { merchantId }: Pick<CaseRow, 'merchantId'>,
  rules: HealingRules,
  { rulesOf }: Pick<ResolutionDeps, 'rulesOf'>,
): string {
  return rulesText(rules, rulesOf(merchantId).approvalFromFen);
}

/** @param row the case's last one */
export function isNews(row: CaseRow, step: NewStep): boolean {
  const before = healingOf(row);
  const now = healingOf({ step: step.step, said: step.said ?? null });
  if (!before || !now) return true;
  const textOf = ({ decision, reason, rules, evidence, his }: HealingSaid): string =>
    JSON.stringify([decision, reason, rules, evidence, his.firstAbsentAtMs, his.last?.answer ?? null]);
  return textOf(before) !== textOf(now);
}
