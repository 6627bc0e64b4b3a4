import type { RedisConnection } from '../connect.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { whileHolding } from '../whileHolding.ts';

export type WhileHeld = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/** One change of a user at a time: a new password must not undo that somebody was disabled. */
export function redisUserLocks(redis: RedisConnection): WhileHeld {
  return (userId, work) =>
    whileHolding(redis, `dz:user-lock:${userId}`, work, () => {
      throw new DuizhangError('DZ_USER_BUSY', `${userId} is being changed just now; try again in a moment`, {
        messageZh: '该用户正在被修改，请稍后再试',
      });
    });
}
