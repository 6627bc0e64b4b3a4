import { Redis } from 'ioredis';

/** Of a command: Redis did not answer in time, or the connection is gone. */
export function isRedisAway(error: unknown): boolean {
  return error instanceof Error && /^(Command timed out|Connection is closed)/.test(error.message);
}

/**
 * A connection that waits for a Redis that is away: its commands are sent when it is back. Everything that the system asks
 * of Redis may be asked twice.
 * @param answersWithinMs how long somebody waits for an answer before they are told that it is away; absent: however long
 */
export function connectRedis(url: string, answersWithinMs?: number): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    ...(answersWithinMs === undefined ? {} : { commandTimeout: answersWithinMs }),
    retryStrategy: (times) => Math.min(20 * times, 500),
  });
  // Commands wait; without a listener ioredis would print every attempt.
  redis.on('error', () => undefined);
  return redis;
}
