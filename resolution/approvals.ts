import type { CaseRow, CaseState, NewStep } from '../domain/caseHistory.ts';
import type { Principal } from '../domain/principal.ts';
import { carryOut, decide, onceUnderKey } from './act.ts';
import { requestOf } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { resultOf } from './actionResult.ts';
import { Scope } from '../domain/scope.ts';
import type { OrderDesk } from './orderDesk.ts';
import { atOrder } from './orderDesk.ts';
import { assertMay, notFound, refuse, refuseBy } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

export type Decision = {
  readonly actionId: string;
  readonly note: string;
  /** Of an approval that came over HTTP: the same one again gives the first answer. */
  readonly sentUnder?: { readonly idempotencyKey: string; readonly requestHash: string };
};

/**
 * A second person agrees to an action, which is carried out at once, upon the state of this moment.
 * @throws DZ_NOT_FOUND, DZ_FORBIDDEN, DZ_APPROVAL_OWN, DZ_APPROVAL_DECIDED, DZ_IDEMPOTENCY_KEY_USED, and what
 *   `act` refuses
 */
export async function approve(
  principal: Principal,
  decision: Decision,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  const { sentUnder } = decision;
  const work = () => approveNow(principal, decision, deps);
  return sentUnder ? onceUnderKey(principal, sentUnder, deps, work) : work();
}

function approveNow(principal: Principal, decision: Decision, deps: ResolutionDeps): Promise<ActionResult> {
  return decideOn(principal, decision, deps, async (requested, state, desk) => {
    const before = stateBefore(state);
    const word = desk.words.find(({ caseId }) => caseId === requested.caseId);
    // While an action is under way its case does not follow the books: what they say now decides.
    if (word && word.facts === null && before.facts !== null) throw refuseBy('DZ_ACTION_SETTLED');
    if (word?.facts && before.facts === null) {
      throw refuse(
        'DZ_APPROVAL_CHANGED',
        'the order has become an exception since it was asked for; reject it and look again',
        '该订单已成为异常，请驳回后在异常订单中处理',
      );
    }
    const asItStands: CaseState = word?.facts ? { ...before, facts: word.facts } : before;
    const request = requestOf(requested);
    const decided = await decide(request, { key: requested, state: asItStands }, desk, deps);
    if (decided.amountFen !== requested.amountFen) {
      throw refuse(
        'DZ_APPROVAL_CHANGED',
        'the exception has another amount now than when it was asked for; reject it and look again',
        '异常金额已变化，请驳回后重新发起',
      );
    }
    const approved: NewStep = {
      ...decisionStep('APPROVED', principal, decision, requested, deps),
      ...decision.sentUnder,
      state: asItStands,
    };
    const doing = {
      key: requested,
      actionId: requested.actionId,
      operator: requested.operator,
      request,
      before: [approved],
    };
    return carryOut(doing, decided, desk, deps);
  });
}

/** A second person refuses; the case is open as before. */
export async function reject(
  principal: Principal,
  decision: Decision,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  if (decision.note.trim() === '') {
    throw refuse('DZ_ACTION_NOTE', 'say why it is rejected', '请填写驳回原因');
  }
  return decideOn(principal, decision, deps, async (requested, state, desk) => {
    await desk.add(requested, {
      ...decisionStep('REJECTED', principal, decision, requested, deps),
      state: { ...stateBefore(state), reason: `rejected by ${principal.userId}: ${decision.note}` },
    });
    const result = resultOf(desk.rowsOfAction(requested.actionId));
    // What the books came to say meanwhile was left alone.
    await desk.followWords();
    return result;
  });
}

type Carry = (requested: CaseRow, state: CaseState, desk: OrderDesk) => Promise<ActionResult>;

async function decideOn(
  principal: Principal,
  { actionId }: Decision,
  deps: ResolutionDeps,
  carry: Carry,
): Promise<ActionResult> {
  const [asked] = await deps.ledger.rowsOfAction(Scope.of(principal), actionId);
  if (!asked) throw notFound(`action ${actionId}`);
  assertMay(principal, 'approver', asked.merchantId, `action ${actionId}`);
  if (asked.operator === principal.userId) {
    throw refuse('DZ_APPROVAL_OWN', 'nobody approves their own action', '不能审批自己发起的操作');
  }
  return atOrder(asked, deps, async (desk) => {
    const rows = desk.rowsOfAction(actionId);
    const last = rows.at(-1);
    if (last?.step !== 'REQUESTED') {
      throw refuse('DZ_APPROVAL_DECIDED', 'the action was decided before', '该操作已审批');
    }
    return carry(last, desk.lastOf(last.caseId)?.state ?? last.state, desk);
  });
}

function decisionStep(
  step: 'APPROVED' | 'REJECTED',
  { userId }: Principal,
  { note }: Decision,
  requested: CaseRow,
  deps: ResolutionDeps,
): Omit<NewStep, 'state'> {
  const { actionId, action } = requested;
  return { step, actionId, action, operator: userId, note, atMs: deps.now() };
}

function stateBefore(state: CaseState): CaseState {
  return { ...state, status: state.underWay?.statusBefore ?? state.status, underWay: null };
}
