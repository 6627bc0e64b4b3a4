import { METHOD_LABELS } from '../domain/labels.ts';
import type { CaseKey, CaseState, NewStep } from '../domain/caseHistory.ts';
import { caseIdOf } from '../domain/caseId.ts';
import { newState } from '../domain/caseTransition.ts';
import { yuanOfFen } from '../domain/money.ts';
import { mayBePaid, sumOf } from '../domain/orderMoney.ts';
import type { Need, Ruling } from '../domain/policy.ts';
import { isOneSided, rulingOn } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { RefundIntent } from '../domain/refundIntent.ts';
import type { ActionRequest } from './actionRequest.ts';
import { requestJson } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { resultOf } from './actionResult.ts';
import type { Doing } from './carryOut.ts';
import { carryOutRefund, resolved, stateOf, statusBefore } from './carryOut.ts';
import { dueOf, stakeOf } from './due.ts';
import { failedRefundOf } from './failedRefund.ts';
import { firstAnswer } from './firstAnswer.ts';
import { assertMayGiveUp, giveUp } from './giveUp.ts';
import { assertHisLacks } from './hisCheck.ts';
import type { OrderDesk } from './orderDesk.ts';
import { atOrder } from './orderDesk.ts';
import type { RefundPlan } from './planRefund.ts';
import { planRefund } from './planRefund.ts';
import { assertMay, notFound, refuse, refuseBy } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';
import { assertAdjacentClosed, hasOpenRefund, orderStandingOf, standingOf } from './standing.ts';

/**
 * What a person does about an exception, or about an order (SELF_REFUND): refund, write-off, supplement, recorded external
 * refund. The same request under its Idempotency-Key again gives the first answer.
 * @throws DZ_NOT_FOUND, DZ_FORBIDDEN, DZ_ACTION_… and DZ_REFUND_… where it is refused, DZ_CODE_…, DZ_ORDER_BUSY,
 *   DZ_MONEY_WAITS, DZ_HIS_HAS_IT, DZ_HDP_FAILED, DZ_IDEMPOTENCY_KEY_USED; no money has moved then
 */
export async function act(
  principal: Principal,
  request: ActionRequest,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  const { merchantId, orderNo } = request;
  assertMay(principal, 'operator', merchantId, `order ${orderNo}`);
  return onceUnderKey(principal, request, deps, () =>
    atOrder({ merchantId, orderNo }, deps, (desk) => actAt(desk, principal, request, deps)),
  );
}

async function actAt(
  desk: OrderDesk,
  principal: Principal,
  request: ActionRequest,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  const { key, state, decided } = await decideAt(desk, request, deps);
  if (decided.needs.includes('VERIFICATION_CODE')) await redeem(principal, request, decided, deps);
  await deps.reached?.('CODE_REDEEMED');
  const doing = { key, actionId: deps.newId(), operator: principal.userId, request, before: [] };
  if (needsApproval(decided, request, deps)) return ask(doing, decided, state, desk, deps);
  return carryOut(doing, decided, desk, deps);
}

/** As `decide`, upon the state in which the desk has the request's case. */
export async function decideAt(desk: OrderDesk, request: ActionRequest, deps: ResolutionDeps) {
  const key = keyOf(request, desk);
  const state = desk.lastOf(key.caseId)?.state ?? newState(deps.now());
  return { key, state, decided: await decide(request, { key, state }, desk, deps) };
}

/** The request is held by its key first: the same one twice at once must not both be new. */
export async function onceUnderKey(
  principal: Principal,
  { idempotencyKey, requestHash }: Pick<ActionRequest, 'idempotencyKey' | 'requestHash'>,
  deps: ResolutionDeps,
  work: () => Promise<ActionResult>,
): Promise<ActionResult> {
  const lock = await deps.locks.hold(`request ${principal.userId}`, idempotencyKey);
  if (!lock) {
    throw refuse(
      'DZ_ORDER_BUSY',
      'the same request is being carried out just now; send it again in a moment for its answer',
      '相同请求正在处理，请稍后重试',
    );
  }
  try {
    return (await firstAnswer(principal, { idempotencyKey, requestHash }, deps.ledger)) ?? (await work());
  } finally {
    await lock.release();
  }
}

/** What was found right about a request: it may be carried out. */
export type Decided = {
  readonly needs: readonly Need[];
  /** At stake; null where a supplement or write-off is about nothing that has one amount. */
  readonly amountFen: bigint | null;
  /** Of REFUND and SELF_REFUND. */
  readonly intent: RefundIntent | null;
  readonly givesUp: RefundPlan['givesUp'];
  /** What decides whether a second person is needed: of a refund with the order's earlier ones, so that parts do not slip by. */
  readonly weightFen: bigint | null;
};

/** @throws what keeps the request from being carried out; nothing has happened then */
export async function decide(
  request: ActionRequest,
  { key, state }: { readonly key: CaseKey; readonly state: CaseState },
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<Decided> {
  const ruling = await rulingFor(request, { key, state }, desk, deps);
  if (!ruling.allowed) throw refuseBy(ruling.code);
  const { needs } = ruling;
  assertBrings(request, needs, deps.rulesOf(request.merchantId).supplementMethods);
  const isRefund = request.action === 'REFUND' || request.action === 'SELF_REFUND';
  const plan = isRefund ? planRefund(request, { keyPart: key.keyPart, state }, desk, deps) : null;
  if (needs.includes('ADJACENT_DAY_CLOSED')) await assertAdjacentClosed(key, desk, deps);
  const mustHisLack = needs.includes('HIS_ABSENT') || request.mustHisLack === true;
  const intent = plan && { ...plan.intent, mustHisLack };
  const isOutside = request.action === 'EXTERNAL_REFUND';
  const givesUp = isOutside ? failedRefundOf(key.caseId, desk) : (plan?.givesUp ?? null);
  if (givesUp) assertMayGiveUp(givesUp, desk, deps.now());
  const outsideFen = isOutside ? dueOf(state.facts, desk.money()) : null;
  const amountFen = intent?.order.amountFen ?? outsideFen ?? stakeOf(state);
  return {
    needs,
    intent,
    givesUp,
    amountFen,
    weightFen: intent ? intent.order.amountFen + begunFen(desk) : stakeOf(state),
  };
}

/** Refunds of the order that we have begun and that are done or under way. */
function begunFen(desk: OrderDesk): bigint {
  return sumOf(desk.attempts.filter(mayBePaid).map(({ amountFen }) => amountFen));
}

const OWN_NEEDS: readonly Need[] = ['VERIFICATION_CODE', 'NOTE'];

/** A self refund that is linked to no exception is of the order; an exception of its payment has its say all the same. */
async function rulingFor(
  request: ActionRequest,
  { key, state }: { readonly key: CaseKey; readonly state: CaseState },
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<Ruling> {
  const order = await orderStandingOf(request, desk, deps.ledger);
  if (request.caseId !== null) {
    const standing = standingOf(request.caseId, state, order);
    if (!standing) throw notFound(`exception ${request.caseId}`);
    return rulingOn(request.action, standing);
  }
  if (request.action !== 'SELF_REFUND') throw notFound(`exception of the order ${request.orderNo}`);
  const refused = (code: Extract<Ruling, { allowed: false }>['code']): Ruling => ({
    action: 'SELF_REFUND',
    allowed: false,
    code,
  });
  if (hasOpenRefund(order)) return refused('DZ_ACTION_UNFINISHED');
  if (order.isNamedInBillError) return refused('DZ_ACTION_BILL_ERROR');
  if (state.underWay) return refused('DZ_ACTION_AWAITS_APPROVAL');
  // What the books say now, whatever was decided about it.
  const inBooks = desk.words.find(({ keyPart }) => keyPart === 'P')?.facts ?? null;
  if (inBooks && isOneSided(inBooks.type) && (inBooks.isPossiblyCrossDay || state.isCrossDayConfirmed)) {
    return refused('DZ_ACTION_CROSS_DAY');
  }
  const standing = inBooks && standingOf(key.caseId, { ...state, facts: inBooks, status: 'OPEN' }, order);
  const asRefund = standing && rulingOn('REFUND', standing);
  // What the payment's exception demands of its refund is demanded of this way round it, too.
  const more = asRefund?.allowed ? asRefund.needs.filter((need) => !OWN_NEEDS.includes(need)) : [];
  return { action: 'SELF_REFUND', allowed: true, needs: [...OWN_NEEDS, ...more] };
}

function assertBrings(request: ActionRequest, needs: readonly Need[], methods: readonly string[]): void {
  if (needs.includes('NOTE') && request.note.trim() === '') {
    throw refuse('DZ_ACTION_NOTE', 'a note is needed: why, in a few words', '请填写备注');
  }
  if (needs.includes('CHANNEL_REFUND_NO') && (request.channelRefundNo ?? '').trim() === '') {
    throw refuse(
      'DZ_ACTION_CHANNEL_REFUND_NO',
      "the channel's refund number is needed",
      '请填写渠道退款单号',
    );
  }
  if (needs.includes('METHOD') && !methods.includes(request.method ?? '')) {
    throw refuse(
      'DZ_ACTION_METHOD',
      `a method is needed, one of ${methods.join(', ')}`,
      `请选择补差方式：${methods.map(methodLabel).join('、')}`,
    );
  }
  if (needs.includes('CONFIRM_CROSS_DAY') && !request.confirmCrossDay) {
    throw refuse(
      'DZ_ACTION_CONFIRM_CROSS_DAY',
      'the entry lies near midnight: confirm with confirmCrossDay that its counterpart stands on the other date',
      '该账单临近日切，请确认为隔日账后平账',
    );
  }
  if (needs.includes('CONFIRM_NOT_CROSS_DAY') && !request.confirmNotCrossDay) {
    throw refuse(
      'DZ_ACTION_CONFIRM_NOT_CROSS_DAY',
      'the entry lies near midnight: confirm with confirmNotCrossDay that it has no counterpart on the other date',
      '该账单临近日切，请确认不是隔日账后补差',
    );
  }
}

async function redeem(
  { userId }: Principal,
  request: ActionRequest,
  { amountFen }: Decided,
  deps: ResolutionDeps,
): Promise<void> {
  const subject = codeSubject(request);
  await deps.codes.redeem({ userId, subject, amountFen: amountFen ?? 0n }, request.code ?? '');
}

/** To what a code is bound beside user and amount: the exception, or the order. */
export function codeSubject({
  caseId,
  merchantId,
  orderNo,
}: Pick<ActionRequest, 'caseId' | 'merchantId' | 'orderNo'>): string {
  return caseId ?? `${merchantId} ${orderNo}`;
}

export function needsApproval(
  { needs, weightFen }: Decided,
  request: ActionRequest,
  deps: ResolutionDeps,
): boolean {
  const { approvalFromFen } = deps.rulesOf(request.merchantId);
  if (needs.includes('APPROVAL') || request.needsApproval === true) return true;
  return approvalFromFen !== null && weightFen !== null && weightFen >= approvalFromFen;
}

/** Another person has to agree first. */
async function ask(
  { key, actionId, operator, request }: Doing,
  { amountFen }: Decided,
  state: CaseState,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  const { action } = request;
  await desk.add(key, {
    step: 'REQUESTED',
    actionId,
    action,
    operator,
    note: request.note,
    amountFen,
    said: requestJson(request),
    idempotencyKey: request.idempotencyKey,
    requestHash: request.requestHash,
    atMs: deps.now(),
    state: {
      ...state,
      status: 'PENDING_APPROVAL',
      reason: `${action}${amountFen === null ? '' : ` of ${yuanOfFen(amountFen)} yuan`} waits for a second person`,
      underWay: { actionId, action, phase: 'AWAITS_APPROVAL', statusBefore: statusBefore(state) },
    },
  });
  return resultOf(desk.rowsOfAction(actionId));
}

export async function carryOut(
  doing: Doing,
  { intent, givesUp, amountFen, needs }: Decided,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  if (givesUp) {
    // No number dies for a refund that HIS forbids; it is asked once more right before the money moves.
    if (intent?.mustHisLack) await assertHisLacks(desk.order, deps.his);
    await giveUp(givesUp, desk, deps);
  }
  if (intent) return carryOutRefund(doing, intent, desk, deps);
  const { key, actionId, operator, request, before } = doing;
  const isFirst = before.length === 0;
  const recorded: NewStep = {
    step: 'RECORDED',
    actionId,
    action: request.action,
    operator,
    note: request.note,
    amountFen,
    said: requestJson(request),
    idempotencyKey: isFirst ? request.idempotencyKey : '',
    requestHash: isFirst ? request.requestHash : '',
    atMs: deps.now(),
    state: recordedState(request, needs, stateOf(doing, desk, deps)),
  };
  await desk.add(key, ...before, recorded);
  await deps.reached?.('RECORDED');
  return resultOf(desk.rowsOfAction(actionId));
}

function recordedState(request: ActionRequest, needs: readonly Need[], state: CaseState): CaseState {
  switch (request.action) {
    case 'WRITE_OFF':
      return resolved(
        { ...state, isCrossDayConfirmed: state.isCrossDayConfirmed || needs.includes('CONFIRM_CROSS_DAY') },
        'WRITE_OFF',
      );
    case 'SUPPLEMENT':
      return resolved(state, 'SUPPLEMENT');
    case 'EXTERNAL_REFUND':
      return {
        ...state,
        status: 'IN_PROGRESS',
        reason: 'refunded in the channel; it can be written off now',
        hasExternalRefund: true,
        underWay: null,
      };
    case 'REFUND':
    case 'SELF_REFUND':
      throw new Error(`${request.action} is carried out by a gateway`);
  }
}

/** Of a case the key of its exception; of an order its payment. */
function keyOf({ caseId, merchantId, orderNo }: ActionRequest, desk: OrderDesk): CaseKey {
  if (caseId === null)
    return { caseId: caseIdOf(merchantId, orderNo, 'P'), merchantId, orderNo, keyPart: 'P' };
  const found = desk.lastOf(caseId) ?? desk.words.find((word) => word.caseId === caseId);
  if (!found) throw notFound(`exception ${caseId}`);
  return { caseId, merchantId, orderNo, keyPart: found.keyPart };
}

/** A method that has no label of ours is called as the configuration calls it. */
function methodLabel(method: string): string {
  return new Map<string, string>(Object.entries(METHOD_LABELS)).get(method) ?? method;
}
