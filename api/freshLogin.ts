import type { FastifyInstance } from 'fastify';
import { DuizhangError } from '../domain/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Money moves: an old login is not enough, where the configuration says so. */
    movesMoney?: boolean;
  }
}

/** How far clocks may differ. */
const SKEW_MS = 60_000;

const HOW = {
  TOKEN: ['log in again and send the request with the new token', '请重新登录后再操作'],
  PASSWORD: [
    'show the password at POST /api/v1/sessions/current/authentication, then send the request again',
    '请重新输入密码后再操作',
  ],
  OIDC: [
    'log in at the identity provider once more (POST /api/v1/sessions/oidc with fresh, then POST /api/v1/sessions/current/authentication/oidc), then send the request again',
    '请重新统一登录后再操作',
  ],
} as const;

/**
 * Refuses routes that move money to whoever showed their password too long ago: a console that was left open pays nothing.
 * @param withinMs null: a session is enough
 */
export function demandFreshLogin(app: FastifyInstance, withinMs: number | null, now: () => number): void {
  if (withinMs === null) return;
  app.addHook('onRequest', async ({ principal, routeOptions }) => {
    if (routeOptions.config.movesMoney !== true || principal === null) return;
    const { authenticatedAtMs, sessionId, loggedInBy } = principal;
    const ageMs = authenticatedAtMs === undefined ? Infinity : now() - authenticatedAtMs;
    // A provider that tells a login of tomorrow tells nothing.
    if (ageMs <= withinMs && ageMs >= -SKEW_MS) return;
    const minutes = Math.max(1, Math.round(withinMs / 60_000));
    const [how, howZh] = HOW[sessionId === undefined ? 'TOKEN' : (loggedInBy ?? 'PASSWORD')];
    throw new DuizhangError('DZ_LOGIN_STALE', `money moves within ${minutes} min of a login; ${how}`, {
      messageZh: `资金操作须在登录后 ${minutes} 分钟内进行，${howZh}`,
    });
  });
}
