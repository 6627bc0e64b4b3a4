import type { ActionRuling } from '../domain/caseEvidence.ts';
import type { CaseState } from '../domain/caseHistory.ts';
import { REFUSAL_TEXTS, rulingsOn } from '../domain/policy.ts';
import type { OrderStanding } from './standing.ts';
import { standingOf } from './standing.ts';

/** What may be done about the case, and why the rest may not. None where no verdict ever called it an exception. */
export function actionsOf(caseId: string, state: CaseState, order: OrderStanding): readonly ActionRuling[] {
  const standing = standingOf(caseId, state, order);
  if (!standing) return [];
  return rulingsOn(standing).map((ruling) => {
    if (ruling.allowed) return ruling;
    const { en, zh } = REFUSAL_TEXTS[ruling.code];
    return { ...ruling, reason: en, reasonZh: zh };
  });
}
