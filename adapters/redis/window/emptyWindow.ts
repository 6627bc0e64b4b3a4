import type { RedisConnection } from '../connect.ts';
import { serversOf } from '../connect.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { RedisHeartbeatBoard } from './heartbeatBoard.ts';
import { BEING_EMPTIED, SLOT_KEYS, WHOLE_WINDOW_KEY } from './windowKeys.ts';

const KEYS_A_CALL = 1_000;

/**
 * Takes the window away, and nothing else that lies in this Redis (sessions, locks of money): the next pipeline builds it anew
 * from the ledger and the log, with the number of slots that it is told. Stopped half-way it has to be done again; until then
 * no pipeline starts on what is left.
 * @param staleAfterMs a pipeline that has given a sign of life since then is running
 * @returns keys removed
 * @throws DZ_WINDOW_IN_USE while a pipeline is running
 */
export async function emptyWindow(
  redis: RedisConnection,
  nowMs: number,
  staleAfterMs: number,
): Promise<number> {
  const beats = [...(await new RedisHeartbeatBoard(redis).read()).values()];
  const latestMs = Math.max(...beats.map(({ atMs }) => atMs));
  if (latestMs > nowMs - staleAfterMs) {
    throw new DuizhangError(
      'DZ_WINDOW_IN_USE',
      `a pipeline works on this window: it gave a sign of life ${Math.max(0, Math.round((nowMs - latestMs) / 1000))} s ago; stop it and wait ${staleAfterMs / 1000} s`,
    );
  }
  await redis.set(WHOLE_WINDOW_KEY, BEING_EMPTIED);
  let removed = 0;
  // Until none is found: servers of a cluster may hand a slot on meanwhile.
  for (let found = -1; found !== 0; removed += found) found = await removeSlotKeys(redis);
  await redis.del(WHOLE_WINDOW_KEY);
  return removed;
}

async function removeSlotKeys(redis: RedisConnection): Promise<number> {
  let found = 0;
  for (const server of serversOf(redis)) {
    let cursor = '0';
    do {
      const [next, keys] = await server.scan(cursor, 'MATCH', SLOT_KEYS, 'COUNT', KEYS_A_CALL);
      // A key a call: those of several slots are no one server's.
      await Promise.all(keys.map((key) => redis.unlink(key)));
      found += keys.length;
      cursor = next;
    } while (cursor !== '0');
  }
  return found;
}
