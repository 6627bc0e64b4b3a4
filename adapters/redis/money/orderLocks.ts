import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { RedisConnection } from '../connect.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import type { OrderLocks } from '../../../domain/resolutionPorts.ts';

const KEEP = readFileSync(new URL('../leaseKeep.lua', import.meta.url), 'utf8');

/** Longer than a gateway may take (see resolution/), so that a living holder never loses it in the middle of a call. */
export const ORDER_LOCK_MS = 60_000;

const EPOCH_KEY = 'dz:money-epoch';

/**
 * Locks of orders in Redis. They keep two actions on one order from running at once and save needless gateway calls; what
 * keeps money from being paid twice even without them is the refund's number.
 */
export function redisOrderLocks(redis: RedisConnection, lockMs = ORDER_LOCK_MS): OrderLocks {
  return {
    async hold(merchantId, orderNo) {
      const key = `dz:order-lock:{${merchantId} ${orderNo}}`;
      const mark = randomBytes(16).toString('hex');
      // Counted from before the lock is asked for, by a clock that also runs while a process stands still.
      const endsAt = performance.now() + lockMs;
      if ((await redis.set(key, mark, 'PX', lockMs, 'NX')) !== 'OK') return null;
      const release = async (): Promise<void> => {
        await redis.eval(KEEP, 1, key, mark, 0);
      };
      if ((await redis.exists(EPOCH_KEY)) === 0) {
        await release();
        throw new DuizhangError(
          'DZ_MONEY_WAITS',
          'Redis was emptied or is new; actions wait until its state is rebuilt, in a minute at most',
          { messageZh: '系统正在恢复状态，请一分钟后再试' },
        );
      }
      return {
        remainingMs: () => endsAt - performance.now(),
        async assertHeld() {
          if (performance.now() < endsAt && (await redis.get(key)) === mark) return;
          throw new DuizhangError(
            'DZ_ORDER_LOCK_LOST',
            `the action on ${merchantId} ${orderNo} took too long, or Redis was emptied; what it began is followed to its end by itself`,
          );
        },
        release,
      };
    },
  };
}

/** See MoneyEpoch (resolution/keepResolution.ts): the way for actions opens when no lost lock can still be somebody's. */
export function redisMoneyEpoch(redis: RedisConnection, now: () => number, lockMs = ORDER_LOCK_MS) {
  return {
    lockMs,
    async has(): Promise<boolean> {
      return (await redis.exists(EPOCH_KEY)) === 1;
    },
    async begin(): Promise<void> {
      await redis.set(EPOCH_KEY, String(now()), 'NX');
    },
  };
}
