import { hash } from 'node:crypto';
import { DuizhangError } from '../domain/errors.ts';
import type { KnownUser, Principal } from '../domain/principal.ts';

/**
 * Who sends a request, by its Authorization header.
 * @throws DZ_UNAUTHENTICATED, in the same words whatever is wrong
 */
export type Principals = (authorization: string | undefined) => Principal;

/** Tokens as they are until there is a login. They are looked up by their hash: how long that takes says nothing of them. */
export function principalsOf(users: readonly KnownUser[]): Principals {
  const byHash = new Map(users.map(({ token, principal }) => [hashOf(token), principal]));
  return (authorization) => {
    const [, token] = /^Bearer ([!-~]{1,256})$/i.exec(authorization ?? '') ?? [];
    const principal = token === undefined ? undefined : byHash.get(hashOf(token));
    if (principal) return principal;
    throw new DuizhangError(
      'DZ_UNAUTHENTICATED',
      'say who you are with "Authorization: Bearer <token>"; the tokens of the demo are in demo-users.json of the data folder',
      { messageZh: '未登录或令牌无效,请使用 Authorization: Bearer <令牌>' },
    );
  };
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}
