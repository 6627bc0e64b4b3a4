import { DuizhangError } from '../domain/errors.ts';
import { heardOf, intentOf } from '../domain/refundIntent.ts';
import type { OrderRef, RefundAnswer } from '../domain/resolutionPorts.ts';
import { hear } from './carryOut.ts';
import { DEAD_AFTER_MS } from './giveUp.ts';
import { heldBack, HEALING_STOPPED } from './healing/heldBack.ts';
import { assertHisLacks } from './hisCheck.ts';
import { OrderDesk } from './orderDesk.ts';
import type { ResolutionDeps } from './resolution.ts';
import { GATEWAY_WITHIN_MS } from './resolution.ts';

/** What ends a refund that was lost, when it holds it back at every look for long enough. */
const ENDING: readonly string[] = ['DZ_HIS_HAS_IT', HEALING_STOPPED];

/**
 * Follows every refund that has no final outcome: asks its gateway when it is due. What the gateway does not know is sent
 * again under the same number. One round; a refund that somebody works on is left for the next one.
 * @param onStuck told of an order whose refund cannot be followed now (no such gateway any more, a lost lock)
 * @returns how many came to a final outcome
 */
export async function recoverRefunds(
  deps: ResolutionDeps,
  onStuck: (order: OrderRef, error: DuizhangError) => void = () => undefined,
): Promise<number> {
  let ended = 0;
  for (const order of await deps.ledger.ordersWithOpenRefunds()) {
    const lock = await deps.locks.hold(order.merchantId, order.orderNo);
    if (!lock) continue;
    try {
      const file = await deps.ledger.orderFile(order.merchantId, order.orderNo);
      const desk = new OrderDesk(order, file, lock, deps);
      ended += await recoverOrder(order, desk, deps);
      await desk.followWords();
    } catch (error) {
      if (!(error instanceof DuizhangError)) throw error;
      onStuck(order, error);
    } finally {
      await lock.release();
    }
  }
  return ended;
}

async function recoverOrder(order: OrderRef, desk: OrderDesk, deps: ResolutionDeps): Promise<number> {
  let ended = 0;
  for (const { actionId, state } of desk.attempts) {
    if (state !== 'OPEN' || !isDue(actionId, desk, deps.now())) continue;
    if (!desk.hasTimeLeft) return ended;
    const answer = await askOrSend(order, actionId, desk, deps);
    const result = await hear(actionId, answer, desk, deps);
    if (result.state !== 'PROCESSING') ended += 1;
  }
  return ended;
}

/** One of which nothing was heard yet is due at once: whoever began it has lost the lock. */
function isDue(actionId: string, desk: OrderDesk, nowMs: number): boolean {
  const heard = desk.rowsOfAction(actionId).findLast(({ step }) => step === 'OUTCOME');
  return !heard || (heardOf(heard).nextAskAtMs ?? 0) <= nowMs;
}

async function askOrSend(
  order: OrderRef,
  actionId: string,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<RefundAnswer> {
  const intent = intentOf(desk.intentRow(actionId));
  const gateway = deps.gateways.gateway(order.merchantId, intent.route);
  const known = await gateway.ask(intent.order, GATEWAY_WITHIN_MS);
  if (known.state !== 'NOT_FOUND') return known;
  const why =
    (await heldBack(desk.intentRow(actionId), deps)) ??
    (intent.mustHisLack ? await heldBackByHis(order, deps) : null);
  if (why) {
    const heldMs = deps.now() - heldSinceMs(actionId, why.code, desk, deps.now());
    const isDead = ENDING.includes(why.code) && heldMs >= DEAD_AFTER_MS;
    return { state: isDead ? 'FAILED' : 'UNKNOWN', code: why.code, detail: `not sent again: ${why.message}` };
  }
  await desk.lock.assertHeld();
  if (!desk.hasTimeLeft) return known;
  return gateway.send(intent.order, GATEWAY_WITHIN_MS);
}

/** Since when the same reason holds it back at every look: nothing was sent since. */
function heldSinceMs(actionId: string, code: string, desk: OrderDesk, nowMs: number): number {
  const heard = desk.rowsOfAction(actionId).filter(({ step }) => step === 'OUTCOME');
  const before = heard.findLastIndex((row) => heardOf(row).code !== code);
  return heard[before + 1]?.atMs ?? nowMs;
}

/** HIS may have booked the payment meanwhile; then a person has to look. */
async function heldBackByHis(order: OrderRef, deps: ResolutionDeps): Promise<DuizhangError | null> {
  try {
    await assertHisLacks(order, deps.his);
    return null;
  } catch (error) {
    if (error instanceof DuizhangError) return error;
    throw error;
  }
}
