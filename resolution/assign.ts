import type { CaseStatus } from '../domain/apiPorts.ts';
import type { CaseState } from '../domain/caseHistory.ts';
import type { Principal } from '../domain/principal.ts';
import { Scope } from '../domain/scope.ts';
import type { ActionRequest } from './actionRequest.ts';
import { atOrder } from './orderDesk.ts';
import { assertMay, notFound, refuseBy } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

export type Assignment = {
  readonly caseId: string;
  /** null: nobody has it any more. */
  readonly assignee: string | null;
  readonly note: string;
  /** Of a request that may come again: its row bears them. */
  readonly sentUnder?: Pick<ActionRequest, 'idempotencyKey' | 'requestHash'>;
};

export type Assigned = {
  readonly caseId: string;
  readonly assignee: string | null;
  readonly status: CaseStatus;
  readonly atMs: number;
};

/**
 * Somebody takes an exception, or gives it back.
 * @throws DZ_NOT_FOUND, DZ_FORBIDDEN, DZ_ACTION_SETTLED, DZ_ORDER_BUSY, DZ_MONEY_WAITS
 */
export async function assign(
  principal: Principal,
  { caseId, assignee, note, sentUnder }: Assignment,
  deps: ResolutionDeps,
): Promise<Assigned> {
  const what = `exception ${caseId}`;
  const key = await deps.ledger.keyOf(Scope.of(principal), caseId);
  if (!key) throw notFound(what);
  assertMay(principal, 'operator', key.merchantId, what);
  return atOrder(key, deps, async (desk) => {
    const last = desk.lastOf(caseId);
    if (!last || last.state.facts === null) throw notFound(what);
    const { status } = last.state;
    if (status === 'RESOLVED' || status === 'HEALED') throw refuseBy('DZ_ACTION_SETTLED');
    const state = assigned(last.state, assignee);
    const atMs = deps.now();
    await desk.add(key, {
      step: 'ASSIGNED',
      operator: principal.userId,
      note,
      said: { assignee },
      atMs,
      state,
      ...sentUnder,
    });
    return { caseId, assignee, status: state.status, atMs };
  });
}

/** An action that is under way keeps the status; the assignment shows when it comes to nothing. */
function assigned(state: CaseState, assignee: string | null): CaseState {
  const isBegun = assignee !== null || state.hasSelfRefund || state.hasExternalRefund;
  const status = isBegun ? 'IN_PROGRESS' : 'OPEN';
  return state.underWay
    ? { ...state, assignee, underWay: { ...state.underWay, statusBefore: status } }
    : { ...state, assignee, status };
}
