import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ListFilter } from '../domain/apiPorts.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Principal, Role } from '../domain/principal.ts';
import { mayReach } from '../domain/principal.ts';
import type { Principals } from './principals.ts';

/**
 * Who may call a route. OPEN: anybody as yet; whoever shows a token sees the hospitals of that token alone. READ: every
 * person that is known. Else one of the roles. A route without a word (events, machines' bills, health) asks nobody here.
 */
export type Access = 'OPEN' | 'READ' | readonly Role[];

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks, where the route's access made them say so. */
    principal: Principal | null;
  }
}

/** Before a byte of a body is read. */
export function guardRoutes(app: FastifyInstance, principals: Principals): void {
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    const { authorization } = request.headers;
    if (access === undefined || (access === 'OPEN' && authorization === undefined)) return;
    const principal = await principals(authorization);
    if (access !== 'OPEN') checkRole(principal, access);
    request.principal = principal;
  });
}

function checkRole({ roles }: Principal, access: Exclude<Access, 'OPEN'>): void {
  const fits = access === 'READ' ? roles.size > 0 : access.some((role) => roles.has(role));
  if (fits) return;
  const needed = access === 'READ' ? 'a role' : `the role ${access.join(' or ')}`;
  const neededZh = access === 'READ' ? '任一' : access.join(' 或 ');
  throw new DuizhangError('DZ_FORBIDDEN', `this needs ${needed}`, {
    messageZh: `没有权限:需要 ${neededZh} 角色`,
  });
}

/** Of a route that asks for somebody. */
export function principalOf({ principal, routeOptions }: FastifyRequest): Principal {
  if (principal) return principal;
  throw new Error(`${routeOptions.url} lets callers in that nobody knows`);
}

/** What a list may show to whoever asks. */
export function scopeOf({ principal }: FastifyRequest): Pick<ListFilter, 'merchants'> {
  return principal?.merchants ? { merchants: [...principal.merchants] } : {};
}

/** @throws DZ_NOT_FOUND: what is another hospital's is not there */
export function checkReach({ principal }: FastifyRequest, merchantId: string, what: string): void {
  if (principal && !mayReach(principal, merchantId)) throw notFound(what);
}

export function notFound(what: string): DuizhangError {
  return new DuizhangError('DZ_NOT_FOUND', `there is no ${what}`, { messageZh: '记录不存在' });
}
