import type { Session } from '../domain/accessPorts.ts';
import { ACCESS_LIVES_MS, NO_USER, SESSION_LIVES_MS } from '../domain/accessPorts.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { totpStepOf } from '../domain/totp.ts';
import type { User } from '../domain/user.ts';
import { isUserId, reachedMerchants, userIdOf } from '../domain/user.ts';
import type { PeopleDeps } from './people.ts';
import { principalOfSession } from './people.ts';

/** What somebody shows to be let in. */
export type Credentials = {
  /** As typed. */
  readonly user: string;
  readonly password: string;
  /** One-time code; '': none was typed. */
  readonly totp: string;
  /** From where. */
  readonly address: string;
};

export type LoggedIn = {
  readonly principal: Principal;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessEndsAtMs: number;
  readonly sessionEndsAtMs: number;
};

/** Of whom the audit trail tells: never of somebody who is only claimed to be there. */
export type AboutUser = Pick<Principal, 'userId' | 'merchants'>;

/** A refusal that may be told to anybody, since its words are always the same. `about` is for the audit trail alone. */
export class AccessRefused extends DuizhangError {
  /** The user who was tried, where there is one and the attempt was looked at; null: nothing is to be recorded. */
  readonly about: AboutUser | null;

  /** @param name of somebody who has proved who it is, and has no rights here */
  constructor(code: keyof typeof WORDS, about: AboutUser | null, name = '') {
    super(code, `${name}${WORDS[code].en}`, { messageZh: `${name}${WORDS[code].zh}` });
    this.about = about;
  }
}

const WORDS = {
  DZ_LOGIN_REFUSED: {
    en: 'user, password or one-time code is wrong, or there were too many attempts: wait some minutes, then try once more; an administrator can set a new password',
    zh: '用户名、密码或动态验证码不正确，或尝试次数过多：请等待几分钟后再试，或联系管理员重置密码',
  },
  DZ_OIDC_REFUSED: {
    en: 'the login at the identity provider did not come to an end, took too long or was used before: begin it again',
    zh: '统一登录未完成、已超时或已使用，请重新发起',
  },
  DZ_OIDC_NO_USER: {
    en: ' is known to the identity provider and has no rights here: ask an administrator',
    zh: ' 已通过统一登录，但在本系统没有可用的账户或角色，请联系管理员',
  },
  DZ_SESSION_ENDED: {
    en: 'the session has ended; log in again at POST /api/v1/sessions',
    zh: '登录已失效，请重新登录',
  },
} as const;

/**
 * Begins a session.
 * @throws DZ_LOGIN_REFUSED, in the same words and after the same work whatever is wrong: user, password, one-time code, a
 *   disabled user, too many attempts; DZ_LOGIN_BUSY
 */
export async function logIn(shown: Credentials, deps: PeopleDeps): Promise<LoggedIn> {
  const user = await whoShows(shown, deps);
  const nowMs = deps.now();
  const session: Session = {
    sessionId: deps.newId(),
    userId: user.userId,
    name: user.name,
    roles: user.roles,
    reach: user.reach,
    userVersion: user.version.toString(),
    authenticatedAtMs: nowMs,
    endsAtMs: nowMs + SESSION_LIVES_MS,
  };
  return beginSession(session, deps);
}

/** @throws DZ_LOGIN_REFUSED */
export async function beginSession(session: Session, deps: PeopleDeps): Promise<LoggedIn> {
  await deps.sessions.open(session);
  if (!(await isStill(session, deps))) {
    // Changed while the password was looked at: whoever changed it may have ended the sessions before this one began.
    await deps.sessions.end(session.userId, session.sessionId);
    throw new AccessRefused('DZ_LOGIN_REFUSED', aboutSession(session, deps));
  }
  return tokensOf(session, 0, deps);
}

/**
 * New tokens for those of a session, whose refresh token is used up with this.
 * @throws DZ_SESSION_ENDED, in the same words whatever is wrong
 */
export async function refreshSession(refreshToken: string, deps: PeopleDeps): Promise<LoggedIn> {
  const shown = deps.tokens.readRefresh(refreshToken);
  if (!shown) throw ended();
  const { userId, sessionId, number } = shown;
  const session = await deps.sessions.find(userId, sessionId);
  if (!session) throw ended();
  // Somebody has used it before: of the two one has stolen it.
  if ((await deps.sessions.turn(userId, sessionId, number)) !== 'TURNED') {
    throw new AccessRefused('DZ_SESSION_ENDED', aboutSession(session, deps));
  }
  if (!(await isStill(session, deps))) {
    await deps.sessions.end(userId, sessionId);
    throw ended();
  }
  return tokensOf(session, number + 1, deps);
}

/**
 * The password once more, in a session that goes on: money moves after a fresh login only.
 * @throws as `logIn`; DZ_SESSION_ENDED
 */
export async function authenticateAgain(
  { userId, sessionId }: Principal,
  shown: Omit<Credentials, 'user'>,
  deps: PeopleDeps,
): Promise<{ readonly authenticatedAtMs: number }> {
  const session = sessionId === undefined ? null : await deps.sessions.find(userId, sessionId);
  if (!session) throw ended();
  await whoShows({ ...shown, user: userId }, deps);
  const authenticatedAtMs = deps.now();
  if (await deps.sessions.renew({ ...session, authenticatedAtMs })) return { authenticatedAtMs };
  throw ended();
}

/** @throws DZ_LOGIN_REFUSED, DZ_LOGIN_BUSY */
async function whoShows(
  { user: typed, password, totp, address }: Credentials,
  deps: PeopleDeps,
): Promise<User> {
  const leave = deps.places.enter();
  try {
    const userId = userIdOf(typed);
    const mayTry = await deps.attempts.take(userId, address);
    const user = isUserId(userId) ? await deps.users.byId(userId) : null;
    // Whatever is known by now, it is not told by a shorter wait.
    const isRight = await deps.passwords.isRight(password, user?.passwordHash ?? null);
    const secondFactor = secondFactorOf(user, totp, deps);
    const refused = () =>
      new AccessRefused('DZ_LOGIN_REFUSED', user && mayTry ? aboutUser(user, deps) : null);
    if (!user || !mayTry || !isRight || user.disabled || secondFactor === 'WRONG') throw refused();
    if (secondFactor !== 'NONE' && !(await deps.attempts.useTotpStep(userId, secondFactor.step))) {
      throw refused();
    }
    await deps.attempts.succeeded(userId, address);
    return user;
  } finally {
    leave();
  }
}

type SecondFactor = 'NONE' | 'WRONG' | { readonly step: number };

function secondFactorOf(user: User | null, code: string, { sealer, now }: PeopleDeps): SecondFactor {
  if (!user || user.sealedTotp === '') return 'NONE';
  const secret = sealer.open(user.sealedTotp, user.userId);
  const step = secret && totpStepOf(code.normalize('NFKC').trim(), secret, now());
  return step === null ? 'WRONG' : { step };
}

async function isStill({ userId, userVersion }: Session, { users }: PeopleDeps): Promise<boolean> {
  if (userVersion === NO_USER) return true;
  const user = await users.byId(userId);
  return user !== null && !user.disabled && user.version.toString() === userVersion;
}

async function tokensOf(
  session: Session,
  number: number,
  { tokens, merchants, now }: PeopleDeps,
): Promise<LoggedIn> {
  const { userId, sessionId, endsAtMs } = session;
  const nowMs = now();
  return {
    principal: principalOfSession(session, merchants),
    accessToken: await tokens.access(session, nowMs),
    refreshToken: tokens.refresh({ userId, sessionId, number }),
    accessEndsAtMs: Math.min(nowMs + ACCESS_LIVES_MS, endsAtMs),
    sessionEndsAtMs: endsAtMs,
  };
}

export function aboutUser({ userId, reach }: User, { merchants }: PeopleDeps): AboutUser {
  return { userId, merchants: reachedMerchants(reach, merchants) };
}

function aboutSession(session: Session, { merchants }: PeopleDeps): AboutUser {
  return principalOfSession(session, merchants);
}

function ended(): AccessRefused {
  return new AccessRefused('DZ_SESSION_ENDED', null);
}
