import { yuanOfFen } from '../domain/money.ts';
import type { RefundAttempt } from '../domain/orderMoney.ts';
import { intentOf } from '../domain/refundIntent.ts';
import { hear } from './carryOut.ts';
import type { OrderDesk } from './orderDesk.ts';
import { refuse } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';
import { GATEWAY_WITHIN_MS } from './resolution.ts';

// The way on from a refund that fails again and again. Its number keeps its amount for as long as it may be sent; to refund
// another amount, or outside, the number has to be dead first.

/** A request that was sent before this, and that the gateway does not know, is not on its way any more. */
export const DEAD_AFTER_MS = 10 * 60_000;

/** @throws DZ_REFUND_NUMBER_TAKEN while the number was sent too shortly before */
export function assertMayGiveUp(
  { refundNo, amountFen }: RefundAttempt,
  { rows, attempts }: Pick<OrderDesk, 'rows' | 'attempts'>,
  nowMs: number,
): void {
  const ofNumber = new Set(
    attempts.filter((each) => each.refundNo === refundNo).map(({ actionId }) => actionId),
  );
  const lastMs = Math.max(
    0,
    ...rows.filter(({ actionId }) => ofNumber.has(actionId)).map(({ atMs }) => atMs),
  );
  const waitMs = lastMs + DEAD_AFTER_MS - nowMs;
  if (waitMs <= 0) return;
  const [yuan, seconds] = [yuanOfFen(amountFen), Math.ceil(waitMs / 1000)];
  throw refuse(
    'DZ_REFUND_NUMBER_TAKEN',
    `the number ${refundNo} was sent with ${yuan} yuan and failed; another amount, or an external refund, may follow in ${seconds} s, when nothing of it can be on its way any more. ${yuan} yuan may be tried again now`,
    `退款单号 ${refundNo} 已以 ${yuan} 元提交但失败；如需更改金额或登记外部退款，请在 ${seconds} 秒后（确认无在途请求）操作；以 ${yuan} 元重试则无需等待`,
    { waitMs },
  );
}

/**
 * Ends a failed refund for good, when its gateway, asked once more, does not know the number.
 * @throws DZ_REFUND_DONE where it was paid after all; DZ_REFUND_NUMBER_TAKEN where the gateway gives no clear word
 */
export async function giveUp(
  { actionId }: RefundAttempt,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<void> {
  const { route, order } = intentOf(desk.intentRow(actionId));
  desk.assertTimeLeft();
  const answer = await deps.gateways.gateway(order.merchantId, route).ask(order, GATEWAY_WITHIN_MS);
  switch (answer.state) {
    case 'SUCCEEDED':
      await hear(actionId, answer, desk, deps);
      throw refuse(
        'DZ_REFUND_DONE',
        `the gateway says by now that the refund ${order.refundNo} was paid; look at the case again`,
        `网关确认退款 ${order.refundNo} 已成功，请刷新后查看`,
      );
    case 'PROCESSING':
    case 'UNKNOWN':
      throw refuse(
        'DZ_REFUND_NUMBER_TAKEN',
        `the gateway does not say for certain that ${order.refundNo} was not paid (${answer.detail}); try again in a moment`,
        `网关尚未确认退款 ${order.refundNo} 未支付，请稍后再试`,
      );
    case 'NOT_FOUND':
    case 'FAILED':
    case 'REFUSED':
      await hear(
        actionId,
        {
          state: 'REFUSED',
          code: 'GIVEN_UP',
          detail: 'it failed, and the gateway does not know it; it is sent no more',
        },
        desk,
        deps,
      );
  }
}
