import type { AuditKind, AuditRow, AuditWay } from '../../domain/auditEntry.ts';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import { timeText } from './tsv.ts';

/** What AUDIT_FIELDS selects. */
export type StoredAuditRow = {
  readonly writer: string;
  readonly seq: number;
  readonly kind: AuditKind;
  readonly who: string;
  readonly via: AuditWay;
  readonly origin: string;
  readonly what: string;
  readonly status: number | null;
  readonly merchants: readonly string[];
  readonly action_id: string;
  readonly said: string;
  readonly prev_hash: string;
  readonly hash: string;
  readonly ms: string;
};

export const AUDIT_FIELDS = `writer, seq, kind, who, via, origin, what, status, merchants, action_id, said, prev_hash, hash,
  toString(toUnixTimestamp64Milli(at)) AS ms`;

export function auditRowOf(row: StoredAuditRow): AuditRow {
  const { origin, action_id, said, prev_hash, ms, ...same } = row;
  return {
    ...same,
    from: origin,
    actionId: action_id,
    said: saidOf(said),
    prevHash: prev_hash,
    atMs: Number(ms),
  };
}

/** Whatever somebody changed must still be readable: its hash does not fit any more, and that is told. */
function saidOf(text: string): AuditRow['said'] {
  try {
    const said: AuditRow['said'] = JSON.parse(text);
    return said;
  } catch {
    return { unreadable: text };
  }
}

/** A row of `audit_trail` for JSONEachRow. */
export function storedAuditRow(row: AuditRow): Record<string, unknown> {
  const { from, actionId, said, prevHash, atMs, ...same } = row;
  return {
    ...same,
    origin: from,
    action_id: actionId,
    said: canonicalJson(said),
    prev_hash: prevHash,
    at: timeText(atMs),
  };
}
