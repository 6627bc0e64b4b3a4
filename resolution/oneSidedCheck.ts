import { businessDateOf } from '../domain/businessDate.ts';
import type { BusinessDate } from '../domain/businessDate.ts';
import type { HisOrder } from '../domain/billSource.ts';
import type { CaseRow } from '../domain/caseHistory.ts';
import { caseIdOf } from '../domain/caseId.ts';
import { DuizhangError } from '../domain/errors.ts';
import { rulingOn } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { OrderRef, RefundOffer } from '../domain/resolutionPorts.ts';
import { act } from './act.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { dueOf } from './due.ts';
import type { OrderDesk } from './orderDesk.ts';
import { atOrder } from './orderDesk.ts';
import { assertMay, notFound, refuse } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';
import { orderStandingOf, standingOf } from './standing.ts';

export const OFFER_LIVES_MS = 2 * 60_000;

export type OneSidedCheck =
  | { readonly state: 'HIS_HAS_IT'; readonly his: Exclude<HisOrder, { state: 'ABSENT' }> }
  /** offer: null where nothing is left to refund. */
  | {
      readonly state: 'HIS_LACKS_IT';
      readonly offer: {
        readonly id: string;
        readonly amountFen: bigint;
        readonly expiresAtMs: number;
      } | null;
    }
  /** HIS cannot be asked, or does not say it clearly: that is not "has not". */
  | { readonly state: 'UNCLEAR'; readonly detail: string };

/**
 * 单边账查询 (UPP manual 8.1): asks HIS whether it has an order of today that the platform took money for. When it surely
 * has not, a refund is offered for two minutes.
 * @throws DZ_NOT_FOUND where the platform has no such payment, DZ_CHECK_NOT_TODAY
 */
export async function checkOneSided(
  principal: Principal,
  order: OrderRef,
  deps: ResolutionDeps,
): Promise<OneSidedCheck> {
  assertMay(principal, 'operator', order.merchantId, `order ${order.orderNo}`);
  return atOrder(order, deps, async (desk) => {
    assertToday(desk, deps);
    let found: HisOrder;
    try {
      found = await deps.his.orderNow(order.merchantId, order.orderNo);
    } catch (error) {
      if (!(error instanceof DuizhangError) || error.code !== 'DZ_HDP_FAILED') throw error;
      return { state: 'UNCLEAR', detail: error.message };
    }
    if (found.state !== 'ABSENT') return { state: 'HIS_HAS_IT', his: found };
    const money = desk.money();
    if (money.refundableFen === 0n) return { state: 'HIS_LACKS_IT', offer: null };
    const own = await refundableCase(desk, deps);
    const amountFen = (own && dueOf(own.state.facts, money)) ?? money.refundableFen;
    const offer: RefundOffer = {
      ...order,
      userId: principal.userId,
      caseId: own?.caseId ?? null,
      amountFen,
    };
    const id = await deps.offers.put(offer, OFFER_LIVES_MS);
    const expiresAtMs = deps.now() + OFFER_LIVES_MS;
    return { state: 'HIS_LACKS_IT', offer: { id, amountFen, expiresAtMs } };
  });
}

/**
 * Carries out what was offered; HIS is asked once more right before.
 * @throws DZ_CHECK_EXPIRED, and what `act` refuses
 */
export async function refundOffered(
  principal: Principal,
  offerId: string,
  said: Pick<ActionRequest, 'code' | 'note' | 'idempotencyKey' | 'requestHash'>,
  deps: ResolutionDeps,
): Promise<ActionResult> {
  const earlier = await deps.ledger.rowsOfRequest(principal.userId, said.idempotencyKey);
  const offer = (await deps.offers.find(principal.userId, offerId)) ?? offerOfRows(earlier[0]);
  if (!offer) throw expired();
  const { merchantId, orderNo, caseId, amountFen } = offer;
  const request: ActionRequest = {
    action: caseId === null ? 'SELF_REFUND' : 'REFUND',
    merchantId,
    orderNo,
    caseId,
    amountFen,
    confirmCrossDay: false,
    confirmNotCrossDay: false,
    method: null,
    proofs: [],
    channelRefundNo: null,
    mustHisLack: true,
    ...said,
  };
  return act(principal, request, deps);
}

/** What was offered to the caller. @throws DZ_CHECK_EXPIRED */
export async function offerOf(
  principal: Principal,
  offerId: string,
  deps: Pick<ResolutionDeps, 'offers'>,
): Promise<RefundOffer> {
  const offer = await deps.offers.find(principal.userId, offerId);
  if (offer) return offer;
  throw expired();
}

/** A request that comes again is answered also when its offer is over. */
function offerOfRows(
  row: Awaited<ReturnType<ResolutionDeps['ledger']['rowsOfRequest']>>[number] | undefined,
) {
  if (!row) return null;
  const { merchantId, orderNo, caseId, amountFen, action } = row;
  return { merchantId, orderNo, caseId: action === 'REFUND' ? caseId : null, amountFen: amountFen ?? 0n };
}

function assertToday(desk: OrderDesk, deps: ResolutionDeps): void {
  const cutOffMs = deps.merchants.get(desk.order.merchantId)?.rules.cutOffMs ?? 0;
  const today: BusinessDate = businessDateOf(deps.now(), cutOffMs);
  const payments = desk.lines.filter(({ entry }) => entry.kind === 'PAYMENT' && entry.book === 'PLATFORM');
  if (payments.length === 0) throw notFound(`payment of the order ${desk.order.orderNo} at the platform`);
  if (payments.some(({ entry }) => entry.businessDate === today)) return;
  throw refuse(
    'DZ_CHECK_NOT_TODAY',
    'only orders of today are checked this way; for earlier ones the close has the word',
    '单边账查询仅支持当日订单，历史订单请在异常订单中处理',
  );
}

/** The payment's exception, where it stands open and allows a refund; else the refund is the order's. */
async function refundableCase(desk: OrderDesk, deps: ResolutionDeps): Promise<CaseRow | null> {
  const { merchantId, orderNo } = desk.order;
  const caseId = caseIdOf(merchantId, orderNo, 'P');
  const last = desk.lastOf(caseId);
  if (!last) return null;
  const standing = standingOf(caseId, last.state, await orderStandingOf(desk.order, desk, deps.ledger));
  return standing && rulingOn('REFUND', standing).allowed ? last : null;
}

function expired(): DuizhangError {
  return refuse(
    'DZ_CHECK_EXPIRED',
    'the offer is over (two minutes); check the order again',
    '退款有效期（2 分钟）已过，请重新查询',
  );
}
