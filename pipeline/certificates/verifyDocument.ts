import type { KeyObject } from 'node:crypto';
import type { Json } from '../../domain/canonicalJson.ts';
import { readCanonicalJson } from '../../domain/canonicalJson.ts';
import type { SignedCertificate } from '../../domain/certificate.ts';
import { isSignedBy, keyIdOf } from '../../domain/certificate.ts';
import { certificateOf } from '../../domain/certificateForm.ts';
import { identityFindings } from '../../domain/certificateIdentity.ts';
import type { BillFiles } from '../../domain/closePorts.ts';
import type { Finding } from '../../domain/finding.ts';
import { difference } from '../../domain/finding.ts';
import { inclusionFindings, PROOF_FORM, proofOf } from '../../domain/inclusionProof.ts';
import type { BillReader } from '../../domain/ports.ts';
import { ShapeError } from '../../domain/shape.ts';
import { billFindings } from './checkBills.ts';
import { chainFindings } from './checkChain.ts';
import type { LedgerOfRuns } from './checkLedger.ts';
import { ledgerFindings } from './checkLedger.ts';

export type VerifyDeps = {
  readonly publicKey: KeyObject;
  readonly readBill: BillReader;
  /** null: the bills are not looked at. */
  readonly files: BillFiles | null;
  /** null: no system is asked. */
  readonly system: LedgerOfRuns | null;
};

export const CHECKS = ['form', 'signature', 'conservation', 'proof', 'bills', 'ledger', 'chain'] as const;
export type Check = (typeof CHECKS)[number];

export type Verification = {
  readonly signed: SignedCertificate | null;
  /** Of a proof. */
  readonly orderNo: string | null;
  /** What was looked at. */
  readonly checked: readonly Check[];
  /** Empty: all that was looked at is as it says. */
  readonly findings: readonly Finding[];
};

/**
 * Verifies a certificate or a proof from its bytes. A proof speaks of one order and is verified by itself; the system
 * and the bills are asked about certificates only.
 */
export async function verifyDocument(bytes: Uint8Array, deps: VerifyDeps): Promise<Verification> {
  const document = readDocument(bytes);
  if ('findings' in document) {
    return { signed: null, orderNo: null, checked: ['form'], findings: document.findings };
  }
  const { signed, proof } = document;
  const { certificate } = signed;
  const found = new Map<Check, readonly Finding[]>([
    ['form', []],
    ['signature', signatureFindings(signed, deps.publicKey)],
    ['conservation', identityFindings(certificate)],
  ]);
  if (proof !== null) found.set('proof', inclusionFindings(proof));
  if (proof === null && deps.files) {
    found.set('bills', await billFindings(certificate, { files: deps.files, readBill: deps.readBill }));
  }
  if (proof === null && deps.system) {
    found.set('ledger', await ledgerFindings(certificate, deps.system));
    found.set('chain', await chainFindings(certificate, deps.system.archive, deps.publicKey));
  }
  return {
    signed,
    orderNo: proof?.orderNo ?? null,
    checked: [...found.keys()],
    findings: [...found.values()].flat(),
  };
}

type Document =
  | { readonly signed: SignedCertificate; readonly proof: ReturnType<typeof proofOf> | null }
  | { readonly findings: readonly Finding[] };

/** A line end behind the document, which editors and terminals add, is no part of it. */
function readDocument(bytes: Uint8Array): Document {
  const text = textOf(bytes)?.replace(/\n$/, '');
  const json = text === undefined ? null : readCanonicalJson(text);
  if (json === null) {
    return { findings: difference('form', 'the file', 'canonical JSON (RFC 8785)', 'another text') };
  }
  try {
    if (!isProof(json)) return { signed: certificateOf(json), proof: null };
    const proof = proofOf(json);
    return { signed: proof.signed, proof };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    return { findings: difference('form', 'the file', 'a certificate or a proof', error.message) };
  }
}

/** @returns undefined where the bytes are no UTF-8: a decoder that mends them would hide a change. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isProof(json: Json): boolean {
  return typeof json === 'object' && json !== null && 'form' in json && json['form'] === PROOF_FORM;
}

function signatureFindings(signed: SignedCertificate, publicKey: KeyObject): readonly Finding[] {
  const keyId = keyIdOf(publicKey);
  if (signed.signature.keyId !== keyId) {
    return difference('signature', 'key', keyId, signed.signature.keyId);
  }
  if (isSignedBy(signed, publicKey)) return [];
  return difference('signature', 'certificate', `one that holds by the key ${keyId}`, 'one that does not');
}
