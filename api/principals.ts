import { hash } from 'node:crypto';
import { DuizhangError } from '../domain/errors.ts';
import type { KnownUser, Principal } from '../domain/principal.ts';

/**
 * Who sends a request, by its Authorization header.
 * @throws DZ_UNAUTHENTICATED, in the same words whatever is wrong
 */
export type Principals = (authorization: string | undefined) => Principal | Promise<Principal>;

/** Who a token lets in; null: it is none of its kind, or no longer good. */
export type TokenReader = (token: string) => Promise<Principal | null>;

/** Longer ones are nobody's; providers of identities put much into theirs. */
const BEARER = /^Bearer ([!-~]{1,8192})$/i;

/**
 * @param users of the demo, each known by one token. They are looked up by its hash: how long that takes says nothing of it
 * @param readers of other tokens, the first that knows one has the say
 */
export function principalsOf(users: readonly KnownUser[], readers: readonly TokenReader[] = []): Principals {
  const byHash = new Map(users.map(({ token, principal }) => [hashOf(token), principal]));
  return async (authorization) => {
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    if (token === undefined) throw unauthenticated();
    const ofDemo = byHash.get(hashOf(token));
    if (ofDemo) return ofDemo;
    for (const read of readers) {
      const principal = await read(token);
      if (principal) return principal;
    }
    throw unauthenticated();
  };
}

function unauthenticated(): DuizhangError {
  return new DuizhangError(
    'DZ_UNAUTHENTICATED',
    'say who you are with "Authorization: Bearer <token>": an access token of POST /api/v1/sessions, or, on a machine of the demo, one of demo-users.json in the data folder',
    { messageZh: '未登录或令牌无效，请使用 Authorization: Bearer <令牌>' },
  );
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}
