import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Reply } from './serve.ts';

// The signatures of schemas/hdp.openapi.yaml, written here once more from the contract: shared code would agree with itself
// whatever the contract says.

const MAX_SKEW_SECONDS = 300;
const AUTHORIZATION =
  /^DUIZHANG-HMAC-SHA256 keyId="([^"]+)",timestamp="(\d+)",nonce="([^"]+)",signature="([^"]+)"$/;

type Holder = { readonly keyId: string; readonly key: Uint8Array; readonly nowMs: number };

/** @returns null when the request is not signed by the key */
export function nonceOf(
  request: IncomingMessage,
  body: string,
  { keyId, key, nowMs }: Holder,
): string | null {
  const [, id, timestamp = '', nonce = '', signature] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  const skew = Math.abs(Number(timestamp) - nowMs / 1000);
  if (id !== keyId || skew > MAX_SKEW_SECONDS) return null;
  if (body !== '' && request.headers['duizhang-body-sha256'] !== sha256(body)) return null;
  const lines = ['DUIZHANG-HMAC-SHA256-REQUEST', request.method, request.url, timestamp, nonce, sha256(body)];
  return macOf(key, lines.map(String)) === signature ? nonce : null;
}

type Signing = {
  readonly nonce: string;
  readonly key: Uint8Array;
  readonly nowMs: number;
  /** Of other bytes than are sent. */
  readonly isWrong: boolean;
};

export function signed(reply: Reply, { nonce, key, nowMs, isWrong }: Signing): Reply {
  const timestamp = String(Math.floor(nowMs / 1000));
  const body = isWrong ? 'other bytes' : (reply.body ?? '');
  const signature = macOf(key, [
    'DUIZHANG-HMAC-SHA256-RESPONSE',
    String(reply.status),
    nonce,
    timestamp,
    sha256(body),
    reply.headers?.['Duizhang-File-Name'] ?? '',
  ]);
  return {
    ...reply,
    headers: { ...reply.headers, 'Duizhang-Timestamp': timestamp, 'Duizhang-Signature': signature },
  };
}

function macOf(key: Uint8Array, lines: readonly string[]): string {
  return createHmac('sha256', key)
    .update(`${lines.join('\n')}\n`)
    .digest('base64');
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
