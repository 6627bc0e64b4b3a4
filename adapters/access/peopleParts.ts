import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import type { RedisConnection } from '../redis/connect.ts';
import type {
  LoginAttempts,
  Passwords,
  Sealer,
  Sessions,
  SessionTokens,
  Users,
} from '../../domain/accessPorts.ts';
import { clickHouseUsers } from '../clickhouse/users.ts';
import { redisLoginAttempts } from '../redis/access/loginAttempts.ts';
import { redisSessions } from '../redis/access/sessionStore.ts';
import { scryptPasswords } from './scryptPasswords.ts';
import { readSessionKeys, sealerOf } from './sessionKey.ts';
import { sessionTokens } from './sessionTokens.ts';

export type PeopleParts = {
  readonly users: Users;
  readonly passwords: Passwords;
  readonly attempts: LoginAttempts;
  readonly sealer: Sealer;
  readonly sessions: Sessions;
  readonly tokens: SessionTokens;
  readonly now: () => number;
  readonly newId: () => string;
};

/**
 * What logging in is done with: users in ClickHouse, sessions and attempts in Redis, tokens by the key of a file.
 * @param keyPath see sessionKeyPath
 * @throws DZ_SESSION_KEY_UNUSABLE
 */
export function peopleParts(
  { clickhouse, redis }: { readonly clickhouse: ClickHouseClient; readonly redis: RedisConnection },
  keyPath: string,
  now: () => number,
): PeopleParts {
  const keys = readSessionKeys(keyPath);
  return {
    users: clickHouseUsers(clickhouse),
    passwords: scryptPasswords(),
    attempts: redisLoginAttempts(redis, now),
    sealer: sealerOf(keys),
    sessions: redisSessions(redis, now),
    tokens: sessionTokens(keys, randomUUID),
    now,
    newId: randomUUID,
  };
}
