import { hash } from 'node:crypto';
import type {
  IdentityProvider,
  LoginsUnderWay,
  LoginUnderWay,
  ProvidedIdentity,
  ProviderAnswer,
  Session,
} from '../domain/accessPorts.ts';
import { NO_USER, PROVIDED_SESSION_LIVES_MS, SESSION_LIVES_MS } from '../domain/accessPorts.ts';
import type { DuizhangError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { LoggedIn } from './logIn.ts';
import { AccessRefused, aboutUser, beginSession } from './logIn.ts';
import type { PeopleDeps } from './people.ts';

// Logging in at an identity provider, by authorization code with PKCE. The code is exchanged by us, and the session that
// begins is one like after a password.

export type ProviderLoginDeps = PeopleDeps & {
  readonly provider: IdentityProvider;
  readonly logins: LoginsUnderWay;
  /** Text that nobody can guess, fit for an address. */
  readonly random: () => string;
};

export type ShownAnswer = ProviderAnswer & { readonly state: string; readonly secret: string };

/** How far clocks may differ. */
const SKEW_MS = 60_000;

/**
 * @param secretHash SHA-256, as base64url, of a secret that the browser keeps
 * @returns where the browser goes, and what comes back with the answer
 * @throws DZ_OIDC_AWAY
 */
export async function beginProviderLogin(
  { secretHash, isFresh }: Pick<LoginUnderWay, 'secretHash' | 'isFresh'>,
  { provider, logins, random, now }: ProviderLoginDeps,
): Promise<{ readonly address: string; readonly state: string }> {
  const [state, nonce, verifier] = [random(), random(), random()];
  const login: LoginUnderWay = { state, nonce, verifier, secretHash, isFresh, startedAtMs: now() };
  const address = await provider.addressOf(login);
  await logins.keep(login);
  return { address, state };
}

/**
 * Begins a session for whoever has logged in at the provider.
 * @throws DZ_OIDC_REFUSED, in the same words whatever is wrong with the answer; DZ_OIDC_NO_USER, DZ_OIDC_AWAY
 */
export async function logInByProvider(shown: ShownAnswer, deps: ProviderLoginDeps): Promise<LoggedIn> {
  const identity = await whoIs(shown, deps);
  return beginSession(await sessionFor(identity, deps), deps);
}

/**
 * The provider asked once more who it is, in a session that goes on: money moves after a fresh login only.
 * @throws as `logInByProvider`; DZ_SESSION_ENDED
 */
export async function authenticateAgainByProvider(
  { userId, sessionId }: Principal,
  shown: ShownAnswer,
  deps: ProviderLoginDeps,
): Promise<{ readonly authenticatedAtMs: number }> {
  const identity = await whoIs(shown, deps, { mustBeFresh: true });
  const session = sessionId === undefined ? null : await deps.sessions.find(userId, sessionId);
  if (!session) throw new AccessRefused('DZ_SESSION_ENDED', null);
  // Somebody else's login makes nobody's session fresh.
  if (userIdOf(identity) !== userId) throw refused();
  const { authenticatedAtMs } = identity;
  if (await deps.sessions.renew({ ...session, authenticatedAtMs })) return { authenticatedAtMs };
  throw new AccessRefused('DZ_SESSION_ENDED', null);
}

async function whoIs(
  { state, secret, ...answer }: ShownAnswer,
  { provider, logins }: ProviderLoginDeps,
  { mustBeFresh = false } = {},
): Promise<ProvidedIdentity> {
  const login = await logins.take(state);
  if (!login || hash('sha256', secret, 'base64url') !== login.secretHash) throw refused();
  if (mustBeFresh && !login.isFresh) throw refused();
  const identity = await provider.identityOf(login, answer);
  if (!identity) throw refused();
  // A provider that did not ask tells the login that it had.
  if (login.isFresh && identity.authenticatedAtMs < login.startedAtMs - SKEW_MS) throw refused();
  return identity;
}

async function sessionFor(identity: ProvidedIdentity, deps: ProviderLoginDeps): Promise<Session> {
  const nowMs = deps.now();
  const { name, roles, reach, authenticatedAtMs } = identity;
  const begun = { sessionId: deps.newId(), authenticatedAtMs, loggedInBy: 'OIDC' } as const;
  if (identity.userId === null) {
    if (roles.length === 0) throw noUser(name);
    const endsAtMs = nowMs + PROVIDED_SESSION_LIVES_MS;
    return { ...begun, userId: userIdOf(identity), name, roles, reach, userVersion: NO_USER, endsAtMs };
  }
  const user = await deps.users.byId(identity.userId);
  if (!user || user.disabled) throw noUser(name, user && aboutUser(user, deps));
  return {
    ...begun,
    userId: user.userId,
    name: user.name,
    roles: user.roles,
    reach: user.reach,
    userVersion: user.version.toString(),
    endsAtMs: nowMs + SESSION_LIVES_MS,
  };
}

/** Nobody of the provider is taken for a user of ours whom it does not name. */
function userIdOf({ subject, userId }: ProvidedIdentity): string {
  return userId ?? `oidc:${subject}`;
}

function refused(): AccessRefused {
  return new AccessRefused('DZ_OIDC_REFUSED', null);
}

function noUser(name: string, about: AccessRefused['about'] = null): DuizhangError {
  return new AccessRefused('DZ_OIDC_NO_USER', about, name);
}
