import { hash } from 'node:crypto';
import type { LoginsUnderWay, LoginUnderWay } from '../../../domain/accessPorts.ts';
import type { RedisConnection } from '../connect.ts';

/** As long as somebody may take at the provider. */
const KEPT_MS = 10 * 60_000;

/** Logins at an identity provider that have begun; whichever process gets the answer takes one, once. */
export function redisLoginsUnderWay(redis: RedisConnection): LoginsUnderWay {
  return {
    async keep(login) {
      await redis.set(keyOf(login.state), JSON.stringify(login), 'PX', KEPT_MS);
    },
    async take(state) {
      const text = await redis.getdel(keyOf(state));
      if (text === null) return null;
      const login: LoginUnderWay = JSON.parse(text);
      return login;
    },
  };
}

/** What is typed into an address is no key of ours. */
function keyOf(state: string): string {
  return `dz:oidc:${hash('sha256', state, 'base64url')}`;
}
