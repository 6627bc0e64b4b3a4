import { businessDateOf } from '../domain/businessDate.ts';
import type { CaseKey, CaseRow, CaseState, NewStep } from '../domain/caseHistory.ts';
import { newState } from '../domain/caseTransition.ts';
import type { Entry } from '../domain/entry.ts';
import type { RefundHeard, RefundIntent } from '../domain/refundIntent.ts';
import { heardOf, intentJson, intentOf } from '../domain/refundIntent.ts';
import type { RefundAnswer } from '../domain/resolutionPorts.ts';
import type { ActionResult } from './actionResult.ts';
import { resultOf } from './actionResult.ts';
import type { ActionRequest } from './actionRequest.ts';
import { assertHisLacks } from './hisCheck.ts';
import type { OrderDesk } from './orderDesk.ts';
import { dueOf } from './due.ts';
import { heldBack, unsent } from './healing/heldBack.ts';
import type { ResolutionDeps } from './resolution.ts';
import { GATEWAY_WITHIN_MS } from './resolution.ts';

/** When a refund without a final outcome is asked for again, after its first try, its second, … */
const ASK_AGAIN_MS = [10_000, 60_000, 300_000, 600_000, 1_200_000, 1_800_000] as const;

export type Doing = {
  readonly key: CaseKey;
  readonly actionId: string;
  readonly operator: string;
  readonly request: ActionRequest;
  /** Rows that go before it in the same write: the approval. */
  readonly before: readonly NewStep[];
};

/**
 * A refund from its intent to what the gateway says. However the process ends meanwhile, the intent is followed to its end
 * (recoverRefunds.ts), under the same number.
 */
export async function carryOutRefund(
  doing: Doing,
  intent: RefundIntent,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  const { key, actionId, operator, request } = doing;
  if (intent.mustHisLack) {
    await assertHisLacks(desk.order, deps.his);
    await deps.reached?.('HIS_ASKED');
  }
  desk.assertTimeLeft();
  const state = stateOf(doing, desk, deps);
  const isFirst = doing.before.length === 0;
  await desk.add(key, ...doing.before, {
    step: 'INTENT',
    actionId,
    action: request.action,
    operator,
    note: request.note,
    amountFen: intent.order.amountFen,
    said: intentJson(intent),
    idempotencyKey: isFirst ? request.idempotencyKey : '',
    requestHash: isFirst ? request.requestHash : '',
    atMs: deps.now(),
    state: {
      ...state,
      status: 'IN_PROGRESS',
      reason: `a refund of ${intent.order.amountFen} fen is at the gateway`,
      underWay: { actionId, action: request.action, phase: 'AT_GATEWAY', statusBefore: statusBefore(state) },
    },
  });
  await deps.reached?.('INTENT_WRITTEN');
  await desk.lock.assertHeld();
  desk.assertTimeLeft();
  const gateway = deps.gateways.gateway(request.merchantId, intent.route);
  const held = await heldBack(desk.intentRow(actionId), deps);
  const answer = held
    ? unsent(await gateway.ask(intent.order, GATEWAY_WITHIN_MS), held)
    : await gateway.send(intent.order, GATEWAY_WITHIN_MS);
  await deps.reached?.('GATEWAY_ANSWERED');
  return hear(actionId, answer, desk, deps);
}

/** Of the case before the action: as the approval left it, else as it stands. */
export function stateOf({ before, key }: Doing, desk: OrderDesk, deps: ResolutionDeps): CaseState {
  return before.at(-1)?.state ?? desk.lastOf(key.caseId)?.state ?? newState(deps.now());
}

/** What it comes back to. A chain that a self refund begins is no open exception before. */
export function statusBefore({ facts, status }: CaseState): CaseState['status'] {
  return facts === null ? 'RESOLVED' : status;
}

/** Writes down what a gateway said of a refund, and what the case comes to by it. */
export async function hear(
  actionId: string,
  answer: RefundAnswer,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  const row = desk.intentRow(actionId);
  const intent = intentOf(row);
  if (answer.state === 'SUCCEEDED') {
    await deps.ledger.writeEntries([entryOf(intent, answer, row, desk, deps)]);
    await deps.reached?.('ENTRY_WRITTEN');
  }
  const before = desk.rowsOfAction(actionId).findLast(({ step }) => step === 'OUTCOME');
  const tries = (before ? heardOf(before).tries : 0) + 1;
  const isFinal = answer.state === 'SUCCEEDED' || answer.state === 'REFUSED' || answer.state === 'FAILED';
  const askAgainMs = ASK_AGAIN_MS[Math.min(tries, ASK_AGAIN_MS.length) - 1] ?? 0;
  const heard: RefundHeard = {
    code: answer.state === 'SUCCEEDED' ? null : answer.code,
    detail: answer.state === 'SUCCEEDED' ? '' : answer.detail,
    gatewayRefundId: answer.state === 'SUCCEEDED' ? answer.gatewayRefundId : null,
    refundedAtMs: answer.state === 'SUCCEEDED' ? answer.refundedAtMs : null,
    tries,
    nextAskAtMs: isFinal ? null : deps.now() + askAgainMs,
  };
  const last = desk.lastOf(row.caseId) ?? row;
  await desk.add(row, {
    step: 'OUTCOME',
    actionId,
    action: row.action,
    operator: row.operator,
    amountFen: intent.order.amountFen,
    outcome: answer.state === 'NOT_FOUND' ? 'UNKNOWN' : answer.state,
    said: { ...heard },
    atMs: deps.now(),
    state: stateAfter(answer, row, last.state, heard, meantBy(intent, actionId, last.state, desk)),
  });
  await deps.reached?.('OUTCOME_WRITTEN');
  const result = resultOf(desk.rowsOfAction(actionId));
  // What the books came to say meanwhile was left alone.
  await desk.followWords();
  return result;
}

/** isLinked: the refund is for the case's exception. settles: with it, all is back that the exception is about. */
type Meant = { readonly isLinked: boolean; readonly settles: boolean };

function stateAfter(
  answer: RefundAnswer,
  row: CaseRow,
  state: CaseState,
  heard: RefundHeard,
  { isLinked, settles }: Meant,
): CaseState {
  const isOther = state.underWay !== null && state.underWay.actionId !== row.actionId;
  // A failed number was given up while another action is decided upon: that one is still to come.
  if (isOther && answer.state === 'REFUSED') {
    return { ...state, isRefundRefused: state.isRefundRefused || isLinked };
  }
  const before = state.underWay?.statusBefore ?? state.status;
  switch (answer.state) {
    case 'SUCCEEDED':
      return row.action === 'REFUND' ? resolved(state, 'REFUND') : selfRefunded(state, { before, settles });
    case 'REFUSED':
      return {
        ...state,
        status: before,
        reason: `the gateway refused the refund for good: ${answer.code} ${answer.detail}`,
        isRefundRefused: state.isRefundRefused || isLinked,
        underWay: null,
      };
    case 'FAILED':
      return {
        ...state,
        status: before,
        reason: `the refund failed and may be tried again: ${answer.code} ${answer.detail}`,
        underWay: null,
      };
    case 'PROCESSING':
    case 'UNKNOWN':
    case 'NOT_FOUND':
      return {
        ...state,
        status: 'IN_PROGRESS',
        reason: `the refund has no final outcome yet: ${[heard.code, heard.detail].filter(Boolean).join(' ')}`,
      };
  }
}

export function resolved(state: CaseState, by: NonNullable<CaseState['resolvedBy']>): CaseState {
  return {
    ...state,
    status: 'RESOLVED',
    reason: `settled by ${by}`,
    resolvedBy: by,
    resolvedFacts: state.facts,
    underWay: null,
  };
}

function meantBy(
  { isLinked, order }: RefundIntent,
  actionId: string,
  { facts }: CaseState,
  desk: OrderDesk,
): Meant {
  if (isLinked) return { isLinked, settles: true };
  const due = facts?.kind === 'PAYMENT' ? dueOf(facts, desk.money({ without: actionId })) : null;
  return { isLinked, settles: due !== null && order.amountFen >= due };
}

/** What is an exception still has to be written off. */
function selfRefunded(
  state: CaseState,
  { before, settles }: { readonly before: CaseState['status']; readonly settles: boolean },
): CaseState {
  const done = { ...state, hasSelfRefund: state.hasSelfRefund || settles, underWay: null };
  if (state.facts === null) return resolved(done, 'SELF_REFUND');
  if (!settles) return { ...done, status: before, reason: 'a part of the order was refunded' };
  const status = before === 'OPEN' ? 'IN_PROGRESS' : before;
  return { ...done, status, reason: 'refunded; it can be written off now' };
}

/** Tomorrow's bills find the refund in the platform's book. */
function entryOf(
  { order }: RefundIntent,
  { refundedAtMs }: Extract<RefundAnswer, { state: 'SUCCEEDED' }>,
  row: CaseRow,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Entry {
  const rules = deps.merchants.get(order.merchantId)?.rules;
  const payment = desk.lines.find(({ entry }) => entry.kind === 'PAYMENT')?.entry;
  return {
    book: 'PLATFORM',
    merchantId: order.merchantId,
    kind: 'REFUND',
    orderNo: order.orderNo,
    refundNo: order.refundNo,
    channel: order.channel,
    channelTxnNo: order.channelTxnNo,
    hisOrderNo: null,
    amountFen: order.amountFen,
    occurredAtMs: refundedAtMs,
    businessDate: businessDateOf(refundedAtMs, rules?.cutOffMs ?? 0),
    businessType: payment?.businessType ?? null,
    source: 'ACTION',
    sourceRef: row.actionId,
  };
}
