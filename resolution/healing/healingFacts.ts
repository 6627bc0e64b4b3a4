import { businessDateOf } from '../../domain/businessDate.ts';
import type { EvidenceLedger } from '../../domain/caseEvidence.ts';
import type { CaseFacts, CaseRow } from '../../domain/caseHistory.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { HealingFacts } from '../../domain/healingDecision.ts';
import { likelyCauseOf } from '../../domain/likelyCause.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { HealingRules, PaymentQuery } from '../../domain/selfHealing.ts';
import { healingOf, NOT_ASKED, stopFor } from '../../domain/selfHealing.ts';
import type { Decided } from '../act.ts';
import { decideAt, needsApproval } from '../act.ts';
import type { ActionRequest } from '../actionRequest.ts';
import { causeFactsOf } from '../evidenceCause.ts';
import type { OrderDesk } from '../orderDesk.ts';
import { distinctPayments } from '../planRefund.ts';
import type { ResolutionDeps } from '../resolution.ts';

export type HealingDeps = ResolutionDeps & {
  readonly payments: PaymentQuery;
  readonly evidence: Pick<EvidenceLedger, 'surroundingsOf'>;
};

/** What the system may refund, as things stand: what the policy and the plan say of it, as they would to a person. */
export type Foreseen = { readonly decided: Decided | null; readonly refusal: string | null };

/** The same request that a person would send; a code is what tells people apart, and the system has none. */
export function healingRequest({ merchantId, orderNo, caseId }: CaseRow, note: string): ActionRequest {
  return {
    action: 'REFUND',
    merchantId,
    orderNo,
    caseId,
    amountFen: null,
    note,
    code: null,
    confirmCrossDay: false,
    confirmNotCrossDay: false,
    method: null,
    proofs: [],
    channelRefundNo: null,
    mustHisLack: true,
    idempotencyKey: '',
    requestHash: '',
  };
}

export async function foreseen(
  request: ActionRequest,
  desk: OrderDesk,
  deps: ResolutionDeps,
): Promise<Foreseen> {
  try {
    return { decided: (await decideAt(desk, request, deps)).decided, refusal: null };
  } catch (error) {
    if (!(error instanceof DuizhangError)) throw error;
    return { decided: null, refusal: error.code };
  }
}

/** Everything that is known before anybody outside is asked. */
export async function healingFactsOf(
  { row, facts }: { readonly row: CaseRow; readonly facts: CaseFacts },
  { decided, refusal }: Foreseen,
  desk: OrderDesk,
  rules: HealingRules,
  deps: HealingDeps,
): Promise<HealingFacts> {
  const { merchantId } = row;
  const nowMs = deps.now();
  const lines = desk.lines.map(({ entry }) => entry);
  const cause = await likelyCause(row, desk, deps);
  const request = healingRequest(row, '');
  return {
    nowMs,
    rules,
    isStopped: stopFor(merchantId, await deps.healing.switches()) !== null,
    case: { ...row.state, facts },
    refusal,
    amountFen: decided?.intent?.order.amountFen ?? null,
    payments: distinctPayments(desk),
    refunds: lines.filter(({ kind }) => kind === 'REFUND').length + desk.attempts.length,
    bill: billWith(desk),
    channel: null,
    isInMergedReceipt: cause === 'MERGED_RECEIPT' || (await deps.healing.isInMergedReceipt(desk.order)),
    isHisOutage: cause === 'HIS_OUTAGE',
    needsApproval: decided !== null && needsApproval(decided, request, deps),
    used: await deps.healing.usedOf(merchantId, businessDateOf(nowMs), rules.mode !== 'on'),
    // Whatever else happened on the case makes earlier answers void.
    his: healingOf(row)?.his ?? NOT_ASKED,
    isHisAsked: false,
  };
}

/** A hint that may hold the system back, and never moves it. */
async function likelyCause(row: CaseRow, desk: OrderDesk, deps: HealingDeps) {
  const rules = deps.merchants.get(row.merchantId)?.rules ?? DEFAULT_RULES;
  const payments = desk.lines.filter(({ entry }) => entry.kind === 'PAYMENT');
  return likelyCauseOf(await causeFactsOf(row, payments, rules, deps.evidence)).cause;
}

/** `<bill>:<line>` of the channel's bill that has the payment. */
function billWith(desk: OrderDesk): string | null {
  const line = desk.lines.find(
    ({ entry, counts }) =>
      counts && entry.book === 'CHANNEL' && entry.kind === 'PAYMENT' && entry.source === 'BILL',
  );
  return line?.entry.sourceRef ?? null;
}
