import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Principal } from '../../domain/principal.ts';
import { reachedMerchants } from '../../domain/user.ts';
import type { OidcConfig } from '../config/accessConfig.ts';
import { reachIn, rolesIn, wordsIn } from './oidcClaims.ts';

/** A secret that caller and provider share proves nothing here: no HS256. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const SKEW_S = 60;
/** A provider's token cannot be taken back here: one that lives longer than this is not taken. */
const MOST_AGE_S = 2 * 3600;
const ANSWERS_WITHIN_MS = 5_000;
/** A key that the provider has withdrawn is good this much longer. */
const KEYS_KEPT_MS = 5 * 60_000;
/** Tokens with made-up keys make no more requests than one in this time. */
const COOLDOWN_MS = 30_000;
const SUBJECT = /^[!-~]{1,200}$/;

export type OidcOptions = {
  /** Follows the configuration. */
  readonly merchants: ReadonlyMap<string, Pick<Merchant, 'merchantId' | 'isv'>>;
  readonly now: () => number;
  readonly cooldownMs?: number;
};

/**
 * Who an access token of an identity provider lets in (OpenID Connect Discovery 1.0, RFC 7517, RFC 9068). Users of a provider
 * are named oidc:<sub>, so that none is taken for one of ours.
 * @returns null: it is no token of this provider, or no longer good
 * @throws DZ_OIDC_AWAY: the provider's keys cannot be fetched
 */
export function oidcPrincipals(
  config: OidcConfig,
  { merchants, now, cooldownMs = COOLDOWN_MS }: OidcOptions,
): (token: string) => Promise<Principal | null> {
  let keys: JWTVerifyGetKey | null = null;
  const keysNow = async (): Promise<JWTVerifyGetKey> => {
    keys ??= createRemoteJWKSet(new URL(config.jwksUri ?? (await discovered(config.issuer))), {
      timeoutDuration: ANSWERS_WITHIN_MS,
      cooldownDuration: cooldownMs,
      cacheMaxAge: KEYS_KEPT_MS,
    });
    return keys;
  };
  return async (token) => {
    if (!isFrom(config.issuer, token)) return null;
    try {
      const { payload } = await jwtVerify(token, await keysNow(), {
        algorithms: ALGORITHMS,
        issuer: config.issuer,
        audience: config.audience,
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: SKEW_S,
        maxTokenAge: MOST_AGE_S,
        currentDate: new Date(now()),
      });
      return isAboutLogin(payload) ? null : principalOf(payload, config, merchants);
    } catch (error) {
      if (isRefusal(error)) return null;
      throw away(config.issuer, error);
    }
  };
}

/** ID and logout tokens are signed by the same keys, may name the same audience, and go through more hands. */
function isAboutLogin(payload: JWTPayload): boolean {
  const type = payload['typ'];
  return type === 'ID' || type === 'Logout' || ['nonce', 'at_hash', 'events'].some((name) => name in payload);
}

/** Before anything is fetched for a token that is somebody else's. */
function isFrom(issuer: string, token: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    // It is no JWT.
    return false;
  }
}

/** Everything that is wrong with a token; what is wrong with the provider is no refusal. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  const isProvider = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  return !isProvider && error.code !== 'ERR_JOSE_GENERIC';
}

async function discovered(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  if (!answer.ok) throw new Error(`${url} answers with ${answer.status}`);
  const said: unknown = await answer.json();
  const own = new Map(typeof said === 'object' && said !== null ? Object.entries(said) : []);
  const uri: unknown = own.get('jwks_uri');
  // Another issuer's document would hand over the say to it (Discovery 1.0, 4.3).
  if (own.get('issuer') !== issuer) throw new Error(`${url} is the document of another issuer`);
  if (typeof uri === 'string' && URL.canParse(uri) && sameSafety(uri, issuer)) return uri;
  throw new Error(`${url} names no jwks_uri that is as safe as the issuer`);
}

function sameSafety(uri: string, issuer: string): boolean {
  return uri.startsWith('https:') || issuer.startsWith('http:');
}

function principalOf(
  payload: JWTPayload,
  config: OidcConfig,
  merchants: OidcOptions['merchants'],
): Principal | null {
  const { sub = '', auth_time: authTime, preferred_username: username, name } = payload;
  if (!SUBJECT.test(sub)) return null;
  const shown = [name, username].find((each) => typeof each === 'string' && each !== '');
  return {
    userId: `oidc:${sub}`,
    ...(typeof shown === 'string' ? { name: shown } : {}),
    roles: new Set(rolesIn(payload, config)),
    merchants: reachedMerchants(reachIn(wordsIn(payload, config.scopeClaim)), merchants),
    ...(typeof authTime === 'number' ? { authenticatedAtMs: authTime * 1000 } : {}),
  };
}

export function away(issuer: string, cause: unknown): DuizhangError {
  return new DuizhangError('DZ_OIDC_AWAY', `${issuer} cannot be asked now; try again in a moment`, {
    cause,
    messageZh: '统一身份认证服务暂不可用，请稍后再试',
  });
}
