import type { Principal } from '../domain/principal.ts';
import { Scope } from '../domain/scope.ts';
import type { CaseLedger } from '../domain/resolutionPorts.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { answeredBefore } from './actionResult.ts';

/**
 * What a user's request was answered when it came before under its Idempotency-Key; null: it is new.
 * @throws DZ_IDEMPOTENCY_KEY_USED
 */
export async function firstAnswer(
  principal: Principal,
  { idempotencyKey, requestHash }: Pick<ActionRequest, 'idempotencyKey' | 'requestHash'>,
  ledger: CaseLedger,
): Promise<ActionResult | null> {
  const scope = Scope.of(principal);
  const told = await ledger.rowsOfRequest(principal.userId, idempotencyKey);
  const earlier = told.filter(({ merchantId }) => scope.reaches(merchantId));
  const [first] = earlier;
  if (!first) return null;
  // Its own row is all that such an action was answered with.
  const isWhole = first.step === 'REQUESTED' || first.step === 'RECORDED';
  const ofAction = isWhole ? earlier : await ledger.rowsOfAction(scope, first.actionId);
  return answeredBefore(earlier, requestHash, ofAction);
}
