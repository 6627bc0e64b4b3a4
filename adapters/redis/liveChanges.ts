import type { RedisConnection } from './connect.ts';
import { alertJson } from '../../domain/alertJson.ts';
import type { LiveChange, LiveChanges, LiveReader } from '../../domain/alertPorts.ts';
import { verdictBatchJson } from '../../domain/verdictBatchJson.ts';

const ALERTS = { key: 'dz:live', mostKept: 10_000 } as const;
/** Some ten seconds of a busy system: whoever was away for longer sees what comes. */
const VERDICTS = { key: 'dz:live:verdicts', mostKept: 1_000 } as const;

/** Alerts as they change. */
export function redisLiveChanges(redis: RedisConnection): LiveChanges & LiveReader {
  return liveStream(redis, ALERTS);
}

/** Verdicts, in a stream of their own: they would push the alerts out. */
export function redisLiveVerdicts(redis: RedisConnection): LiveChanges & LiveReader {
  return liveStream(redis, VERDICTS);
}

/** Live changes in a stream of Redis, which keeps the newest. */
function liveStream(
  redis: RedisConnection,
  { key, mostKept }: { readonly key: string; readonly mostKept: number },
): LiveChanges & LiveReader {
  return {
    async publish(changes) {
      // One after the other: what is sent together is given up together when the connection breaks.
      for (const change of changes) {
        const { topic, merchantId } = change;
        const data = JSON.stringify(dataOf(change));
        const fields = ['topic', topic, 'merchant', merchantId, 'data', data];
        await redis.xadd(key, 'MAXLEN', '~', mostKept, '*', ...fields);
      }
    },
    async read(after, most) {
      const entries: readonly [string, string[]][] = await redis.xrange(key, `(${after}`, '+', 'COUNT', most);
      return entries.map(([id, [, topic = '', , merchantId = '', , data = '']]) => ({
        id,
        topic,
        merchantId,
        data,
      }));
    },
    async newestId() {
      const [newest]: readonly [string, string[]][] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
      return newest?.[0] ?? '0-0';
    },
    async reaches(id) {
      const [oldest]: readonly [string, string[]][] = await redis.xrange(key, '-', '+', 'COUNT', 1);
      // Of an emptied stream, or one that has let go of more than that: something may be missing.
      return oldest !== undefined && !isBefore(id, oldest[0]);
    },
  };
}

function dataOf(change: LiveChange) {
  return change.topic === 'alert' ? alertJson(change.alert) : verdictBatchJson(change.batch);
}

function isBefore(a: string, b: string): boolean {
  const [aMs = '0', aSeq = '0'] = a.split('-');
  const [bMs = '0', bSeq = '0'] = b.split('-');
  return aMs === bMs ? BigInt(aSeq) < BigInt(bSeq) : BigInt(aMs) < BigInt(bMs);
}
