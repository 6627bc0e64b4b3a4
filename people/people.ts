import type {
  LoginAttempts,
  Passwords,
  Sealer,
  Session,
  Sessions,
  SessionTokens,
  Users,
} from '../domain/accessPorts.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { Principal } from '../domain/principal.ts';
import { reachedMerchants } from '../domain/user.ts';

/** What logging in and out is done with. */
export type PeopleDeps = {
  readonly users: Users;
  readonly passwords: Passwords;
  readonly attempts: LoginAttempts;
  readonly sealer: Sealer;
  readonly sessions: Sessions;
  readonly tokens: SessionTokens;
  /** Logins that are being looked at; the others are told to come again. */
  readonly places: Places;
  /** Follows the configuration. */
  readonly merchants: ReadonlyMap<string, Pick<Merchant, 'merchantId' | 'isv' | 'name'>>;
  readonly now: () => number;
  readonly newId: () => string;
};

export type Places = {
  /** @returns what gives the place back. @throws DZ_LOGIN_BUSY */
  enter(): () => void;
};

/** Who a session lets in. */
export function principalOfSession(session: Session, merchants: PeopleDeps['merchants']): Principal {
  const { userId, name, roles, reach, authenticatedAtMs, sessionId, loggedInBy } = session;
  return {
    userId,
    name,
    authenticatedAtMs,
    sessionId,
    roles: new Set(roles),
    merchants: reachedMerchants(reach, merchants),
    ...(loggedInBy === undefined ? {} : { loggedInBy }),
  };
}

/**
 * Who an access token of ours lets in, as long as its session has not ended.
 * @returns null: nobody
 */
export async function principalOfToken(token: string, deps: PeopleDeps): Promise<Principal | null> {
  const named = await deps.tokens.readAccess(token, deps.now());
  const session = named && (await deps.sessions.find(named.userId, named.sessionId));
  return session && principalOfSession(session, deps.merchants);
}
