import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { SessionTokens } from '../../domain/accessPorts.ts';
import { ACCESS_LIVES_MS } from '../../domain/accessPorts.ts';
import { keyFor } from './sessionKey.ts';

export const SESSION_ISSUER = 'duizhang';
export const SESSION_AUDIENCE = 'duizhang-api';
export const SESSION_ALGORITHM = 'HS256';
export const SESSION_TOKEN_TYPE = 'at+jwt';

/** Of the processes that share a key. */
const SKEW_S = 5;
/** Of users of ours, and of a provider's (oidc:<sub>), in whose names anything may stand. */
const REFRESH = /^([a-z0-9._-]{1,64}|oidc:[!-~]{1,200})~([\w-]{1,64})~(\d{1,9})~([\w-]{43})$/;

type Key = { readonly kid: string; readonly access: Buffer; readonly refresh: Buffer };

/**
 * Tokens of sessions. The access token is a JWT (RFC 9068) that names a session; what the session may do lies in Redis
 * alone. The refresh token is opaque to callers: its session and number under a MAC, so that one that was used before is
 * told from one that was made up.
 * @param keys the one that signs first; the others are still good
 */
export function sessionTokens(keys: readonly [Buffer, ...Buffer[]], newId: () => string): SessionTokens {
  const [own, ...others] = keys.map(keyOf);
  if (!own) throw new Error('there is no key');
  const all = [own, ...others];
  return {
    access: ({ userId, sessionId }, nowMs) => {
      const nowS = Math.floor(nowMs / 1000);
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: SESSION_ALGORITHM, typ: SESSION_TOKEN_TYPE, kid: own.kid })
        .setIssuer(SESSION_ISSUER)
        .setAudience(SESSION_AUDIENCE)
        .setSubject(userId)
        .setJti(newId())
        .setIssuedAt(nowS)
        .setNotBefore(nowS)
        .setExpirationTime(nowS + ACCESS_LIVES_MS / 1000)
        .sign(own.access);
    },
    readAccess: (token, nowMs) => readAccess(token, all, nowMs),
    refresh: ({ userId, sessionId, number }) => {
      const said = `${userId}~${sessionId}~${number}`;
      return `${said}~${macOf(own, said).toString('base64url')}`;
    },
    readRefresh(token) {
      const [, userId, sessionId, number, mac] = REFRESH.exec(token) ?? [];
      if (userId === undefined || sessionId === undefined || mac === undefined) return null;
      const said = `${userId}~${sessionId}~${number}`;
      const given = Buffer.from(mac, 'base64url');
      const isOurs = all.map((key) => timingSafeEqual(macOf(key, said), given)).includes(true);
      return isOurs ? { userId, sessionId, number: Number(number) } : null;
    },
  };
}

async function readAccess(token: string, keys: readonly Key[], nowMs: number) {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = keys.find((each) => each.kid === kid);
        if (key) return key.access;
        throw new errors.JWKSNoMatchingKey();
      },
      {
        algorithms: [SESSION_ALGORITHM],
        typ: SESSION_TOKEN_TYPE,
        issuer: SESSION_ISSUER,
        audience: SESSION_AUDIENCE,
        requiredClaims: ['exp', 'nbf', 'iat', 'jti', 'sub', 'sid'],
        clockTolerance: SKEW_S,
        currentDate: new Date(nowMs),
      },
    );
    const { sub, ['sid']: sessionId } = payload;
    return typeof sub === 'string' && typeof sessionId === 'string' ? { userId: sub, sessionId } : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

function keyOf(key: Buffer): Key {
  const access = keyFor('access tokens', key);
  // Says which key it was, and nothing of the key.
  return { kid: hash('sha256', access, 'hex').slice(0, 16), access, refresh: keyFor('refresh tokens', key) };
}

function macOf({ refresh }: Key, said: string): Buffer {
  return createHmac('sha256', refresh).update(said).digest();
}
