import type { CaseKey } from '../domain/caseHistory.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { Scope } from '../domain/scope.ts';
import { act } from './act.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { assign } from './assign.ts';
import { stakeOf } from './due.ts';
import type { OneOfMany } from './bulkRule.ts';
import { bulkRule, orRefusal } from './bulkRule.ts';
import type { StandingCase } from '../domain/caseTransition.ts';
import { casesOf } from './casesOf.ts';
import { notFound } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

/** One of many; each has an Idempotency-Key of its own, made of the whole request's. */
export type BulkItem = Pick<ActionRequest, 'confirmCrossDay' | 'note'> & { readonly caseId: string };

/** result: null of what is no action (an assignment). */
export type BulkResult = { readonly caseId: string } & (
  { readonly result: ActionResult | null } | { readonly error: DuizhangError }
);

/** Assigns many exceptions, each by itself. */
export async function bulkAssign(
  principal: Principal,
  {
    ids,
    assignee,
    note,
  }: { readonly ids: readonly string[]; readonly assignee: string | null; readonly note: string },
  deps: ResolutionDeps,
): Promise<readonly BulkResult[]> {
  const results: BulkResult[] = [];
  for (const caseId of ids) {
    const done = await orRefusal(() => assign(principal, { caseId, assignee, note }, deps));
    results.push(done instanceof DuizhangError ? { caseId, error: done } : { caseId, result: null });
  }
  return results;
}

/**
 * Writes off many cases, each by itself: what is refused of one is told beside it and keeps no other from being done. From
 * the hospital's bulk sum on, every item waits for a second person.
 */
export async function bulkWriteOff(
  principal: Principal,
  items: readonly BulkItem[],
  key: Pick<ActionRequest, 'idempotencyKey' | 'requestHash'>,
  deps: ResolutionDeps,
): Promise<readonly BulkResult[]> {
  const keys = await Promise.all(items.map(({ caseId }) => reachableKey(principal, caseId, deps)));
  const cases = await casesOf(
    keys.filter((found) => found !== null),
    deps,
  );
  const many = items.map((item, i) => oneOfMany(item, keys[i] ?? null, cases, key));
  const awaitsApproval = bulkRule(
    many.filter((one) => one !== null),
    deps,
  );
  const results: BulkResult[] = [];
  for (const [i, { caseId }] of items.entries()) {
    const one = many[i];
    const done = one
      ? await orRefusal(() => {
          const needsApproval = awaitsApproval(one.request.merchantId);
          return act(principal, { ...one.request, needsApproval }, deps);
        })
      : notFound(`exception ${caseId}`);
    results.push(done instanceof DuizhangError ? { caseId, error: done } : { caseId, result: done });
  }
  return results;
}

async function reachableKey(
  principal: Principal,
  caseId: string,
  { ledger }: ResolutionDeps,
): Promise<CaseKey | null> {
  return ledger.keyOf(Scope.of(principal), caseId);
}

function oneOfMany(
  item: BulkItem,
  key: CaseKey | null,
  cases: ReadonlyMap<string, StandingCase>,
  { idempotencyKey, requestHash }: Pick<ActionRequest, 'idempotencyKey' | 'requestHash'>,
): OneOfMany | null {
  if (key === null) return null;
  const { merchantId, orderNo, caseId } = key;
  const state = cases.get(caseId)?.state;
  return {
    request: {
      action: 'WRITE_OFF',
      merchantId,
      orderNo,
      amountFen: null,
      code: null,
      confirmNotCrossDay: false,
      method: null,
      proofs: [],
      channelRefundNo: null,
      ...item,
      idempotencyKey: `${idempotencyKey}:${caseId}`,
      requestHash,
    },
    stakeFen: state ? stakeOf(state) : null,
  };
}
