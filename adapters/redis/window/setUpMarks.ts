import type { RedisConnection } from '../connect.ts';
import { BEING_EMPTIED, key, SET_UP, WHOLE_WINDOW_KEY } from './windowKeys.ts';
import { DuizhangError } from '../../../domain/errors.ts';

/** In each slot, so that a slot that is lost has lost it, too. See WindowStore. */
export async function slotsToSetUp(redis: RedisConnection, slots: number): Promise<readonly number[]> {
  const whole = await redis.get(WHOLE_WINDOW_KEY);
  if (whole === BEING_EMPTIED) {
    throw new DuizhangError(
      'DZ_WINDOW_HALF_EMPTIED',
      'the window was being emptied and that was stopped half-way; do it again: ./duizhang window empty',
    );
  }
  const marks = await Promise.all(Array.from({ length: slots }, (_, slot) => redis.get(key(slot, SET_UP))));
  const own = markOf(slots);
  // Orders would be looked for in other slots than those they lie in, and every one would seem one-sided.
  const other = [whole, ...marks].find((mark) => mark !== null && mark !== own);
  if (typeof other === 'string') {
    throw new DuizhangError(
      'DZ_WINDOW_SLOTS_CHANGED',
      `the window in Redis was made for ${other}, the configuration says ${own}; put \`slots\` back, or have the window built anew (docs/scaling.md)`,
    );
  }
  const unmarked = [...marks.keys()].filter((slot) => marks[slot] === null);
  if (whole === null) return unmarked;
  await markSetUp(redis, slots, unmarked);
  await redis.del(WHOLE_WINDOW_KEY);
  return [];
}

export async function markSetUp(
  redis: RedisConnection,
  slots: number,
  those: readonly number[],
): Promise<void> {
  await Promise.all(those.map((slot) => redis.set(key(slot, SET_UP), markOf(slots))));
}

function markOf(slots: number): string {
  return `${slots} slots`;
}
