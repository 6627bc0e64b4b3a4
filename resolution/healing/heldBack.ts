import type { CaseRow } from '../../domain/caseHistory.ts';
import type { DuizhangError } from '../../domain/errors.ts';
import type { RefundAnswer } from '../../domain/resolutionPorts.ts';
import type { HealingSwitch } from '../../domain/selfHealing.ts';
import { SELF_HEALING, stopFor } from '../../domain/selfHealing.ts';
import { refuse } from '../refuse.ts';
import type { ResolutionDeps } from '../resolution.ts';

export const HEALING_STOPPED = 'DZ_HEALING_STOPPED';

/**
 * Why a refund that the system began by itself may not go to its gateway now; null: it may, as people's may. Asked right
 * before each call, by whichever process makes it.
 */
export async function heldBack(
  {
    operator,
    merchantId,
    caseId,
    actionId,
  }: Pick<CaseRow, 'operator' | 'merchantId' | 'caseId' | 'actionId'>,
  deps: Pick<ResolutionDeps, 'healing' | 'healingRulesOf'>,
): Promise<DuizhangError | null> {
  if (operator !== SELF_HEALING) return null;
  if (deps.healingRulesOf(merchantId).mode !== 'on') {
    return refuse(
      HEALING_STOPPED,
      `self-healing of ${merchantId} is not on any more`,
      '该医院的自动处理已关闭',
    );
  }
  const stop = stopFor(merchantId, await deps.healing.switches());
  if (stop) return stopped(stop);
  const kept = await deps.healing.reservationsOf(merchantId, caseId);
  if (kept.some((reservation) => reservation.actionId === actionId)) return null;
  return refuse(
    HEALING_STOPPED,
    'what was reserved for it of the budget was taken back before it was begun',
    '该笔退款的额度预留已释放',
  );
}

function stopped({ by, reason }: HealingSwitch): DuizhangError {
  return refuse(
    HEALING_STOPPED,
    `self-healing was stopped by ${by}: ${reason}`,
    `自动处理已被 ${by} 停止：${reason}`,
  );
}

/** Of a refund that was held back before it was first sent: what the gateway does not know surely did not happen. */
export function unsent(known: RefundAnswer, why: DuizhangError): RefundAnswer {
  if (known.state !== 'NOT_FOUND') return known;
  return { state: 'FAILED', code: why.code, detail: `not sent: ${why.message}` };
}
