import type { Configuration } from 'openid-client';
import * as openid from 'openid-client';
import type {
  IdentityProvider,
  LoginUnderWay,
  ProvidedIdentity,
  ProviderAnswer,
} from '../../domain/accessPorts.ts';
import { userIdOf } from '../../domain/user.ts';
import type { OidcLoginConfig } from '../config/accessConfig.ts';
import { secretText } from '../sources/secrets.ts';
import type { Claims } from './oidcClaims.ts';
import { reachIn, rolesIn, wordsIn } from './oidcClaims.ts';
import { away } from './oidcPrincipals.ts';

export const CALLBACK_PATH = '/login/callback';
const ANSWERS_WITHIN_S = 5;
const SKEW_S = 60;
/** Asked for so that the provider says when somebody logged in; an older login is asked for anew. */
const MOST_AGE_S = 12 * 3600;
const PLAIN = /^[!-~]+$/;
const SUBJECT = /^[!-~]{1,200}$/;

/**
 * The provider's own login, for the console (OpenID Connect Core 1.0, 3.1, with PKCE). The code is exchanged here, where the
 * client's secret is; the ID token's signature is held although it comes over TLS.
 * @throws DZ_CONFIG_INVALID of a secret that is not there
 */
export function oidcLogin(
  config: OidcLoginConfig,
  env: NodeJS.ProcessEnv,
  now: () => number,
): IdentityProvider {
  const { oidc, raw, folder, fail } = config;
  const hasSecret = raw.keyFile !== undefined || raw.keyEnv !== undefined;
  const secret = hasSecret ? secretText(raw, { folder, env, fail: (message) => fail([], message) }) : null;
  const redirectUri = `${raw.address}${CALLBACK_PATH}`;
  let known: Promise<Configuration> | null = null;
  const client = (): Promise<Configuration> => {
    known ??= discovered(oidc.issuer, raw.clientId, secret, now).catch((error: unknown) => {
      known = null;
      throw away(oidc.issuer, error);
    });
    return known;
  };
  return {
    async addressOf({ state, nonce, verifier, isFresh }) {
      const url = openid.buildAuthorizationUrl(await client(), {
        redirect_uri: redirectUri,
        scope: raw.scope ?? 'openid profile',
        state,
        nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        max_age: String(isFresh ? 0 : MOST_AGE_S),
        ...(isFresh ? { prompt: 'login' } : {}),
      });
      return url.href;
    },
    async identityOf(login, answer) {
      const asked = await client();
      try {
        return identityIn(await claimsOf(asked, login, answer, redirectUri), config);
      } catch (error) {
        if (isRefusal(error)) return null;
        throw away(oidc.issuer, error);
      }
    },
  };
}

async function discovered(
  issuer: string,
  clientId: string,
  secret: string | null,
  now: () => number,
): Promise<Configuration> {
  const isPlain = issuer.startsWith('http:');
  const metadata = {
    [openid.clockTolerance]: SKEW_S,
    [openid.clockSkew]: Math.round((now() - Date.now()) / 1000),
  };
  const client = await openid.discovery(
    new URL(issuer),
    clientId,
    metadata,
    secret === null ? openid.None() : openid.ClientSecretBasic(secret),
    { timeout: ANSWERS_WITHIN_S, execute: isPlain ? [openid.allowInsecureRequests] : [] },
  );
  openid.enableNonRepudiationChecks(client);
  return client;
}

async function claimsOf(
  client: Configuration,
  { state, nonce, verifier }: LoginUnderWay,
  { code, iss }: ProviderAnswer,
  redirectUri: string,
): Promise<Claims> {
  const answer = new URL(redirectUri);
  answer.searchParams.set('code', code);
  answer.searchParams.set('state', state);
  if (iss !== null) answer.searchParams.set('iss', iss);
  const tokens = await openid.authorizationCodeGrant(client, answer, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
    maxAge: MOST_AGE_S,
  });
  const said = tokens.claims() ?? { sub: '' };
  if (client.serverMetadata().userinfo_endpoint === undefined) return said;
  // Providers tell roles and groups here that they leave out of the ID token.
  return { ...(await openid.fetchUserInfo(client, tokens.access_token, said.sub)), ...said };
}

function identityIn(claims: Claims, { oidc, raw }: OidcLoginConfig): ProvidedIdentity | null {
  const { sub, auth_time: authTime, name, preferred_username: username } = claims;
  if (typeof sub !== 'string' || !SUBJECT.test(sub) || typeof authTime !== 'number') return null;
  const shown = [name, username, sub].find((each) => typeof each === 'string' && each !== '');
  return {
    subject: sub,
    name: String(shown),
    userId: raw.userClaim === undefined ? null : userIn(wordsIn(claims, raw.userClaim)),
    roles: rolesIn(claims, oidc),
    reach: reachIn(wordsIn(claims, oidc.scopeClaim)),
    authenticatedAtMs: authTime * 1000,
  };
}

/**
 * Whose name is several words has the name of nobody here: "chen (agency)" is not chen. Nor is whoever writes "chen" in
 * full-width letters at a provider where people name themselves.
 */
function userIn([name = '', ...others]: readonly string[]): string {
  return others.length > 0 || !PLAIN.test(name) ? '' : userIdOf(name);
}

/** What is wrong with an answer; what is wrong with the provider, or with us as its client, is no refusal of anybody. */
function isRefusal(error: unknown): boolean {
  if (error instanceof openid.ResponseBodyError) return error.error === 'invalid_grant';
  if (error instanceof openid.AuthorizationResponseError) return true;
  if (!(error instanceof openid.ClientError)) return false;
  return !['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_PARSE_ERROR'].includes(error.code ?? '');
}
