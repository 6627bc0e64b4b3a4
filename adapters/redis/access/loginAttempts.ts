import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from '../connect.ts';
import type { LoginAttempts } from '../../../domain/accessPorts.ts';
import { networkOf } from '../../../domain/loginAddress.ts';
import { TOTP_STEP_MS } from '../../../domain/totp.ts';

const TAKE = readFileSync(new URL('takeAttempt.lua', import.meta.url), 'utf8');
const SUCCEED = readFileSync(new URL('succeedAttempt.lua', import.meta.url), 'utf8');

type Rule = {
  readonly free: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  readonly forgottenAfterMs: number;
};

const MINUTE_MS = 60_000;
/** At the longest delay four guesses an hour: a hundred a day, of any password that the rules take. */
const USER: Rule = {
  free: 5,
  firstDelayMs: MINUTE_MS / 2,
  longestDelayMs: 15 * MINUTE_MS,
  forgottenAfterMs: 24 * 60 * MINUTE_MS,
};
/** A hospital's people may share one address. */
const ADDRESS: Rule = { ...USER, free: 20, forgottenAfterMs: 60 * MINUTE_MS };
/** Longer than a code counts. */
const STEP_KEPT_MS = 4 * TOTP_STEP_MS;

/** Counts of failed logins in Redis, of users that exist and of names that do not alike; names are kept as digests. */
export function redisLoginAttempts(redis: RedisConnection, now: () => number): LoginAttempts {
  const take = async (key: string, rule: Rule): Promise<boolean> => {
    const { free, firstDelayMs, longestDelayMs, forgottenAfterMs } = rule;
    const rules = [free, firstDelayMs, longestDelayMs, forgottenAfterMs];
    return Number(await redis.eval(TAKE, 1, key, now(), ...rules)) === 1;
  };
  return {
    // An address that has to wait must not go on locking users out.
    take: async (userId, address) =>
      (await take(addressKey(address), ADDRESS)) && (await take(userKey(userId), USER)),
    async succeeded(userId, address) {
      await redis.del(userKey(userId));
      await redis.eval(SUCCEED, 1, addressKey(address));
    },
    async forget(userId) {
      await redis.del(userKey(userId));
    },
    async useTotpStep(userId, step) {
      const key = `dz:totp-used:${idOf(userId)}:${step}`;
      return (await redis.set(key, '1', 'PX', STEP_KEPT_MS, 'NX')) === 'OK';
    },
  };
}

function userKey(userId: string): string {
  return `dz:login-user:${idOf(userId)}`;
}

function addressKey(address: string): string {
  return `dz:login-address:${idOf(networkOf(address))}`;
}

function idOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
