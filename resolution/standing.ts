import { addDays, businessDateOf } from '../domain/businessDate.ts';
import type { CaseKey, CaseState } from '../domain/caseHistory.ts';
import { keyPartOf } from '../domain/entry.ts';
import type { CaseStanding } from '../domain/policy.ts';
import type { OrderDesk } from './orderDesk.ts';
import { refuse } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

/** What the policy goes by. @returns null where no verdict has ever called the key an exception */
export function standingOf(
  state: CaseState,
  facts: { readonly hasOpenRefund: boolean; readonly isNamedInBillError: boolean },
): CaseStanding | null {
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
    isRefundRefused,
    ...facts,
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
    `该账单临近日切,请等待 ${date === '' ? '相邻日期' : date} 对账完成后再操作`,
  );
}
