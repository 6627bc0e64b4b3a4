import { readFileSync } from 'node:fs';
import type { RedisConnection } from './connect.ts';
import type { ChainLock, CloseLease, RunKey, TokenIssuer } from '../../domain/closePorts.ts';
import { DuizhangError } from '../../domain/errors.ts';

const ACQUIRE = readFileSync(new URL('leaseAcquire.lua', import.meta.url), 'utf8');
const KEEP = readFileSync(new URL('leaseKeep.lua', import.meta.url), 'utf8');

/** A close that died gives way after this long; a living one prolongs its lease. */
const LEASE_MS = 10_000;

/**
 * Leases of closes in Redis: at most one close at a time of a merchant, date and mode, each with a fencing token. The
 * lease only saves needless work; what keeps a stale run from publishing is its token.
 */
export function redisTokenIssuer(redis: RedisConnection, leaseMs = LEASE_MS): TokenIssuer {
  return {
    async acquire(run, highestPublished) {
      const published = await highestPublished();
      const keys = keysOf(`dz:close:{${run.merchantId} ${run.businessDate} ${run.mode}}`);
      const token = await taken(redis, keys, { above: published, holder: run.runId, leaseMs });
      if (token === null) {
        throw new DuizhangError(
          'DZ_CLOSE_RUNNING',
          `${run.merchantId} ${run.businessDate} is being closed just now; try again when that run has ended`,
        );
      }
      const lease = keptLease(redis, keys, { token, holder: run.runId, leaseMs }, () => lostLease(run));
      return {
        ...lease,
        async release() {
          await lease.release();
          await redis.incr(ENDED_KEY);
        },
      };
    },
  };
}

/** Adding to a merchant's chain of certificates takes milliseconds. */
const CHAIN_LEASE_MS = 10_000;

/** At most one process at a time adds to a merchant's chain of certificates. */
export function redisChainLock(redis: RedisConnection, newHolder: () => string): ChainLock {
  return {
    async hold(merchantId) {
      const keys = keysOf(`dz:certificates:{${merchantId}}`);
      const lease = { holder: newHolder(), leaseMs: CHAIN_LEASE_MS };
      const token = await taken(redis, keys, { ...lease, above: 0n });
      if (token === null) return null;
      return keptLease(redis, keys, { ...lease, token }, () => lostChain(merchantId));
    },
  };
}

/** A pipeline that died gives way after this long. */
const DUTY_LEASE_MS = 5_000;

/** Of several pipelines that share the join, the one that does what one does for all. @returns null while another does */
export async function redisDutyLease(
  redis: RedisConnection,
  holder: string,
  leaseMs = DUTY_LEASE_MS,
): Promise<CloseLease | null> {
  const keys = keysOf('dz:duties:{duties}');
  const token = await taken(redis, keys, { above: 0n, holder, leaseMs });
  return token === null ? null : keptLease(redis, keys, { token, holder, leaseMs }, lostDuties);
}

type Keys = { readonly lease: string; readonly holder: string };

/** @returns null while somebody else holds the lease */
async function taken(
  redis: RedisConnection,
  keys: Keys,
  { above, holder, leaseMs }: { readonly above: bigint; readonly holder: string; readonly leaseMs: number },
): Promise<number | null> {
  const token = Number(
    await redis.eval(ACQUIRE, 2, keys.lease, keys.holder, above.toString(), holder, leaseMs),
  );
  return token < 0 ? null : token;
}

function keptLease(
  redis: RedisConnection,
  keys: Keys,
  { token, holder, leaseMs }: { readonly token: number; readonly holder: string; readonly leaseMs: number },
  lost: () => DuizhangError,
): CloseLease {
  const mark = `${token} ${holder}`;
  // A failed renewal needs no handling of its own: assertHeld decides at publication.
  const renewal = setInterval(() => {
    redis.eval(KEEP, 1, keys.lease, mark, leaseMs).catch(() => undefined);
  }, leaseMs / 3);
  renewal.unref();
  return {
    token: BigInt(token),
    async assertHeld() {
      if ((await redis.get(keys.holder)) !== mark) throw lost();
    },
    async release() {
      clearInterval(renewal);
      await redis.eval(KEEP, 1, keys.lease, mark, 0);
    },
  };
}

function lostLease(run: RunKey): DuizhangError {
  return new DuizhangError(
    'DZ_CLOSE_LEASE_LOST',
    `the close ${run.runId} of ${run.merchantId} ${run.businessDate} took too long and a later one took over; its result is not published`,
  );
}

function lostChain(merchantId: string): DuizhangError {
  return new DuizhangError(
    'DZ_CLOSE_CHAIN_LOST',
    `certifying the runs of ${merchantId} took too long and another process took over, which goes on with it`,
  );
}

function lostDuties(): DuizhangError {
  return new DuizhangError(
    'DZ_SYSTEM_PIPELINE_REPLACED',
    'this pipeline was not heard of for too long and another process works in its place, or the Redis that knows it was emptied; started again, it joins',
  );
}

const ENDED_KEY = 'dz:closes-ended';

/** Changes whenever a close has ended: whoever follows the closed dates looks at them then, and not all the time. */
export async function closesEnded(redis: RedisConnection): Promise<string> {
  return (await redis.get(ENDED_KEY)) ?? '';
}

/** @param tag holds one hash tag, so that both keys lie on one node of a Redis Cluster */
function keysOf(tag: string): Keys {
  return { lease: `${tag}:lease`, holder: `${tag}:holder` };
}
