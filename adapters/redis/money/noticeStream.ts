import type { RedisConnection } from '../connect.ts';
import type { Notice, Notifier } from '../../../domain/resolutionPorts.ts';

const MOST_NOTICES = 1_000;
const LIVE_MS = 10 * 60_000;

/**
 * The demo's notifier: a stream in Redis for each user, read with `./duizhang notices`. Nothing of it goes to any log; Redis keeps
 * it in its append-only file, in a folder for its owner alone. A stream that nobody adds to ends by itself.
 */
export function redisNoticeStream(
  redis: RedisConnection,
): Notifier & { latest(userId: string): Promise<readonly Notice[]> } {
  return {
    async deliver({ userId, kind, text, atMs }) {
      const key = keyOf(userId);
      await redis
        .multi()
        .xadd(key, 'MAXLEN', '~', MOST_NOTICES, '*', 'kind', kind, 'text', text, 'at', String(atMs))
        .pexpire(key, LIVE_MS)
        .exec();
    },
    async latest(userId) {
      const entries: readonly [string, string[]][] = await redis.xrevrange(
        keyOf(userId),
        '+',
        '-',
        'COUNT',
        20,
      );
      return entries.map(([, [, , , text = '', , at = '0']]) => ({
        userId,
        kind: 'VERIFICATION_CODE' as const,
        text,
        atMs: Number(at),
      }));
    },
  };
}

function keyOf(userId: string): string {
  return `dz:notices:${userId}`;
}
