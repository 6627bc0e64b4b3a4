import type { Principal } from '../domain/principal.ts';
import { decideAt, needsApproval } from './act.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { firstAnswer } from './firstAnswer.ts';
import { lookAtOrder } from './orderDesk.ts';
import { assertMay } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

/** What `act` would do about a request. */
export type Foreseen =
  | { readonly state: 'WOULD_BE_DONE' | 'WOULD_AWAIT_APPROVAL'; readonly amountFen: bigint | null }
  /** It came before. */
  | { readonly state: 'ANSWERED'; readonly result: ActionResult };

/**
 * What `act` would do about a request that needs no verification code, as things stand. Nothing is written and no lock
 * taken.
 * @throws what `act` does
 */
export async function foresee(
  principal: Principal,
  request: ActionRequest,
  deps: ResolutionDeps,
): Promise<Foreseen> {
  const { merchantId, orderNo } = request;
  assertMay(principal, 'operator', merchantId, `order ${orderNo}`);
  const result = await firstAnswer(principal, request, deps.ledger);
  if (result) return { state: 'ANSWERED', result };
  const desk = await lookAtOrder({ merchantId, orderNo }, deps);
  const { decided } = await decideAt(desk, request, deps);
  const state = needsApproval(decided, request, deps) ? 'WOULD_AWAIT_APPROVAL' : 'WOULD_BE_DONE';
  return { state, amountFen: decided.amountFen };
}
