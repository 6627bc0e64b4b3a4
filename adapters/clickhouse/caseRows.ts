import type { CaseRow, CaseState, CaseStep } from '../../domain/caseHistory.ts';
import { stateJson } from '../../domain/caseHistory.ts';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Action } from '../../domain/policy.ts';
import { timeText } from './tsv.ts';

/** What CASE_ROW_FIELDS selects from `exception_actions`. */
export type StoredCaseRow = {
  readonly case_id: string;
  readonly merchant_id: string;
  readonly order_no: string;
  readonly key_part: string;
  readonly seq: number;
  readonly step: CaseStep;
  readonly action_id: string;
  readonly action: Action | '';
  readonly operator: string;
  readonly note: string;
  readonly fen: string | null;
  readonly intent: string;
  readonly outcome: string;
  readonly idempotency_key: string;
  readonly request_hash: string;
  readonly state: string;
  readonly prev_hash: string;
  readonly hash: string;
  readonly ms: string;
};

export const CASE_ROW_FIELDS = `case_id, merchant_id, order_no, key_part, seq, step, action_id, action, operator, note,
  toString(amount_fen) AS fen, intent, outcome, idempotency_key, request_hash, state, prev_hash, hash,
  toString(toUnixTimestamp64Milli(at)) AS ms`;

export function caseRowOf(row: StoredCaseRow): CaseRow {
  // Written by `storedCaseRow`; what somebody changed since does not have its hash any more.
  const said: Json = parsed(row, row.intent);
  const state: CaseState = parsed(row, row.state);
  return {
    caseId: row.case_id,
    merchantId: row.merchant_id,
    orderNo: row.order_no,
    keyPart: row.key_part,
    seq: row.seq,
    step: row.step,
    actionId: row.action_id,
    action: row.action || null,
    operator: row.operator,
    note: row.note,
    amountFen: row.fen === null ? null : BigInt(row.fen),
    said,
    outcome: row.outcome,
    idempotencyKey: row.idempotency_key,
    requestHash: row.request_hash,
    state,
    prevHash: row.prev_hash,
    hash: row.hash,
    atMs: Number(row.ms),
  };
}

function parsed(row: StoredCaseRow, text: string) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DuizhangError(
      'DZ_CASE_ROW_BROKEN',
      `the row ${row.seq} of case ${row.case_id} is no JSON any more: it was changed after it was written`,
      { cause: error },
    );
  }
}

/** A row of `exception_actions` for JSONEachRow. */
export function storedCaseRow(row: CaseRow): Record<string, unknown> {
  return {
    case_id: row.caseId,
    merchant_id: row.merchantId,
    order_no: row.orderNo,
    key_part: row.keyPart,
    seq: row.seq,
    step: row.step,
    action_id: row.actionId,
    action: row.action ?? '',
    operator: row.operator,
    note: row.note,
    amount_fen: row.amountFen === null ? null : row.amountFen.toString(),
    intent: canonicalJson(row.said),
    outcome: row.outcome,
    idempotency_key: row.idempotencyKey,
    request_hash: row.requestHash,
    state: canonicalJson(stateJson(row.state)),
    prev_hash: row.prevHash,
    hash: row.hash,
    at: timeText(row.atMs),
  };
}
