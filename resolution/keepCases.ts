import type { CaseRow } from '../domain/caseHistory.ts';
import { rowsThatFollow } from '../domain/caseTransition.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { OrderLock, OrderRef } from '../domain/resolutionPorts.ts';
import type { ResolutionDeps } from './resolution.ts';

export type KeeperDeps = Pick<ResolutionDeps, 'ledger' | 'locks' | 'now'> & {
  /** A case of the order cannot be read: it stays as it is, and keeps no other waiting. */
  readonly onDamaged?: (order: OrderRef, error: DuizhangError) => void;
};

const ORDERS_A_BATCH = 200;
/** What is written at one moment may become visible after what is written later. */
const OVERLAP_MS = 10_000;

/**
 * Opens, changes, heals and reopens cases as the verdicts say. One round over the orders that were touched since.
 * @param sinceMs 0: all of them
 * @returns from where the next round goes on; an order that somebody works on is looked at again
 */
export async function keepCases(
  sinceMs: number,
  deps: KeeperDeps,
): Promise<{ readonly nextSinceMs: number; readonly written: number }> {
  const { orders, untilMs } = await deps.ledger.ordersTouchedSince(sinceMs);
  let written = 0;
  let isComplete = true;
  for (const [merchantId, own] of Map.groupBy(orders, (order) => order.merchantId)) {
    for (let at = 0; at < own.length; at += ORDERS_A_BATCH) {
      const batch = own.slice(at, at + ORDERS_A_BATCH).map(({ orderNo }) => orderNo);
      const stale = await staleOrders(merchantId, batch, deps);
      if (stale.length === 0) continue;
      const kept = await bringUpToDate(merchantId, stale, deps);
      written += kept.written;
      isComplete &&= kept.isComplete;
    }
  }
  return { nextSinceMs: isComplete ? Math.max(0, untilMs - OVERLAP_MS) : sinceMs, written };
}

/** Without locks: nearly always nothing is to be done. */
async function staleOrders(
  merchantId: string,
  orderNos: readonly string[],
  deps: KeeperDeps,
): Promise<readonly string[]> {
  try {
    const steps = await stepsFor(merchantId, orderNos, deps);
    return [...new Set(steps.map(({ orderNo }) => orderNo))];
  } catch (error) {
    if (!(error instanceof DuizhangError) || error.code !== 'DZ_CASE_ROW_BROKEN') throw error;
    const [orderNo, another] = orderNos;
    if (orderNo === undefined) return [];
    if (another === undefined) {
      deps.onDamaged?.({ merchantId, orderNo }, error);
      return [];
    }
    const half = Math.ceil(orderNos.length / 2);
    const [one, two] = [orderNos.slice(0, half), orderNos.slice(half)];
    return [...(await staleOrders(merchantId, one, deps)), ...(await staleOrders(merchantId, two, deps))];
  }
}

async function bringUpToDate(
  merchantId: string,
  orderNos: readonly string[],
  deps: KeeperDeps,
): Promise<{ readonly written: number; readonly isComplete: boolean }> {
  const locks = new Map<string, OrderLock>();
  try {
    for (const orderNo of orderNos) {
      const lock = await deps.locks.hold(merchantId, orderNo);
      if (lock) locks.set(orderNo, lock);
    }
    const rows = await stepsFor(merchantId, [...locks.keys()], deps);
    for (const lock of locks.values()) await lock.assertHeld();
    await deps.ledger.append(rows);
    return { written: rows.length, isComplete: locks.size === orderNos.length };
  } finally {
    await Promise.all([...locks.values()].map((lock) => lock.release()));
  }
}

/** The rows that bring the orders' cases to what the verdicts say now. */
async function stepsFor(
  merchantId: string,
  orderNos: readonly string[],
  deps: KeeperDeps,
): Promise<readonly CaseRow[]> {
  if (orderNos.length === 0) return [];
  const [words, rows] = await Promise.all([
    deps.ledger.wordsOf(merchantId, orderNos),
    deps.ledger.rowsOf(merchantId, orderNos),
  ]);
  return rowsThatFollow(words, rows, deps.now());
}
