import { hash } from 'node:crypto';
import type { AuditField, AuditKind, AuditWay } from './auditKinds.ts';
import type { Json } from './canonicalJson.ts';
import { canonicalJson } from './canonicalJson.ts';

// Who saw or changed what, when and from where. Every process that writes has a chain of its own, so that no two can fork
// one; how far each came is acknowledged in another place (AuditHeads), so that what is missing at its end is missed.

/** What can be recorded. What people take away is told apart from what they change. */

export type { AuditField, AuditKind, AuditWay } from './auditKinds.ts';
export { AUDIT_KINDS, AUDIT_WAYS } from './auditKinds.ts';

/** Those of a command have its words beside, by their place: `word1`, `word2`. */
export type AuditSaid = { readonly [name in AuditField]?: Json };

export type AuditEntry = {
  readonly kind: AuditKind;
  /** The user, machine or process; of a login that was refused, the user who was tried; '' where nobody knows. */
  readonly who: string;
  readonly via: AuditWay;
  /** An address of the network, or a machine's name. */
  readonly from: string;
  /** The route or the command. */
  readonly what: string;
  /** Of the HTTP answer; null: written before it was known. */
  readonly status: number | null;
  /** Of which hospitals; none: of no particular one, or of all. */
  readonly merchants: readonly string[];
  /** Of an action on a case: its rows in `exception_actions` carry the same; '' elsewhere. */
  readonly actionId: string;
  /** What was asked for or taken: ids, dates, hashes. Never a body, a code, a token or anything of a patient. */
  readonly said: AuditSaid;
  readonly atMs: number;
};

export type AuditRow = AuditEntry & {
  readonly writer: string;
  /** 1, 2, … of the writer. */
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
};

/** How far a writer's chain goes. */
export type AuditHead = Pick<AuditRow, 'writer' | 'seq' | 'hash'>;

/** The row that follows. @param last null: the chain begins */
export function nextAuditRow(writer: string, last: AuditRow | null, entry: AuditEntry): AuditRow {
  const row = { ...wellFormed(entry), writer, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? '' };
  return { ...row, hash: auditHashOf(row) };
}

/** SHA-256, hex, over the canonical JSON (RFC 8785) of everything else in the row. */
export function auditHashOf(row: Omit<AuditRow, 'hash'>): string {
  const { writer, seq, kind, who, via, from, what, status, merchants, actionId, said, prevHash, atMs } = row;
  const about = { kind, who, via, from, what, status, merchants, actionId, said, atMs };
  const content: Json = { writer, seq, prevHash, ...about };
  return hash('sha256', canonicalJson(content), 'hex');
}

const MOST_CHARACTERS = 300;

/** What others wrote must neither break the canonical form nor fill the disk. */
export function auditText(text: string): string {
  return text.toWellFormed().slice(0, MOST_CHARACTERS).toWellFormed();
}

function wellFormed(entry: AuditEntry): AuditEntry {
  return {
    ...entry,
    who: auditText(entry.who),
    from: auditText(entry.from),
    what: auditText(entry.what),
    actionId: auditText(entry.actionId),
    merchants: entry.merchants.map(auditText),
    atMs: Math.trunc(entry.atMs),
  };
}
