import type { Page } from '../domain/apiPorts.ts';
import type { CaseRow } from '../domain/caseHistory.ts';
import type { OrderMoney } from '../domain/orderMoney.ts';
import type { Principal } from '../domain/principal.ts';
import type { ActionFilter, ActionQueries } from '../domain/resolutionPorts.ts';
import { Scope } from '../domain/scope.ts';
import { requestOf } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { resultOf } from './actionResult.ts';
import { viewOrder } from './orderView.ts';
import type { ResolutionDeps } from './resolution.ts';

export type ActionItem = ActionResult & {
  readonly operator: string;
  readonly note: string;
  readonly askedAtMs: number;
  /** Who approved or rejected it. */
  readonly decidedBy: string | null;
  readonly method: string | null;
  readonly proofs: readonly string[];
  /** Of an action that waits for approval: the order's money as it is, and as it will be. */
  readonly balances: { readonly before: OrderMoney; readonly after: OrderMoney } | null;
};

/** What people did or want to do about the exceptions and orders of the caller's hospitals, the newest first. */
export async function listActions(
  principal: Principal,
  filter: ActionFilter,
  deps: ResolutionDeps & { readonly actions: ActionQueries },
): Promise<Page<ActionItem>> {
  const page = await deps.actions.actions(Scope.of(principal), filter);
  const items: ActionItem[] = [];
  // One order after the other: a page of approvals must not take the ledger for itself.
  for (const rows of page.items) items.push(await itemOf(rows, deps));
  return { items, nextCursor: page.nextCursor };
}

/** Whether somebody may see a case at all, and which proofs its rows name. */
export async function proofsOfCase(
  principal: Principal,
  caseId: string,
  { ledger }: Pick<ResolutionDeps, 'ledger'>,
): Promise<ReadonlySet<string>> {
  const rows = await ledger.rowsOfCase(Scope.of(principal), caseId);
  return new Set(rows.filter(saysRequest).flatMap((row) => requestOf(row).proofs));
}

async function itemOf(rows: readonly CaseRow[], deps: ResolutionDeps): Promise<ActionItem> {
  const [first] = rows;
  const result = resultOf(rows);
  if (!first) throw new Error(`the action ${result.actionId} has no row`);
  const said = rows.find(saysRequest);
  const request = said ? requestOf(said) : null;
  const decided = rows.find(({ step }) => step === 'APPROVED' || step === 'REJECTED');
  return {
    ...result,
    operator: first.operator,
    note: first.note,
    askedAtMs: first.atMs,
    decidedBy: decided?.operator ?? null,
    method: request?.method ?? null,
    proofs: request?.proofs ?? [],
    balances: result.state === 'AWAITS_APPROVAL' ? await balancesOf(first, deps) : null,
  };
}

function saysRequest({ step }: CaseRow): boolean {
  return step === 'REQUESTED' || step === 'RECORDED';
}

async function balancesOf(row: CaseRow, deps: ResolutionDeps): Promise<NonNullable<ActionItem['balances']>> {
  const isRefund = row.action === 'REFUND' || row.action === 'SELF_REFUND';
  const repairs = row.action === 'SELF_REFUND' && requestOf(row).caseId !== null && row.keyPart !== 'P';
  const { money: before } = await viewOrder(row, deps, repairs ? row.keyPart : null);
  const amountFen = isRefund ? (row.amountFen ?? 0n) : 0n;
  const after = {
    ...before,
    refundedFen: before.refundedFen + amountFen,
    refundableFen: before.refundableFen > amountFen ? before.refundableFen - amountFen : 0n,
  };
  return { before, after };
}
