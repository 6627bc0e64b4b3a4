import type { RedisConnection } from './connect.ts';
import type { NonceStore } from '../../domain/machine.ts';

/** Nonces that were used, in Redis; whoever empties it opens the skew of the timestamps to replays, and no more. */
export function redisNonces(redis: RedisConnection): NonceStore {
  return {
    async isFirstUse(machineId, nonce, keepMs) {
      return (await redis.set(`dz:nonce:${machineId}:${nonce}`, '1', 'PX', keepMs, 'NX')) === 'OK';
    },
  };
}
