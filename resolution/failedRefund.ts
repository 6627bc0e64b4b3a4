import type { RefundAttempt } from '../domain/orderMoney.ts';
import type { OrderDesk } from './orderDesk.ts';

/** The case's last refund, where it failed and nothing was begun since. */
export function failedRefundOf(
  caseId: string,
  { rows, attempts }: Pick<OrderDesk, 'rows' | 'attempts'>,
): RefundAttempt | null {
  const last = rows.findLast((row) => row.caseId === caseId && row.step === 'INTENT');
  const attempt = attempts.find(({ actionId }) => actionId === last?.actionId);
  return attempt?.state === 'FAILED' ? attempt : null;
}
