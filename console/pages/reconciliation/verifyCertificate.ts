import { readCanonicalJson, canonicalJson } from '../../../domain/canonicalJson.ts';
import { certificateOf } from '../../../domain/certificateForm.ts';
import { identityFindings } from '../../../domain/certificateIdentity.ts';
import type { Finding } from '../../../domain/finding.ts';
import { difference } from '../../../domain/finding.ts';
import { ShapeError } from '../../../domain/shape.ts';
import type { Run } from './queries.ts';

type SignedCertificate = ReturnType<typeof certificateOf>;

export const CHECKS = ['form', 'signature', 'conservation', 'run'] as const;
export type Check = (typeof CHECKS)[number];
/** UNKNOWN: by another key than the one that is known, or in a browser that cannot tell. */
export type CheckResult = {
  readonly check: Check;
  readonly state: 'HOLDS' | 'FAILS' | 'UNKNOWN';
  readonly findings: readonly Finding[];
};
export type CertificateKey = { readonly keyId: string; readonly pem: string };
export type Verification = {
  readonly signed: SignedCertificate | null;
  readonly results: readonly CheckResult[];
  readonly state: 'HOLDS' | 'FAILS' | 'OTHER_KEY' | 'NO_CRYPTO';
};

/**
 * What `./duizhang verify` checks of a certificate by itself (pipeline/certificates/verifyDocument.ts), with the browser's
 * own cryptography; and that it is of the run that is looked at.
 * @param subtle undefined: the browser has none at this address
 * @param run null: of none in particular
 */
export async function verifyCertificate(
  bytes: Uint8Array<ArrayBuffer>,
  key: CertificateKey,
  run: Run | null,
  subtle: SubtleCrypto | undefined,
): Promise<Verification> {
  const read = readCertificate(bytes);
  if ('findings' in read) {
    const results = [{ check: 'form', state: 'FAILS', findings: read.findings } as const];
    return { signed: null, results, state: 'FAILS' };
  }
  const { signed } = read;
  const results: CheckResult[] = [
    { check: 'form', state: 'HOLDS', findings: [] },
    subtle === undefined
      ? { check: 'signature', state: 'UNKNOWN', findings: [] }
      : await signatureResult(signed, key, subtle),
    resultOf('conservation', identityFindings(signed.certificate)),
    ...(run === null ? [] : [resultOf('run', runFindings(signed, run))]),
  ];
  return { signed, results, state: stateOf(results, subtle) };
}

function stateOf(results: readonly CheckResult[], subtle: SubtleCrypto | undefined): Verification['state'] {
  if (results.some(({ state }) => state === 'FAILS')) return 'FAILS';
  if (results.every(({ state }) => state === 'HOLDS')) return 'HOLDS';
  return subtle === undefined ? 'NO_CRYPTO' : 'OTHER_KEY';
}

function resultOf(check: Check, findings: readonly Finding[]): CheckResult {
  return { check, state: findings.length === 0 ? 'HOLDS' : 'FAILS', findings };
}

type Read = { readonly signed: SignedCertificate } | { readonly findings: readonly Finding[] };

function readCertificate(bytes: Uint8Array<ArrayBuffer>): Read {
  const otherText = difference('form', 'the file', 'canonical JSON (RFC 8785)', 'another text');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\n$/, '');
    const json = readCanonicalJson(text);
    return json === null ? { findings: otherText } : { signed: certificateOf(json) };
  } catch (error) {
    if (error instanceof ShapeError) {
      return { findings: difference('form', 'the file', 'a certificate', error.message) };
    }
    if (error instanceof TypeError) return { findings: otherText };
    throw error;
  }
}

async function signatureResult(
  { certificate, signature }: SignedCertificate,
  { keyId, pem }: CertificateKey,
  subtle: SubtleCrypto,
): Promise<CheckResult> {
  const der = bytesOfPem(pem);
  const computed = hexOf(await subtle.digest('SHA-256', der));
  // The key that is told has to be the one that it says it is.
  if (computed !== keyId) return resultOf('signature', difference('signature', 'key', keyId, computed));
  if (signature.keyId !== keyId) {
    const findings = difference('signature', 'key', keyId, signature.keyId);
    return { check: 'signature', state: 'UNKNOWN', findings };
  }
  const key = await subtle.importKey('spki', der, { name: 'Ed25519' }, false, ['verify']);
  const said = new TextEncoder().encode(canonicalJson(certificate));
  const holds = await subtle.verify('Ed25519', key, bytesOfHex(signature.value), said);
  return resultOf(
    'signature',
    holds ? [] : difference('signature', 'certificate', 'one that holds', 'one that does not'),
  );
}

function runFindings({ certificate }: SignedCertificate, run: Run): readonly Finding[] {
  const billsOf = (ids: readonly string[]): string => ids.toSorted().join(' ');
  return [
    ...difference('run', 'id', run.id, certificate.runId),
    ...difference('run', 'hospital', run.merchantId, certificate.merchantId),
    ...difference('run', 'date', run.businessDate, certificate.businessDate),
    ...difference('run', 'mode', run.mode, certificate.mode),
    ...difference('run', 'result', run.outcome, certificate.outcome),
    ...difference('run', 'root of the verdicts', run.merkleRoot, certificate.merkle.root),
    ...difference('run', 'bills', billsOf(run.bills), billsOf(certificate.bills.map(({ billId }) => billId))),
  ];
}

function bytesOfPem(pem: string): Uint8Array<ArrayBuffer> {
  const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '');
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hexOf(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
