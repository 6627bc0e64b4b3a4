import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { AuditHead } from './auditEntry.ts';
import type { Json } from './canonicalJson.ts';
import { canonicalJson } from './canonicalJson.ts';
import { keyIdOf } from './certificate.ts';

// How far all chains came at one moment, signed, to be kept where nobody of this system can reach it.

const FORM = 'duizhang-audit-checkpoint/1';

export type AuditCheckpoint = { readonly at: string; readonly heads: readonly AuditHead[] };

/** Canonical JSON: {checkpoint, signature}. */
export function signCheckpoint(
  { at, heads }: AuditCheckpoint,
  privateKey: KeyObject,
  publicKey: KeyObject,
): string {
  const ordered = heads.toSorted((a, b) => (a.writer < b.writer ? -1 : 1));
  const checkpoint: Json = {
    form: FORM,
    at,
    heads: ordered.map(({ writer, seq, hash }) => [writer, seq, hash]),
  };
  const value = sign(null, Buffer.from(canonicalJson(checkpoint)), privateKey).toString('hex');
  const signature = { algorithm: 'Ed25519', keyId: keyIdOf(publicKey), value };
  return canonicalJson({ checkpoint, signature });
}

/** @returns null: it is no checkpoint that this key has signed */
export function readCheckpoint(text: string, publicKey: KeyObject): AuditCheckpoint | null {
  const { checkpoint, signature } = fieldsOf(parsed(text));
  const { value } = fieldsOf(signature);
  if (checkpoint === undefined || typeof value !== 'string') return null;
  const bytes = Buffer.from(canonicalJson(checkpoint));
  if (!verify(null, bytes, publicKey, Buffer.from(value, 'hex'))) return null;
  const { form, at, heads } = fieldsOf(checkpoint);
  if (form !== FORM || typeof at !== 'string' || !Array.isArray(heads)) return null;
  return { at, heads: heads.flatMap(headOf) };
}

function headOf(said: unknown): readonly AuditHead[] {
  const [writer, seq, hash]: readonly unknown[] = Array.isArray(said) ? said : [];
  if (typeof writer !== 'string' || typeof seq !== 'number' || typeof hash !== 'string') return [];
  return [{ writer, seq, hash }];
}

function parsed(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

function fieldsOf(value: Json | undefined): Readonly<Record<string, Json | undefined>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
