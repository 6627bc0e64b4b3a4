import { Redis } from 'ioredis';

/**
 * A connection that waits for a Redis that is away, however long: its commands are sent when it is back. Everything that
 * the system asks of Redis may be asked twice.
 */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(20 * times, 500),
  });
  // Commands wait; without a listener ioredis would print every attempt.
  redis.on('error', () => undefined);
  return redis;
}
