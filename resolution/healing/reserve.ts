import { businessDateOf } from '../../domain/businessDate.ts';
import type { HealingReservation, HealingRules, HealingUse } from '../../domain/selfHealing.ts';
import type { OrderDesk } from '../orderDesk.ts';
import { refuse } from '../refuse.ts';
import type { ResolutionDeps } from '../resolution.ts';

// The day's budget. An amount is kept before the refund is begun, and counts until it surely was not.

const LOCK_TRIES = 40;
const LOCK_PAUSE_MS = 50;
/** A reservation that was made by a process which ended: until then its intent may still be on its way to the ledger. */
const MAY_BE_BEGUN_MS = 2 * 60_000;

type Wish = Omit<HealingReservation, 'day' | 'atMs'>;

/**
 * Whoever reserves writes first and counts then, its own among the rest: of two at once at least one sees both, and who sees
 * too much steps back. The lock only keeps both from stepping back; that it may be lost does no harm.
 * @returns null where the day has not that much left
 */
export async function reserve(
  wish: Wish,
  rules: HealingRules,
  deps: ResolutionDeps,
): Promise<HealingReservation | null> {
  const atMs = deps.now();
  const reservation = { ...wish, atMs, day: businessDateOf(atMs) };
  const { merchantId, day, isDryRun, amountFen } = reservation;
  const lock = await heldBudget(merchantId, deps);
  try {
    const before = await deps.healing.usedOf(merchantId, day, isDryRun);
    if (isBeyond({ orders: before.orders + 1, fen: before.fen + amountFen }, rules)) return null;
    await deps.healing.reserve(reservation);
    if (!isBeyond(await deps.healing.usedOf(merchantId, day, isDryRun), rules)) return reservation;
    await deps.healing.release(reservation);
    return null;
  } finally {
    await lock.release();
  }
}

function isBeyond({ orders, fen }: HealingUse, { dailyOrders, dailyFen }: HealingRules): boolean {
  return orders > dailyOrders || fen > dailyFen;
}

async function heldBudget(merchantId: string, { locks, pause }: Pick<ResolutionDeps, 'locks' | 'pause'>) {
  for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
    const lock = await locks.hold('healing-budget', merchantId);
    if (lock) return lock;
    await pause(LOCK_PAUSE_MS);
  }
  throw refuse(
    'DZ_ORDER_BUSY',
    `another process is at the self-healing budget of ${merchantId}; tried again in a moment`,
    '自动处理额度正被占用，稍后重试',
  );
}

/**
 * Takes back what is reserved for a case and was never begun.
 * @returns when to look again, where that is not sure yet
 */
export async function letGo(caseId: string, desk: OrderDesk, deps: ResolutionDeps): Promise<number | null> {
  let untilMs: number | null = null;
  for (const kept of await deps.healing.reservationsOf(desk.order.merchantId, caseId)) {
    if (desk.rowsOfAction(kept.actionId).length > 0) continue;
    const sureAtMs = kept.isDryRun ? 0 : kept.atMs + MAY_BE_BEGUN_MS;
    if (deps.now() >= sureAtMs) await deps.healing.release(kept);
    else untilMs = Math.max(untilMs ?? 0, sureAtMs);
  }
  return untilMs;
}
