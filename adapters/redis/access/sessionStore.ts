import { readFileSync } from 'node:fs';
import type { RedisConnection } from '../connect.ts';
import type { Session, Sessions } from '../../../domain/accessPorts.ts';

const OPEN = readFileSync(new URL('openSession.lua', import.meta.url), 'utf8');
const TURN = readFileSync(new URL('turnSession.lua', import.meta.url), 'utf8');
const RENEW = readFileSync(new URL('renewSession.lua', import.meta.url), 'utf8');

/** Of one user at once; the one that ends soonest gives way. */
const MOST_SESSIONS = 20;

/**
 * Sessions in Redis, all of a user in one hash, so that ending them is one step. A Redis that was emptied has ended them
 * all.
 */
export function redisSessions(redis: RedisConnection, now: () => number): Sessions {
  return {
    async open(session) {
      const { userId, sessionId, endsAtMs } = session;
      await redis.eval(OPEN, 1, keyOf(userId), sessionId, textOf(session), now(), endsAtMs, MOST_SESSIONS);
    },
    async find(userId, sessionId) {
      const text = await redis.hget(keyOf(userId), sessionId);
      if (text === null) return null;
      const session: Session = { ...JSON.parse(text), userId, sessionId };
      return session.endsAtMs > now() ? session : null;
    },
    async turn(userId, sessionId, number) {
      const answer = Number(await redis.eval(TURN, 1, keyOf(userId), sessionId, number));
      return answer === 1 ? 'TURNED' : answer === 0 ? 'ENDED' : 'REUSED';
    },
    async renew(session) {
      const { userId, sessionId } = session;
      return Number(await redis.eval(RENEW, 1, keyOf(userId), sessionId, textOf(session))) === 1;
    },
    async end(userId, sessionId) {
      await redis.hdel(keyOf(userId), sessionId, `n:${sessionId}`, `e:${sessionId}`);
    },
    async endAll(userId) {
      await redis.del(keyOf(userId));
    },
  };
}

/** What is not its place in Redis. */
function textOf({ userId: _user, sessionId: _session, ...more }: Session): string {
  return JSON.stringify(more);
}

function keyOf(userId: string): string {
  return `dz:sessions:{${userId}}`;
}
