import { DuizhangError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { User } from '../domain/user.ts';
import type { UserChange, UserChangeDeps } from './userChanges.ts';
import { changeUser } from './userChanges.ts';

/** Held while it is looked at who is left: two administrators must not take the rights of each other. */
const ADMINS = '*admins*';

/**
 * Changes a user for an administrator.
 * @throws DZ_USER_SELF of whoever would shut themselves out, DZ_USER_LAST_ADMIN, DZ_USER_UNKNOWN
 */
export async function changeByAdmin(
  admin: Principal,
  userId: string,
  change: UserChange,
  deps: UserChangeDeps,
): Promise<User> {
  const takesRights =
    change.disabled === true ||
    (change.roles !== undefined && !change.roles.includes('admin')) ||
    (change.reach !== undefined && change.reach !== null);
  if (!takesRights) return changeUser(userId, change, admin.userId, deps);
  if (userId === admin.userId) {
    throw new DuizhangError(
      'DZ_USER_SELF',
      'nobody takes their own rights as an administrator; ask another one',
      {
        messageZh: '不能取消自己的管理员权限或停用自己，请由其他管理员操作',
      },
    );
  }
  return deps.whileHeld(ADMINS, async () => {
    const users = await deps.users.all();
    const isLast = isFullAdmin(users.find((user) => user.userId === userId));
    if (isLast && !users.some((user) => user.userId !== userId && isFullAdmin(user))) {
      throw new DuizhangError(
        'DZ_USER_LAST_ADMIN',
        `${userId} is the last user who is an administrator of all hospitals; make another one first`,
        { messageZh: '这是最后一位可管理全部医院的管理员，请先增加另一位' },
      );
    }
    return changeUser(userId, change, admin.userId, deps);
  });
}

function isFullAdmin(user: User | undefined): boolean {
  return user !== undefined && !user.disabled && user.reach === null && user.roles.includes('admin');
}
