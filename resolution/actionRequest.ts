import { fieldsOf } from '../domain/refundIntent.ts';
import type { Json } from '../domain/canonicalJson.ts';
import type { CaseRow } from '../domain/caseHistory.ts';
import type { Action } from '../domain/policy.ts';

/** What a person asks for. Which of it an action needs is the policy's word (domain/policy.ts, `Need`). */
export type ActionRequest = {
  readonly action: Action;
  readonly merchantId: string;
  readonly orderNo: string;
  /** null: of a self refund that is linked to no exception. */
  readonly caseId: string | null;
  /** Of a self refund what goes back; of the others absent or the amount that the caller saw. */
  readonly amountFen: bigint | null;
  readonly note: string;
  /** Verification code; never stored. */
  readonly code: string | null;
  readonly confirmCrossDay: boolean;
  readonly confirmNotCrossDay: boolean;
  readonly method: string | null;
  /** SHA-256 of uploaded proofs. */
  readonly proofs: readonly string[];
  readonly channelRefundNo: string | null;
  /** HIS is asked right before the money moves, whatever the policy says of it. */
  readonly mustHisLack?: boolean;
  /** A second person has to agree whatever the amount: it is part of something larger. */
  readonly needsApproval?: boolean;
  readonly idempotencyKey: string;
  /** SHA-256 of the request as it came, hex. */
  readonly requestHash: string;
};

/** As it is kept for the approver: everything but the code, and what has a column of its own. */
export function requestJson(request: ActionRequest): Json {
  return {
    amountFen: request.amountFen === null ? null : request.amountFen.toString(),
    confirmCrossDay: request.confirmCrossDay,
    confirmNotCrossDay: request.confirmNotCrossDay,
    method: request.method,
    proofs: request.proofs,
    channelRefundNo: request.channelRefundNo,
    isLinked: request.caseId !== null,
    mustHisLack: request.mustHisLack === true,
  };
}

/** @param row REQUESTED */
export function requestOf(row: CaseRow): ActionRequest {
  const said = fieldsOf(row.said);
  const textOf = (name: string): string | null => {
    const value = said.get(name);
    return typeof value === 'string' ? value : null;
  };
  const proofs = said.get('proofs');
  const amount = textOf('amountFen');
  if (row.action === null) throw new Error(`the row ${row.seq} of case ${row.caseId} names no action`);
  return {
    action: row.action,
    merchantId: row.merchantId,
    orderNo: row.orderNo,
    caseId: said.get('isLinked') === true ? row.caseId : null,
    amountFen: amount === null ? null : BigInt(amount),
    note: row.note,
    code: null,
    confirmCrossDay: said.get('confirmCrossDay') === true,
    confirmNotCrossDay: said.get('confirmNotCrossDay') === true,
    method: textOf('method'),
    proofs: Array.isArray(proofs) ? proofs.map(String) : [],
    channelRefundNo: textOf('channelRefundNo'),
    mustHisLack: said.get('mustHisLack') === true,
    idempotencyKey: row.idempotencyKey,
    requestHash: row.requestHash,
  };
}
