import type { Redis } from 'ioredis';
import { DuizhangError } from '../../../domain/errors.ts';
import { RedisHeartbeatBoard } from './heartbeatBoard.ts';
import { BEING_EMPTIED, SET_UP_KEY, SLOT_KEYS } from './windowKeys.ts';

const KEYS_A_CALL = 1_000;

/**
 * Takes the window away, and nothing else that lies in this Redis (sessions, locks of money): the next pipeline builds it anew
 * from the ledger and the log, with the number of slots that it is told. Stopped half-way it has to be done again; until then
 * no pipeline starts on what is left.
 * @param staleAfterMs a pipeline that has given a sign of life since then is running
 * @returns keys removed
 * @throws DZ_WINDOW_IN_USE while a pipeline is running
 */
export async function emptyWindow(redis: Redis, nowMs: number, staleAfterMs: number): Promise<number> {
  const beats = [...(await new RedisHeartbeatBoard(redis).read()).values()];
  const latestMs = Math.max(...beats.map(({ atMs }) => atMs));
  if (latestMs > nowMs - staleAfterMs) {
    throw new DuizhangError(
      'DZ_WINDOW_IN_USE',
      `a pipeline works on this window: it gave a sign of life ${Math.max(0, Math.round((nowMs - latestMs) / 1000))} s ago; stop it and wait ${staleAfterMs / 1000} s`,
    );
  }
  await redis.set(SET_UP_KEY, BEING_EMPTIED);
  let removed = 0;
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', SLOT_KEYS, 'COUNT', KEYS_A_CALL);
    if (keys.length > 0) removed += await redis.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
  await redis.del(SET_UP_KEY);
  return removed;
}
