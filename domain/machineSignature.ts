import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

// The signatures of machines, both ways: schemas/hdp.openapi.yaml says what is signed.

export const SIGNATURE_SCHEME = 'DUIZHANG-HMAC-SHA256';
export const MAX_SKEW_MS = 300_000;

export type MachineKey = { readonly keyId: string; readonly key: Uint8Array };

export type SignedRequest = {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly target: string;
  /** Hex. */
  readonly bodySha256: string;
};

export type RequestSignature = {
  readonly keyId: string;
  /** Epoch seconds, as text. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
};

export const EMPTY_BODY_SHA256 = createHash('sha256').digest('hex');

/** @param nonce 16 to 64 characters out of A-Z a-z 0-9 _ -, never used before with the key */
export function authorizationOf(
  { keyId, key }: MachineKey,
  request: SignedRequest,
  when: { readonly nowMs: number; readonly nonce: string },
): string {
  const timestamp = secondsText(when.nowMs);
  const signature = requestMac(key, request, timestamp, when.nonce);
  return `${SIGNATURE_SCHEME} keyId="${keyId}",timestamp="${timestamp}",nonce="${when.nonce}",signature="${signature}"`;
}

const AUTHORIZATION =
  /^DUIZHANG-HMAC-SHA256 keyId="([\w.-]{1,64})",timestamp="(\d{1,12})",nonce="([\w-]{16,64})",signature="([A-Za-z0-9+/]{43}=)"$/;

/** @returns null when the header is none of ours */
export function parseAuthorization(header: string): RequestSignature | null {
  const [, keyId, timestamp, nonce, signature] = AUTHORIZATION.exec(header) ?? [];
  if (!keyId || !timestamp || !nonce || !signature) return null;
  return { keyId, timestamp, nonce, signature };
}

/** Whether the key made the signature for this request, not longer than the skew ago. Nonces are the caller's to keep. */
export function isSignedBy(
  key: Uint8Array,
  request: SignedRequest,
  { timestamp, nonce, signature }: RequestSignature,
  nowMs: number,
): boolean {
  return isFresh(timestamp, nowMs) && isEqual(requestMac(key, request, timestamp, nonce), signature);
}

export type SignedAnswer = {
  readonly status: number;
  /** Of the request that is answered. */
  readonly nonce: string;
  readonly bodySha256: string;
  /** As in its header; '' when there is none. */
  readonly fileName: string;
};

export function answerSignature(
  key: Uint8Array,
  answer: SignedAnswer,
  nowMs: number,
): { readonly timestamp: string; readonly signature: string } {
  const timestamp = secondsText(nowMs);
  return { timestamp, signature: answerMac(key, answer, timestamp) };
}

export function isAnswerSignedBy(
  key: Uint8Array,
  answer: SignedAnswer,
  said: { readonly timestamp: string; readonly signature: string },
  nowMs: number,
): boolean {
  return isFresh(said.timestamp, nowMs) && isEqual(answerMac(key, answer, said.timestamp), said.signature);
}

function requestMac(key: Uint8Array, request: SignedRequest, timestamp: string, nonce: string): string {
  const { method, target, bodySha256 } = request;
  return mac(key, [`${SIGNATURE_SCHEME}-REQUEST`, method, target, timestamp, nonce, bodySha256]);
}

function answerMac(key: Uint8Array, answer: SignedAnswer, timestamp: string): string {
  const { status, nonce, bodySha256, fileName } = answer;
  return mac(key, [`${SIGNATURE_SCHEME}-RESPONSE`, String(status), nonce, timestamp, bodySha256, fileName]);
}

function mac(key: Uint8Array, lines: readonly string[]): string {
  return createHmac('sha256', key)
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('base64');
}

function secondsText(nowMs: number): string {
  return String(Math.floor(nowMs / 1000));
}

function isFresh(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) * 1000 - nowMs) <= MAX_SKEW_MS;
}

/** In a time that does not depend on where the texts differ. */
function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
