import type { Session } from '../domain/accessPorts.ts';
import { ACCESS_LIVES_MS, SESSION_LIVES_MS } from '../domain/accessPorts.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { totpStepOf } from '../domain/totp.ts';
import type { User } from '../domain/user.ts';
import { isUserId, userIdOf } from '../domain/user.ts';
import type { PeopleDeps } from './people.ts';

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
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessEndsAtMs: number;
  readonly sessionEndsAtMs: number;
};

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
  await deps.sessions.open(session);
  if (!(await isStill(session, deps))) {
    // Changed while the password was looked at: whoever changed it may have ended the sessions before this one began.
    await deps.sessions.end(session.userId, session.sessionId);
    throw refused();
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
  if (!session || (await deps.sessions.turn(userId, sessionId, number)) !== 'TURNED') throw ended();
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
  const user = await users.byId(userId);
  return user !== null && !user.disabled && user.version.toString() === userVersion;
}

async function tokensOf(session: Session, number: number, { tokens, now }: PeopleDeps): Promise<LoggedIn> {
  const { userId, sessionId, endsAtMs } = session;
  const nowMs = now();
  return {
    accessToken: await tokens.access(session, nowMs),
    refreshToken: tokens.refresh({ userId, sessionId, number }),
    accessEndsAtMs: Math.min(nowMs + ACCESS_LIVES_MS, endsAtMs),
    sessionEndsAtMs: endsAtMs,
  };
}

function refused(): DuizhangError {
  return new DuizhangError(
    'DZ_LOGIN_REFUSED',
    'user, password or one-time code is wrong, or there were too many attempts: wait some minutes, then try once more; an administrator can set a new password',
    {
      messageZh: '用户名、密码或动态码不正确,或尝试次数过多:请等待几分钟后再试,或联系管理员重置密码',
    },
  );
}

function ended(): DuizhangError {
  return new DuizhangError(
    'DZ_SESSION_ENDED',
    'the session has ended; log in again at POST /api/v1/sessions',
    {
      messageZh: '登录已失效,请重新登录',
    },
  );
}
