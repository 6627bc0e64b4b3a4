import type { Role } from './principal.ts';
import type { Reach, User } from './user.ts';

// How the use cases of people (people/) see the outside.

export type Users = {
  byId(userId: string): Promise<User | null>;
  /** By name, in order. */
  all(): Promise<readonly User[]>;
  /** A new user, or the next version of one. */
  save(user: User): Promise<void>;
};

export type Passwords = {
  /** @returns in PHC form, with parameters and salt */
  hash(password: string): Promise<string>;
  /** @param stored null: of a user that does not exist, which takes as long and is never right */
  isRight(password: string, stored: string | null): Promise<boolean>;
};

/** Keeps secrets unreadable where they are stored. */
export type Sealer = {
  /** @param bound to what: sealed text of another one does not open */
  seal(secret: Uint8Array, bound: string): string;
  /** @returns null: it was sealed with another key, for another one, or is no sealed text */
  open(sealed: string, bound: string): Uint8Array | null;
};

/** One login of somebody, and what it may do. */
export type Session = {
  readonly sessionId: string;
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly reach: Reach;
  /** Of the user: a later one ends it. */
  readonly userVersion: string;
  /** When the password was last shown. */
  readonly authenticatedAtMs: number;
  readonly endsAtMs: number;
  /** Absent: with a password. */
  readonly loggedInBy?: 'OIDC';
};

/** `userVersion` of somebody whom the provider alone knows: there is no record of ours that could change. */
export const NO_USER = '';

export type Sessions = {
  open(session: Session): Promise<void>;
  /** @returns null: it has ended */
  find(userId: string, sessionId: string): Promise<Session | null>;
  /**
   * Uses up the refresh token with this number; the next one has the next number.
   * @returns REUSED: it was used before, and the session is over now for whoever holds any of its tokens
   */
  turn(userId: string, sessionId: string, number: number): Promise<'TURNED' | 'REUSED' | 'ENDED'>;
  /** In place of what is known of a session, if it has not ended. */
  renew(session: Session): Promise<boolean>;
  end(userId: string, sessionId: string): Promise<void>;
  endAll(userId: string): Promise<void>;
};

/** A login at the provider that has begun in a browser. */
export type LoginUnderWay = {
  /** Comes back with the answer; each is good once. */
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
  /** SHA-256, as base64url, of what the browser alone knows: an answer that was read on its way is no use to others. */
  readonly secretHash: string;
  /** The provider is to ask who it is, whoever it knows. */
  readonly isFresh: boolean;
  readonly startedAtMs: number;
};

export type LoginsUnderWay = {
  keep(login: LoginUnderWay): Promise<void>;
  /** @returns null: there is none, it took too long, or it was taken before */
  take(state: string): Promise<LoginUnderWay | null>;
};

/** What a provider says of somebody who logged in there. */
export type ProvidedIdentity = {
  readonly subject: string;
  readonly name: string;
  /** Which user of ours it is; null: its users are its own, with roles and hospitals from its claims. */
  readonly userId: string | null;
  readonly roles: readonly Role[];
  readonly reach: Reach;
  readonly authenticatedAtMs: number;
};

/** How an answer of the provider came back to the browser. */
export type ProviderAnswer = {
  readonly code: string;
  /** RFC 9207; null: it did not say who it is. */
  readonly iss: string | null;
};

/** @throws DZ_OIDC_AWAY */
export type IdentityProvider = {
  /** Where the browser is sent to. */
  addressOf(login: LoginUnderWay): Promise<string>;
  /** @returns null: the answer proves nothing */
  identityOf(login: LoginUnderWay, answer: ProviderAnswer): Promise<ProvidedIdentity | null>;
};

export type LoginAttempts = {
  /**
   * Counts an attempt before its password is looked at: however many are made at once, no more are let through.
   * @returns false: too many failed, and it is refused whatever the password
   */
  take(userId: string, address: string): Promise<boolean>;
  /** The password was right: the user's count begins anew, the address has its attempt back. */
  succeeded(userId: string, address: string): Promise<void>;
  /** Ends the user's lock-out. */
  forget(userId: string): Promise<void>;
  /** @returns false: a code of the step was used before */
  useTotpStep(userId: string, step: number): Promise<boolean>;
};

export type SessionTokens = {
  /** @returns a JWT that is good for `ACCESS_LIVES_MS` */
  access(session: Pick<Session, 'userId' | 'sessionId'>, nowMs: number): Promise<string>;
  /** @returns null: it is none of ours, or its time is over or has not begun */
  readAccess(token: string, nowMs: number): Promise<Pick<Session, 'userId' | 'sessionId'> | null>;
  refresh(refresh: RefreshToken): string;
  /** @returns null: it was not made by us */
  readRefresh(token: string): RefreshToken | null;
};

export type RefreshToken = Pick<Session, 'userId' | 'sessionId'> & {
  /** How many came before it in its session. */
  readonly number: number;
};

export const ACCESS_LIVES_MS = 10 * 60_000;
export const SESSION_LIVES_MS = 12 * 3_600_000;
/** Of somebody whom nobody here can shut out. */
export const PROVIDED_SESSION_LIVES_MS = 2 * 3_600_000;
