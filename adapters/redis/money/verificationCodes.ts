import { createHmac, hash, randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from '../connect.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import type { CodePurpose, VerificationCodes } from '../../../domain/resolutionPorts.ts';

const REDEEM = readFileSync(new URL('redeemCode.lua', import.meta.url), 'utf8');

const LIVES_MS = 5 * 60_000;
const TRIES = 5;
/** Codes that one user may ask for in the time that each of them lives. */
const MOST_CODES = 10;

/**
 * Verification codes in Redis, as salted digests: nobody reads a code by looking. Bound to
 * user, subject and amount by the name of their key.
 */
export function redisVerificationCodes(redis: RedisConnection, now: () => number): VerificationCodes {
  return {
    async issue(purpose) {
      const countKey = `dz:codes-asked:${idOf(purpose.userId)}`;
      // In one step: a counter that was left without its end would lock the user out for good.
      const counted = await redis.multi().set(countKey, 0, 'PX', LIVES_MS, 'NX').incr(countKey).exec();
      const asked = Number(counted?.[1]?.[1]);
      if (asked > MOST_CODES) {
        throw new DuizhangError(
          'DZ_CODE_TOO_OFTEN',
          `more than ${MOST_CODES} verification codes in ${LIVES_MS / 60_000} minutes; wait some minutes and use the last one`,
          { messageZh: `验证码获取过于频繁，请 ${LIVES_MS / 60_000} 分钟后再试` },
        );
      }
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const salt = randomBytes(16).toString('hex');
      const key = keyOf(purpose);
      await redis
        .multi()
        .del(key)
        .hset(key, { salt, digest: digestOf(salt, code), tries: 0 })
        .pexpire(key, LIVES_MS)
        .exec();
      return { code, expiresAtMs: now() + LIVES_MS };
    },
    async redeem(purpose, code) {
      const key = keyOf(purpose);
      const salt = (await redis.hget(key, 'salt')) ?? '';
      const answer = Number(await redis.eval(REDEEM, 1, key, digestOf(salt, code), TRIES));
      if (answer === 1) return;
      if (answer === 0) throw expired();
      const left = -1 - answer;
      throw new DuizhangError(
        'DZ_CODE_WRONG',
        left === 0
          ? 'the verification code is wrong, for the last time: ask for a new one'
          : `the verification code is wrong; ${left} tries are left`,
        {
          details: { triesLeft: left },
          messageZh: left === 0 ? '验证码错误次数过多，请重新获取' : `验证码错误，还可以尝试 ${left} 次`,
        },
      );
    },
  };
}

function expired(): DuizhangError {
  return new DuizhangError(
    'DZ_CODE_EXPIRED',
    'there is no valid verification code for this user, order and amount; ask for a new one',
    { messageZh: '验证码已失效，或与该订单、金额不符，请重新获取' },
  );
}

function digestOf(salt: string, code: string): string {
  return createHmac('sha256', salt).update(code).digest('hex');
}

function keyOf({ userId, subject, amountFen }: CodePurpose): string {
  return `dz:code:${idOf(`${userId}\n${subject}\n${amountFen}`)}`;
}

function idOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
