import { businessDateOf } from '../../domain/businessDate.ts';
import type { CloseLedger, MonthLock, MonthLockStore, RunKey } from '../../domain/closePorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Month } from '../../domain/month.ts';
import { firstDateOf, lastDateOf, monthOf } from '../../domain/month.ts';

/**
 * Locks a month of a merchant: from now on its dates are closed again for a reason only. Locking it again changes
 * nothing.
 * @returns the lock that counts, which may be an earlier one
 * @throws DZ_MONTH_NOT_OVER, DZ_MONTH_NOT_CLOSED
 */
export async function lockMonth(
  wish: { readonly merchantId: string; readonly month: Month; readonly by: string },
  deps: { readonly locks: MonthLockStore; now(): number },
): Promise<MonthLock> {
  const { merchantId, month, by } = wish;
  const before = await deps.locks.monthLock(merchantId, month);
  if (before) return before;
  const nowMs = deps.now();
  if (lastDateOf(month) >= businessDateOf(nowMs)) {
    throw new DuizhangError(
      'DZ_MONTH_NOT_OVER',
      `${month} is not over yet; lock it when its last date is closed`,
    );
  }
  const open = await deps.locks.openDates(merchantId, firstDateOf(month), lastDateOf(month));
  if (open.length > 0) {
    throw new DuizhangError(
      'DZ_MONTH_NOT_CLOSED',
      `${merchantId} ${month} has dates without a published run: ${open.join(', ')}; close them first`,
    );
  }
  const lock = { merchantId, month, lockedBy: by, lockedAtMs: nowMs };
  await deps.locks.lock(lock);
  // Somebody else may have locked it at the same moment; the first one counts.
  return (await deps.locks.monthLock(merchantId, month)) ?? lock;
}

/** @throws DZ_MONTH_LOCKED when the month of the run's date is locked and there is no reason to close it again */
export async function assertMayClose(
  run: RunKey,
  reason: string | undefined,
  ledger: Pick<CloseLedger, 'monthLock'>,
): Promise<MonthLock | null> {
  const lock = await ledger.monthLock(run.merchantId, monthOf(run.businessDate));
  if (lock && (reason === undefined || reason.trim() === '')) {
    throw new DuizhangError(
      'DZ_MONTH_LOCKED',
      `${run.merchantId} ${lock.month} was locked by ${lock.lockedBy}: ${run.businessDate} is closed again only for a reason, which is kept (./duizhang close --reason TEXT --by NAME)`,
    );
  }
  return lock;
}
