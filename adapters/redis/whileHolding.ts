import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from './connect.ts';

const KEEP = readFileSync(new URL('./leaseKeep.lua', import.meta.url), 'utf8');
const LOCK_MS = 30_000;

/** Work that nobody else does at the same time, for as long as 30 s. @param onBusy somebody is at it: throws */
export async function whileHolding<T>(
  redis: RedisConnection,
  key: string,
  work: () => Promise<T>,
  onBusy: () => never,
): Promise<T> {
  const mark = randomBytes(16).toString('hex');
  if ((await redis.set(key, mark, 'PX', LOCK_MS, 'NX')) !== 'OK') onBusy();
  try {
    return await work();
  } finally {
    await redis.eval(KEEP, 1, key, mark, 0);
  }
}
