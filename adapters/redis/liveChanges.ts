import type { Redis } from 'ioredis';
import { alertJson } from '../../domain/alertJson.ts';
import type { LiveChanges, LiveReader } from '../../domain/alertPorts.ts';

const KEY = 'dz:live';
const MOST_KEPT = 10_000;

/** Live changes in a stream of Redis, which keeps the newest. */
export function redisLiveChanges(redis: Redis): LiveChanges & LiveReader {
  return {
    async publish(changes) {
      if (changes.length === 0) return;
      const calls = redis.pipeline();
      for (const { topic, merchantId, alert } of changes) {
        const data = JSON.stringify(alertJson(alert));
        calls.xadd(KEY, 'MAXLEN', '~', MOST_KEPT, '*', 'topic', topic, 'merchant', merchantId, 'data', data);
      }
      for (const [error] of (await calls.exec()) ?? []) if (error) throw error;
    },
    async read(after, most) {
      const entries: readonly [string, string[]][] = await redis.xrange(KEY, `(${after}`, '+', 'COUNT', most);
      return entries.map(([id, [, topic = '', , merchantId = '', , data = '']]) => ({
        id,
        topic,
        merchantId,
        data,
      }));
    },
    async newestId() {
      const [newest]: readonly [string, string[]][] = await redis.xrevrange(KEY, '+', '-', 'COUNT', 1);
      return newest?.[0] ?? '0-0';
    },
    async reaches(id) {
      const [oldest]: readonly [string, string[]][] = await redis.xrange(KEY, '-', '+', 'COUNT', 1);
      // Of an emptied stream, or one that has let go of more than that: something may be missing.
      return oldest !== undefined && !isBefore(id, oldest[0]);
    },
  };
}

function isBefore(a: string, b: string): boolean {
  const [aMs = '0', aSeq = '0'] = a.split('-');
  const [bMs = '0', bSeq = '0'] = b.split('-');
  return aMs === bMs ? BigInt(aSeq) < BigInt(bSeq) : BigInt(aMs) < BigInt(bMs);
}
