import type { StandingCase } from '../domain/caseTransition.ts';
import { yuanOfFen } from '../domain/money.ts';
import { rulingOn } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { OrderRef } from '../domain/resolutionPorts.ts';
import { Scope } from '../domain/scope.ts';
import { codeSubject } from './act.ts';
import { dueOf, fenOf } from './due.ts';
import { offerOf } from './oneSidedCheck.ts';
import type { OrderView } from './orderView.ts';
import { viewOrder } from './orderView.ts';
import { assertMay, notFound, refuse, refuseBy } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';
import { orderStandingOf, standingOf } from './standing.ts';

export type CodeSent = { readonly expiresAtMs: number; readonly amountFen: bigint };

/**
 * Sends whoever asks a code for the refund of an exception, for the amount that is due.
 * @throws DZ_NOT_FOUND, DZ_FORBIDDEN, DZ_ACTION_… where no refund would be allowed, DZ_CODE_TOO_OFTEN
 */
export async function sendCaseCode(
  principal: Principal,
  caseId: string,
  deps: ResolutionDeps,
): Promise<CodeSent> {
  const what = `exception ${caseId}`;
  const key = await deps.ledger.keyOf(Scope.of(principal), caseId);
  if (!key) throw notFound(what);
  assertMay(principal, 'operator', key.merchantId, what);
  const view = await viewOrder(key, deps);
  const own = view.cases.get(caseId);
  if (!own) throw notFound(what);
  await assertRefundable(own, view, deps);
  const amountFen = refundOf(own, view);
  if (amountFen === null) {
    throw refuse('DZ_REFUND_AMOUNT', 'no book says what would be refunded', '无法确定应退金额');
  }
  if (amountFen === 0n) {
    throw refuse('DZ_REFUND_AMOUNT', 'all of it has been refunded before', '该异常应退的款项已全部退回');
  }
  return send(principal, { ...view.order, caseId, amountFen }, deps);
}

/**
 * Sends whoever asks a code for the refund that a one-sided check has offered.
 * @throws DZ_CHECK_EXPIRED, DZ_CODE_TOO_OFTEN
 */
export async function sendOfferCode(
  principal: Principal,
  offerId: string,
  deps: ResolutionDeps,
): Promise<CodeSent> {
  return send(principal, await offerOf(principal, offerId, deps), deps);
}

export type OrderCodeWish = OrderRef & {
  /** As the refund will name it. */
  readonly caseId: string | null;
  readonly amountFen: bigint;
};

/**
 * Sends whoever asks a code for a refund of an order (SELF_REFUND).
 * @throws DZ_NOT_FOUND, DZ_FORBIDDEN, DZ_REFUND_EXCEEDS, DZ_CODE_TOO_OFTEN
 */
export async function sendOrderCode(
  principal: Principal,
  wish: OrderCodeWish,
  deps: ResolutionDeps,
): Promise<CodeSent> {
  const what = `order ${wish.orderNo}`;
  assertMay(principal, 'operator', wish.merchantId, what);
  const linked = await deps.ledger.keyOf(Scope.of(principal), wish.caseId ?? '');
  const isOfOrder = linked?.merchantId === wish.merchantId && linked.orderNo === wish.orderNo;
  if (wish.caseId !== null && !isOfOrder) throw notFound(`exception ${wish.caseId}`);
  const { money, file } = await viewOrder(wish, deps, linked?.keyPart ?? null);
  if (file.lines.length === 0) throw notFound(what);
  if (wish.amountFen > money.refundableFen) {
    const [asked, left] = [yuanOfFen(wish.amountFen), yuanOfFen(money.refundableFen)];
    throw refuse(
      'DZ_REFUND_EXCEEDS',
      `${asked} yuan are more than may still be refunded of this order: ${left}`,
      `退款金额 ${asked} 元超过可退金额 ${left} 元`,
    );
  }
  return send(principal, wish, deps);
}

async function assertRefundable(own: StandingCase, view: OrderView, deps: ResolutionDeps): Promise<void> {
  const seen = { ...view.file, attempts: view.attempts };
  const order = await orderStandingOf(view.order, seen, deps.ledger);
  const standing = standingOf(own.key.caseId, own.state, order);
  if (!standing) throw notFound(`exception ${own.key.caseId}`);
  const [refund, selfRefund] = [rulingOn('REFUND', standing), rulingOn('SELF_REFUND', standing)];
  if (!refund.allowed && !selfRefund.allowed) throw refuseBy(refund.code);
}

/** As planRefund has it: a refund that HIS has booked is carried out with the hospital's amount. */
function refundOf({ state: { facts } }: StandingCase, { money }: OrderView): bigint | null {
  const ofHis = facts?.kind === 'REFUND' ? fenOf(facts.merchantFen) : null;
  return ofHis ?? dueOf(facts, money);
}

async function send({ userId }: Principal, wish: OrderCodeWish, deps: ResolutionDeps): Promise<CodeSent> {
  const { orderNo, amountFen } = wish;
  const { code, expiresAtMs } = await deps.codes.issue({ userId, subject: codeSubject(wish), amountFen });
  const minutes = Math.round((expiresAtMs - deps.now()) / 60_000);
  await deps.notifier.deliver({
    userId,
    kind: 'VERIFICATION_CODE',
    text: `验证码 ${code}：订单 ${orderNo} 退款 ${yuanOfFen(amountFen)} 元，${minutes} 分钟内有效，请勿告知他人`,
    atMs: deps.now(),
  });
  return { expiresAtMs, amountFen };
}
