import type { LoginAttempts, Passwords, Sealer, Sessions, Users } from '../domain/accessPorts.ts';
import { DuizhangError } from '../domain/errors.ts';
import { passwordFault } from '../domain/passwordRules.ts';
import type { Role } from '../domain/principal.ts';
import type { Reach, User } from '../domain/user.ts';
import { isUserId } from '../domain/user.ts';

export type UserChangeDeps = {
  readonly users: Users;
  readonly passwords: Passwords;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly attempts: Pick<LoginAttempts, 'forget'>;
  /** Holds a user while they are changed. */
  readonly whileHeld: <T>(userId: string, work: () => Promise<T>) => Promise<T>;
  readonly now: () => number;
};

export type NewUser = {
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly reach: Reach;
  readonly password: string;
};

/** @throws DZ_USER_NAME, DZ_USER_EXISTS, DZ_PASSWORD_WEAK */
export async function addUser(wish: NewUser, by: string, deps: UserChangeDeps): Promise<User> {
  const { userId, name, roles, reach } = wish;
  if (!isUserId(userId)) {
    throw new DuizhangError(
      'DZ_USER_NAME',
      `"${userId}" is no name of a user: small letters, digits, ".", "_" and "-", beginning with a letter or digit`,
    );
  }
  const passwordHash = await hashOf(wish.password, userId, deps);
  return deps.whileHeld(userId, async () => {
    if (await deps.users.byId(userId)) {
      throw new DuizhangError(
        'DZ_USER_EXISTS',
        `there is a user ${userId} already; ./duizhang user change, passwd and enable change them`,
      );
    }
    const at = deps.now();
    const user: User = {
      userId,
      name,
      roles,
      reach,
      passwordHash,
      disabled: false,
      sealedTotp: '',
      version: 1n,
      createdBy: by,
      createdAtMs: at,
      changedBy: by,
      changedAtMs: at,
    };
    await deps.users.save(user);
    return user;
  });
}

export type UserChange = Partial<
  Pick<User, 'name' | 'roles' | 'reach' | 'disabled' | 'sealedTotp' | 'passwordHash'>
>;

/**
 * Changes a user, whose sessions end: first what is on record, then the sessions. A login in between finds the new record
 * after it has begun its session, and ends it (logIn.ts).
 * @throws DZ_USER_UNKNOWN
 */
export async function changeUser(
  userId: string,
  change: UserChange,
  by: string,
  deps: UserChangeDeps,
): Promise<User> {
  return deps.whileHeld(userId, async () => {
    const user = await deps.users.byId(userId);
    if (!user) {
      throw new DuizhangError(
        'DZ_USER_UNKNOWN',
        `there is no user ${userId}; ./duizhang user list names those that there are`,
      );
    }
    const changed = {
      ...user,
      ...change,
      version: user.version + 1n,
      changedBy: by,
      changedAtMs: deps.now(),
    };
    await deps.users.save(changed);
    await deps.sessions.endAll(userId);
    return changed;
  });
}

/** Also ends a lock-out. @throws DZ_USER_UNKNOWN, DZ_PASSWORD_WEAK */
export async function setPassword(
  userId: string,
  password: string,
  by: string,
  deps: UserChangeDeps,
): Promise<User> {
  const user = await changeUser(userId, { passwordHash: await hashOf(password, userId, deps) }, by, deps);
  await deps.attempts.forget(userId);
  return user;
}

/** Also ends a lock-out. @throws DZ_USER_UNKNOWN */
export async function enableUser(userId: string, by: string, deps: UserChangeDeps): Promise<User> {
  const user = await changeUser(userId, { disabled: false }, by, deps);
  await deps.attempts.forget(userId);
  return user;
}

/** From now on the user logs in with one-time codes, too. @throws DZ_USER_UNKNOWN */
export function demandTotp(
  userId: string,
  secret: Uint8Array,
  by: string,
  deps: UserChangeDeps & { readonly sealer: Sealer },
): Promise<User> {
  return changeUser(userId, { sealedTotp: deps.sealer.seal(secret, userId) }, by, deps);
}

async function hashOf(password: string, userId: string, { passwords }: UserChangeDeps): Promise<string> {
  const fault = passwordFault(password, userId);
  if (fault === null) return passwords.hash(password);
  throw new DuizhangError(
    'DZ_PASSWORD_WEAK',
    `the password is too weak: ${fault}; some words that do not belong together make a good one`,
    { messageZh: '密码强度不足：至少 10 个字符，且不能是常见密码、用户名或连续字符' },
  );
}
