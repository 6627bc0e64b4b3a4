import { addDays, businessDateOf } from '../domain/businessDate.ts';
import type { CaseKey, CaseState } from '../domain/caseHistory.ts';
import { keyPartOf } from '../domain/entry.ts';
import type { CaseStanding } from '../domain/policy.ts';
import type { CaseLedger, OrderRef } from '../domain/resolutionPorts.ts';
import { failedRefundOf } from './failedRefund.ts';
import type { OrderDesk } from './orderDesk.ts';
import { distinctPayments } from './planRefund.ts';
import { refuse } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

/** Of an order, what the standing of one of its cases goes by. */
export type OrderStanding = Pick<OrderDesk, 'rows' | 'lines' | 'attempts'> & {
  readonly isNamedInBillError: boolean;
};

/** @param seen the order as it is looked at */
export async function orderStandingOf(
  { merchantId, orderNo }: OrderRef,
  { rows, lines, attempts }: Omit<OrderStanding, 'isNamedInBillError'>,
  ledger: Pick<CaseLedger, 'isNamedInBillError'>,
): Promise<OrderStanding> {
  return { rows, lines, attempts, isNamedInBillError: await ledger.isNamedInBillError(merchantId, orderNo) };
}

/** What the policy goes by. @returns null where no verdict has ever called the key an exception */
export function standingOf(caseId: string, state: CaseState, order: OrderStanding): CaseStanding | null {
  if (state.facts === null) return null;
  const { mode, type, kind, isPossiblyCrossDay, isAmountConflict } = state.facts;
  const { status, isCrossDayConfirmed, hasSelfRefund, hasExternalRefund, isRefundRefused } = state;
  return {
    mode,
    type,
    kind,
    status,
    isPossiblyCrossDay,
    isCrossDayConfirmed,
    isAmountConflict,
    hasSelfRefund,
    hasExternalRefund,
    mayRefundOutside:
      isRefundRefused ||
      failedRefundOf(caseId, order) !== null ||
      (type === 'DUPLICATE' && distinctPayments(order).length > 2),
    hasOpenRefund: hasOpenRefund(order),
    isNamedInBillError: order.isNamedInBillError,
  };
}

export function hasOpenRefund({ attempts }: Pick<OrderDesk, 'attempts'>): boolean {
  return attempts.some(({ state }) => state === 'OPEN');
}

/**
 * The date on the other side of midnight has to be closed before money moves on a possibly cross-day entry.
 * @throws DZ_ACTION_ADJACENT_OPEN
 */
export async function assertAdjacentClosed(
  key: CaseKey,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<void> {
  const rules = deps.merchants.get(key.merchantId)?.rules;
  const times = desk.lines
    .filter(({ entry }) => keyPartOf(entry) === key.keyPart)
    .map(({ entry }) => entry.occurredAtMs);
  const atMs = Math.min(...times);
  if (!rules || !Number.isFinite(atMs)) throw stillOpen('');
  const own = businessDateOf(atMs, rules.cutOffMs);
  const before = businessDateOf(atMs - rules.crossDayMarginMs, rules.cutOffMs);
  const adjacent = before === own ? addDays(own, 1) : before;
  if (!(await deps.ledger.isClosed(key.merchantId, adjacent))) throw stillOpen(adjacent);
}

function stillOpen(date: string): Error {
  return refuse(
    'DZ_ACTION_ADJACENT_OPEN',
    `the entry lies near midnight: wait until ${date === '' ? 'the other date' : date} is closed, its counterpart may be there`,
    `该账单临近日切，请等待 ${date === '' ? '相邻日期' : date} 对账完成后再操作`,
  );
}
