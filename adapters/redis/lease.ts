import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { CloseLease, RunKey, TokenIssuer } from '../../domain/closePorts.ts';
import { DuizhangError } from '../../domain/errors.ts';

const ACQUIRE = readFileSync(new URL('leaseAcquire.lua', import.meta.url), 'utf8');
const KEEP = readFileSync(new URL('leaseKeep.lua', import.meta.url), 'utf8');

/** A close that died gives way after this long; a living one prolongs its lease. */
const LEASE_MS = 30_000;

/**
 * Leases of closes in Redis: at most one close at a time of a merchant, date and mode, each with a fencing token. The
 * lease only saves needless work; what keeps a stale run from publishing is its token.
 */
export function redisTokenIssuer(redis: Redis, leaseMs = LEASE_MS): TokenIssuer {
  return {
    async acquire(run, highestPublished) {
      const published = await highestPublished();
      const token = Number(
        await redis.eval(ACQUIRE, 2, leaseKey(run), holderKey(run), published.toString(), run.runId, leaseMs),
      );
      if (token < 0) {
        throw new DuizhangError(
          'DZ_CLOSE_RUNNING',
          `${run.merchantId} ${run.businessDate} is being closed just now; try again when that run has ended`,
        );
      }
      return keptLease(redis, run, token, leaseMs);
    },
  };
}

function keptLease(redis: Redis, run: RunKey, token: number, leaseMs: number): CloseLease {
  const mark = `${token} ${run.runId}`;
  // A failed renewal needs no handling of its own: assertHeld decides at publication.
  const renewal = setInterval(() => {
    redis.eval(KEEP, 1, leaseKey(run), mark, leaseMs).catch(() => undefined);
  }, leaseMs / 3);
  renewal.unref();
  return {
    token: BigInt(token),
    async assertHeld() {
      if ((await redis.get(holderKey(run))) === mark) return;
      throw new DuizhangError(
        'DZ_CLOSE_LEASE_LOST',
        `the close ${run.runId} of ${run.merchantId} ${run.businessDate} took too long and a later one took over; its result is not published`,
      );
    },
    async release() {
      clearInterval(renewal);
      await redis.eval(KEEP, 1, leaseKey(run), mark, 0);
      await redis.incr(ENDED_KEY);
    },
  };
}

const ENDED_KEY = 'dz:closes-ended';

/** Changes whenever a close has ended: whoever follows the closed dates looks at them then, and not all the time. */
export async function closesEnded(redis: Redis): Promise<string> {
  return (await redis.get(ENDED_KEY)) ?? '';
}

// One hash tag, so that both keys lie on one node of a Redis Cluster.
function tag(run: RunKey): string {
  return `dz:close:{${run.merchantId} ${run.businessDate} ${run.mode}}`;
}

function leaseKey(run: RunKey): string {
  return `${tag(run)}:lease`;
}

function holderKey(run: RunKey): string {
  return `${tag(run)}:holder`;
}
