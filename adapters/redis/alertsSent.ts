import type { AlertsSent } from '../../domain/outputPorts.ts';
import type { RedisConnection } from './connect.ts';

const KEY = 'dz:alerts-sent-until';

/** Where it is lost, some are told again. */
export function redisAlertsSent(redis: RedisConnection): AlertsSent {
  return {
    async read() {
      const said = await redis.get(KEY);
      return said === null ? null : Number(said);
    },
    async set(untilMs) {
      await redis.set(KEY, String(untilMs));
    },
  };
}
