import { createHmac, timingSafeEqual } from 'node:crypto';

// One-time codes by time, RFC 6238 with what every authenticator app knows: SHA-1, six digits, 30 seconds.

export const TOTP_STEP_MS = 30_000;
/** Steps by which the clocks of a phone and of ours may differ. */
const SKEW_STEPS = 1;
const DIGITS = 6;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a step (RFC 4226, 5.3). */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0xf;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** The step that a code is of; null: of none that counts now. Each is computed, whichever it is. */
export function totpStepOf(code: string, secret: Uint8Array, nowMs: number): number | null {
  const now = Math.floor(nowMs / TOTP_STEP_MS);
  let found: number | null = null;
  for (let step = now - SKEW_STEPS; step <= now + SKEW_STEPS; step += 1) {
    if (isSame(code, totpCode(secret, step))) found = step;
  }
  return found;
}

function isSame(code: string, expected: string): boolean {
  const [a, b] = [Buffer.from(code), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What an authenticator app is set up with: shown once, as text or as a QR code of it. */
export function otpauthUri(userId: string, secret: Uint8Array): string {
  return `otpauth://totp/duizhang:${userId}?secret=${base32Of(secret)}&issuer=duizhang&algorithm=SHA1&digits=${DIGITS}&period=${TOTP_STEP_MS / 1000}`;
}

/** RFC 4648, without padding. */
export function base32Of(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}
