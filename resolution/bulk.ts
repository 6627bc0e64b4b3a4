import { DuizhangError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { mayReach } from '../domain/principal.ts';
import { act, stakeOf } from './act.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { assign } from './assign.ts';
import { atOrder } from './orderDesk.ts';
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
    results.push(
      await byItself(caseId, async () => {
        await assign(principal, { caseId, assignee, note }, deps);
        return null;
      }),
    );
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
  const found = await Promise.all(items.map((item) => stakeAt(principal, item, deps)));
  const sums = new Map<string, bigint>();
  for (const at of found) {
    if (at instanceof DuizhangError) continue;
    sums.set(at.merchantId, (sums.get(at.merchantId) ?? 0n) + at.stakeFen);
  }
  const results: BulkResult[] = [];
  for (const [i, item] of items.entries()) {
    const at = found[i];
    if (!at || at instanceof DuizhangError) {
      results.push({ caseId: item.caseId, error: at ?? notFound(`exception ${item.caseId}`) });
      continue;
    }
    const { bulkApprovalFromFen } = deps.rulesOf(at.merchantId);
    const sum = sums.get(at.merchantId) ?? 0n;
    const request: ActionRequest = {
      action: 'WRITE_OFF',
      merchantId: at.merchantId,
      orderNo: at.orderNo,
      amountFen: null,
      code: null,
      confirmNotCrossDay: false,
      method: null,
      proofs: [],
      channelRefundNo: null,
      needsApproval: bulkApprovalFromFen !== null && sum >= bulkApprovalFromFen,
      ...item,
      idempotencyKey: `${key.idempotencyKey}:${item.caseId}`,
      requestHash: key.requestHash,
    };
    results.push(await byItself(item.caseId, () => act(principal, request, deps)));
  }
  return results;
}

/** What is refused of one is told beside it. */
async function byItself(caseId: string, work: () => Promise<ActionResult | null>): Promise<BulkResult> {
  try {
    return { caseId, result: await work() };
  } catch (error) {
    if (error instanceof DuizhangError) return { caseId, error };
    throw error;
  }
}

type Stake = { readonly merchantId: string; readonly orderNo: string; readonly stakeFen: bigint };

async function stakeAt(
  principal: Principal,
  { caseId }: BulkItem,
  deps: ResolutionDeps,
): Promise<Stake | DuizhangError> {
  const key = await deps.ledger.keyOf(caseId);
  if (!key || !mayReach(principal, key.merchantId)) return notFound(`exception ${caseId}`);
  const { merchantId, orderNo } = key;
  const [last] = (await deps.ledger.rowsOfCase(caseId)).slice(-1);
  const state = last?.state ?? (await opened({ merchantId, orderNo }, caseId, deps));
  return { merchantId, orderNo, stakeFen: (state && stakeOf(state)) ?? 0n };
}

/** A case that nobody has touched yet is opened by looking at it. */
async function opened(order: { merchantId: string; orderNo: string }, caseId: string, deps: ResolutionDeps) {
  return atOrder(order, deps, (desk) => Promise.resolve(desk.lastOf(caseId)?.state ?? null));
}
