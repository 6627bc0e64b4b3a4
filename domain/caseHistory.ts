import { hash } from 'node:crypto';
import type { CaseStatus } from './apiPorts.ts';
import type { BusinessDate } from './businessDate.ts';
import { canonicalJson } from './canonicalJson.ts';
import type { Json } from './canonicalJson.ts';
import type { Channel, Kind } from './entry.ts';
import type { Action } from './policy.ts';
import type { Mode, VerdictCode } from './verdict.ts';

// A case is the chain of its rows. Each row holds what happened, the state that it led to, and the hash of the row before.

/** What the books say of a case's key: its exception. Amounts are texts of fen. */
export type CaseFacts = {
  readonly mode: Mode;
  readonly type: VerdictCode;
  readonly kind: Kind;
  readonly refundNo: string | null;
  readonly businessDate: BusinessDate;
  readonly channel: Channel | null;
  readonly merchantFen: string | null;
  readonly platformFen: string | null;
  readonly channelFen: string | null;
  readonly isPossiblyCrossDay: boolean;
  readonly isAmountConflict: boolean;
  /** DUPLICATE: what was paid beyond the first payment. */
  readonly surplusFen: string | null;
  /** '' for realtime. */
  readonly runId: string;
};

/** An action that is under way on the case. */
export type ActionUnderWay = {
  readonly actionId: string;
  readonly action: Action;
  readonly phase: 'AWAITS_APPROVAL' | 'AT_GATEWAY';
  /** What the case comes back to when the action comes to nothing. */
  readonly statusBefore: CaseStatus;
};

export type CaseState = {
  readonly status: CaseStatus;
  /** null: no verdict has called the key an exception; a refund of the order begins the chain. */
  readonly facts: CaseFacts | null;
  /** Why it has this status, for people. */
  readonly reason: string;
  readonly assignee: string | null;
  readonly isCrossDayConfirmed: boolean;
  readonly hasSelfRefund: boolean;
  readonly hasExternalRefund: boolean;
  readonly isRefundRefused: boolean;
  /** HIS booked the payment after it had been refunded: no exception of the books, and a person has to see to it. */
  readonly isBookedAfterRefund: boolean;
  readonly underWay: ActionUnderWay | null;
  /** By what the case was resolved, and upon which facts. */
  readonly resolvedBy: Action | null;
  readonly resolvedFacts: CaseFacts | null;
  readonly openedAtMs: number;
};

/**
 * OPENED, CHANGED, HEALED, REOPENED: by the system, as the books say. ASSIGNED: somebody takes it. REQUESTED, APPROVED,
 * REJECTED: four eyes. INTENT, OUTCOME: a refund before and after the gateway was called. RECORDED: a write-off, supplement
 * or external refund is done. CONSIDERED: what the system decided about refunding it by itself, and why (selfHealing.ts).
 */
export const CASE_STEPS = [
  'OPENED',
  'CHANGED',
  'HEALED',
  'REOPENED',
  'ASSIGNED',
  'REQUESTED',
  'APPROVED',
  'REJECTED',
  'INTENT',
  'OUTCOME',
  'RECORDED',
  'CONSIDERED',
] as const;
export type CaseStep = (typeof CASE_STEPS)[number];

export type CaseRow = {
  readonly caseId: string;
  readonly merchantId: string;
  readonly orderNo: string;
  readonly keyPart: string;
  /** 1, 2, … within the case. */
  readonly seq: number;
  readonly step: CaseStep;
  /** Rows of one action carry its id; rows of the system have none: ''. */
  readonly actionId: string;
  readonly action: Action | null;
  /** The user, or `system`. */
  readonly operator: string;
  readonly note: string;
  readonly amountFen: bigint | null;
  /** What the step fixed or was told, as it is read by its own kind (see resolution/). */
  readonly said: Json;
  /** OUTCOME: how the gateway answered; '' elsewhere. */
  readonly outcome: string;
  /** Of the request that began the action; '' elsewhere. */
  readonly idempotencyKey: string;
  /** SHA-256 of that request's body, hex. */
  readonly requestHash: string;
  readonly state: CaseState;
  readonly prevHash: string;
  readonly hash: string;
  readonly atMs: number;
};

/** What the caller of `nextRow` says; the rest follows from the chain. */
export type NewStep = Pick<CaseRow, 'step' | 'operator' | 'atMs' | 'state'> &
  Partial<
    Pick<
      CaseRow,
      'actionId' | 'action' | 'note' | 'amountFen' | 'said' | 'outcome' | 'idempotencyKey' | 'requestHash'
    >
  >;

export type CaseKey = Pick<CaseRow, 'caseId' | 'merchantId' | 'orderNo' | 'keyPart'>;

/** The row that follows upon a chain. @param last null: the chain begins */
export function nextRow(key: CaseKey, last: CaseRow | null, step: NewStep): CaseRow {
  const row = {
    ...key,
    seq: (last?.seq ?? 0) + 1,
    actionId: '',
    action: null,
    note: '',
    amountFen: null,
    said: null,
    outcome: '',
    idempotencyKey: '',
    requestHash: '',
    ...step,
    prevHash: last?.hash ?? '',
  };
  return { ...row, hash: hashOf(row) };
}

/** SHA-256, hex, over the canonical JSON (RFC 8785) of everything else in the row. */
export function hashOf(row: Omit<CaseRow, 'hash'>): string {
  const { caseId, merchantId, orderNo, keyPart, seq, step, actionId, action, operator, note } = row;
  const { said, outcome, idempotencyKey, requestHash, state, prevHash, atMs } = row;
  const content: Json = {
    caseId,
    merchantId,
    orderNo,
    keyPart,
    seq,
    step,
    actionId,
    action,
    operator,
    note,
    amountFen: row.amountFen === null ? null : row.amountFen.toString(),
    said,
    outcome,
    idempotencyKey,
    requestHash,
    state: stateJson(state),
    prevHash,
    atMs,
  };
  return hash('sha256', canonicalJson(content), 'hex');
}

export function stateJson(state: CaseState): Json {
  const { facts, resolvedFacts, underWay } = state;
  return {
    ...state,
    facts: facts && { ...facts },
    resolvedFacts: resolvedFacts && { ...resolvedFacts },
    underWay: underWay && { ...underWay },
  };
}

/** What is wrong with a case's rows as they are stored, in words; empty: the chain holds. */
export function chainFaults(rows: readonly CaseRow[]): readonly string[] {
  const faults: string[] = [];
  let last: CaseRow | null = null;
  for (const row of rows.toSorted((a, b) => a.seq - b.seq || (a.hash < b.hash ? -1 : 1))) {
    const place = `${row.merchantId} ${row.orderNo} ${row.keyPart}, row ${row.seq}`;
    if (hashOf(row) !== row.hash) faults.push(`${place} was changed after it was written`);
    else if (last !== null && row.seq === last.seq)
      faults.push(`${place} stands twice, with different contents`);
    else if (row.seq !== (last?.seq ?? 0) + 1)
      faults.push(`${place} does not follow upon row ${last?.seq ?? 0}`);
    else if (row.prevHash !== (last?.hash ?? '')) faults.push(`${place} names another row before it`);
    last = row;
  }
  return faults;
}

/** The row that a chain ends with. Of two in one place, which only a lost lock can leave, the one with the lower hash. */
export function lastRow(rows: readonly CaseRow[]): CaseRow | null {
  return rows.reduce<CaseRow | null>((last, row) => {
    if (last === null || row.seq > last.seq) return row;
    return row.seq === last.seq && row.hash < last.hash ? row : last;
  }, null);
}
