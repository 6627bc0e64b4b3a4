import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { DuizhangError } from '../../../domain/errors.ts';

const KEEP = readFileSync(new URL('../leaseKeep.lua', import.meta.url), 'utf8');
const LOCK_MS = 30_000;

export type WhileHeld = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/** One change of a user at a time: a new password must not undo that somebody was disabled. */
export function redisUserLocks(redis: Redis): WhileHeld {
  return async (userId, work) => {
    const key = `dz:user-lock:${userId}`;
    const mark = randomBytes(16).toString('hex');
    if ((await redis.set(key, mark, 'PX', LOCK_MS, 'NX')) !== 'OK') {
      throw new DuizhangError('DZ_USER_BUSY', `${userId} is being changed just now; try again in a moment`);
    }
    try {
      return await work();
    } finally {
      await redis.eval(KEEP, 1, key, mark, 0);
    }
  };
}
