import type { RefundAttempt } from '../domain/orderMoney.ts';
import { heardOf, intentOf } from '../domain/refundIntent.ts';
import type { OrderDesk } from './orderDesk.ts';

/**
 * The last refund of the case's exception, where it failed and nothing was begun since. Not one under a number that a book
 * named: its original may still be on its way. Not one that HIS held back: HIS has the order.
 */
export function failedRefundOf(
  caseId: string,
  { rows, attempts }: Pick<OrderDesk, 'rows' | 'attempts'>,
): RefundAttempt | null {
  const last = rows.findLast((row) => row.caseId === caseId && row.step === 'INTENT');
  const attempt = attempts.find(({ actionId }) => actionId === last?.actionId);
  if (!last || attempt?.state !== 'FAILED' || attempt.n === null || !intentOf(last).isLinked) return null;
  const heard = rows.findLast(({ step, actionId }) => step === 'OUTCOME' && actionId === attempt.actionId);
  return heard && heardOf(heard).code === 'DZ_HIS_HAS_IT' ? null : attempt;
}
