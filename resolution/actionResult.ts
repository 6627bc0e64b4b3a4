import type { ActionState } from '../domain/actionState.ts';
import { actionStateOf } from '../domain/actionState.ts';
import type { CaseStatus } from '../domain/apiPorts.ts';
import type { CaseRow } from '../domain/caseHistory.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Action } from '../domain/policy.ts';
import { heardOf, intentOf } from '../domain/refundIntent.ts';

/** How an action stands. */
export type ActionResult = {
  readonly actionId: string;
  readonly caseId: string;
  readonly merchantId: string;
  readonly orderNo: string;
  readonly action: Action;
  readonly state: ActionState;
  readonly amountFen: bigint | null;
  readonly refundNo: string | null;
  /** What the gateway, or the approver, said. */
  readonly code: string | null;
  readonly detail: string;
  readonly caseStatus: CaseStatus;
  readonly atMs: number;
};

/** @param rows of one action, by seq; at least one */
export function resultOf(rows: readonly CaseRow[]): ActionResult {
  const last = rows.at(-1);
  if (!last?.action) throw new Error('resultOf of no action');
  const intent = rows.find(({ step }) => step === 'INTENT');
  const heard = last.step === 'OUTCOME' ? heardOf(last) : null;
  return {
    actionId: last.actionId,
    caseId: last.caseId,
    merchantId: last.merchantId,
    orderNo: last.orderNo,
    action: last.action,
    state: actionStateOf(last.step, last.outcome),
    amountFen: rows.find(({ amountFen }) => amountFen !== null)?.amountFen ?? null,
    refundNo: intent ? intentOf(intent).order.refundNo : null,
    code: heard?.code ?? null,
    detail: last.step === 'REJECTED' ? last.note : (heard?.detail ?? ''),
    caseStatus: last.state.status,
    atMs: last.atMs,
  };
}

/**
 * The first answer that a request was given, when it comes again under its Idempotency-Key; null: it is new.
 * @param rows those that bear the key of this user
 * @param all rows of the same actions
 * @throws DZ_IDEMPOTENCY_KEY_USED when the key was used for something else
 */
export function answeredBefore(
  rows: readonly CaseRow[],
  requestHash: string,
  all: readonly CaseRow[],
): ActionResult | null {
  const [first] = rows;
  if (!first) return null;
  if (first.requestHash !== requestHash) {
    throw new DuizhangError(
      'DZ_IDEMPOTENCY_KEY_USED',
      'this Idempotency-Key was used for another request; a new request needs a new key',
      { messageZh: '该 Idempotency-Key 已用于其他请求，请更换' },
    );
  }
  const ofAction = all
    .filter(({ actionId }) => actionId === first.actionId)
    .toSorted((a, b) => a.seq - b.seq);
  if (first.step === 'REQUESTED') return resultOf([first]);
  const answeredAt = ofAction.findIndex(({ step }) => step === 'OUTCOME' || step === 'RECORDED');
  return resultOf(answeredAt < 0 ? ofAction : ofAction.slice(0, answeredAt + 1));
}
