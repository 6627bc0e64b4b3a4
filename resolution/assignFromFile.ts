import type { Principal } from '../domain/principal.ts';
import { assign } from './assign.ts';
import type { Assignment } from './assign.ts';
import type { StandingCase } from '../domain/caseTransition.ts';
import { assertMay, refuseBy } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

type Said = Omit<Required<Assignment>, 'caseId' | 'assignee'> & { readonly assignee: string };

/** The same assignment of a file again changes nothing, also when somebody else has the case by now. */
export async function assignOnce(
  principal: Principal,
  standing: StandingCase,
  said: Said,
  deps: ResolutionDeps,
): Promise<{ readonly state: 'ASSIGNED'; readonly assignee: string }> {
  const earlier = await deps.ledger.rowsOfRequest(principal.userId, said.sentUnder.idempotencyKey);
  if (earlier.length === 0) {
    assertAssignable(principal, standing);
    await assign(principal, { ...said, caseId: standing.key.caseId }, deps);
  }
  return { state: 'ASSIGNED', assignee: said.assignee };
}

/** @throws what keeps the case from being assigned */
export function foreseeAssignment(
  principal: Principal,
  standing: StandingCase,
  { assignee }: Said,
): { readonly state: 'WOULD_BE_ASSIGNED'; readonly assignee: string } {
  assertAssignable(principal, standing);
  return { state: 'WOULD_BE_ASSIGNED', assignee };
}

function assertAssignable(principal: Principal, { key, state }: StandingCase): void {
  assertMay(principal, 'operator', key.merchantId, `exception ${key.caseId}`);
  if (state.status === 'RESOLVED' || state.status === 'HEALED') throw refuseBy('DZ_ACTION_SETTLED');
}
