import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ROLE_LABELS } from '../domain/labels.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Principal, Role } from '../domain/principal.ts';
import { mayReach } from '../domain/principal.ts';
import { Scope } from '../domain/scope.ts';
import type { Principals } from './principals.ts';

/**
 * Who may call a route. READ: every person with a role; else one of the roles. MACHINE: the route itself asks for a
 * machine's signature. ANYONE: it tells nothing of any hospital.
 */
export type Access = 'READ' | 'MACHINE' | 'ANYONE' | readonly Role[];

export type GuardedRoute = { readonly method: string; readonly url: string; readonly access: Access };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks, where the route's access made them say so. */
    principal: Principal | null;
  }
  interface FastifyInstance {
    /** All routes, as they were added. */
    guardedRoutes: readonly GuardedRoute[];
  }
}

/** Pages of the OpenAPI document, which a plugin adds without a word of ours. */
const DOCS = /^\/docs(\/|$)/;

/** Before a byte of a body is read. A route that does not say whom it lets in cannot be added. */
export function guardRoutes(app: FastifyInstance, principals: Principals): void {
  const routes: GuardedRoute[] = [];
  app.decorate('guardedRoutes', routes);
  app.decorateRequest('principal', null);
  app.addHook('onRoute', ({ method, url, config }) => {
    const access = config?.access ?? (DOCS.test(url) ? 'ANYONE' : undefined);
    if (access === undefined) throw new Error(`${String(method)} ${url} does not say whom it lets in`);
    for (const each of [method].flat()) routes.push({ method: each, url, access });
  });
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'MACHINE' || access === 'ANYONE') return;
    const principal = await principals(request.headers.authorization);
    checkRole(principal, access);
    request.principal = principal;
  });
}

function checkRole({ roles }: Principal, access: 'READ' | readonly Role[]): void {
  const fits = access === 'READ' ? roles.size > 0 : access.some((role) => roles.has(role));
  if (fits) return;
  const needed = access === 'READ' ? 'a role' : `the role ${access.join(' or ')}`;
  const neededZh = access === 'READ' ? '任一' : access.map((role) => ROLE_LABELS[role]).join('或');
  throw new DuizhangError('DZ_FORBIDDEN', `this needs ${needed}`, {
    messageZh: `没有权限：需要${neededZh}角色`,
  });
}

/** Of a route that asks for somebody. */
export function principalOf({ principal, routeOptions }: FastifyRequest): Principal {
  if (principal) return principal;
  throw new Error(`${routeOptions.url} lets callers in that nobody knows`);
}

/** What queries may show to whoever asks. */
export function scopeOf(request: FastifyRequest): Scope {
  return Scope.of(principalOf(request));
}

/** @throws DZ_NOT_FOUND: what is another hospital's is not there */
export function checkReach(request: FastifyRequest, merchantId: string, what: string): void {
  if (!mayReach(principalOf(request), merchantId)) throw notFound(what);
}

/** @throws DZ_FORBIDDEN: it is about all hospitals */
export function checkReachesAll(request: FastifyRequest): void {
  if (principalOf(request).merchants === null) return;
  throw new DuizhangError('DZ_FORBIDDEN', 'this is for whoever reaches all hospitals', {
    messageZh: '没有权限：须可管理全部医院',
  });
}

export function notFound(what: string): DuizhangError {
  return new DuizhangError('DZ_NOT_FOUND', `there is no ${what}`, { messageZh: '记录不存在' });
}
