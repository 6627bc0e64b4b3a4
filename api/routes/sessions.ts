import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { MOST_PASSWORD } from '../../domain/passwordRules.ts';
import type { LoggedIn } from '../../people/logIn.ts';
import type { AboutUser } from '../../people/logIn.ts';
import { AccessRefused, authenticateAgain, logIn, refreshSession } from '../../people/logIn.ts';
import type { PeopleDeps } from '../../people/people.ts';
import { principalOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';
import { Instant } from '../schemas.ts';

// A rule of passwords is not told here: one that is too short is only wrong.
const Password = Type.String({ minLength: 1, maxLength: 4 * MOST_PASSWORD });
const Totp = Type.Optional(
  Type.String({
    maxLength: 16,
    description: 'one-time code of an authenticator app, where the user has one',
  }),
);
const LoginBody = Type.Object(
  { user: Type.String({ minLength: 1, maxLength: 128 }), password: Password, totp: Totp },
  {
    additionalProperties: false,
    examples: [{ user: 'li', password: 'correct horse battery', totp: '287082' }],
  },
);
const AgainBody = Type.Object({ password: Password, totp: Totp }, { additionalProperties: false });
const RefreshBody = Type.Object(
  { refreshToken: Type.String({ minLength: 1, maxLength: 512 }) },
  { additionalProperties: false },
);
export const TokensSchema = Type.Object({
  accessToken: Type.String({ description: 'for "Authorization: Bearer …"; kept in memory, nowhere else' }),
  accessEndsAt: Instant,
  refreshToken: Type.String({
    description: 'good for one refresh; used a second time it ends the session of whoever holds it',
  }),
  sessionEndsAt: Instant,
});

/** Logging in and out. Every refusal is the same, whatever is wrong. */
export function sessionRoutes(deps: PeopleDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/sessions',
      {
        config: { access: 'ANYONE', rate: 'login', audit: 'LOGIN' },
        schema: {
          tags: ['access'],
          summary: 'Logs in (登录)',
          body: LoginBody,
          response: { 200: TokensSchema, ...problems(401) },
        },
      },
      async (request, reply) => {
        const { user, password, totp = '' } = request.body;
        const shown = { user, password, totp, address: request.ip };
        return answered(reply, await audited(request, logIn(shown, deps)));
      },
    );

    app.post(
      '/sessions/refresh',
      {
        config: { access: 'ANYONE', rate: 'login', audit: 'LOGIN' },
        schema: {
          tags: ['access'],
          summary: 'New tokens for a session that goes on',
          body: RefreshBody,
          response: { 200: TokensSchema, ...problems(401) },
        },
      },
      async (request, reply) =>
        answered(reply, await audited(request, refreshSession(request.body.refreshToken, deps))),
    );

    app.post(
      '/sessions/current/authentication',
      {
        config: { access: 'READ', rate: 'login', audit: 'LOGIN' },
        schema: {
          tags: ['access'],
          summary: 'Shows the password again, where money moves after a fresh login only (DZ_LOGIN_STALE)',
          body: AgainBody,
          response: { 200: Type.Object({ authenticatedAt: Instant }), ...problems(401, 403) },
        },
      },
      async (request) => {
        const { password, totp = '' } = request.body;
        const shown = { password, totp, address: request.ip };
        const { authenticatedAtMs } = await authenticateAgain(principalOf(request), shown, deps);
        return { authenticatedAt: new Date(authenticatedAtMs).toISOString() };
      },
    );

    app.delete(
      '/sessions/current',
      {
        config: { access: 'READ', audit: 'LOGOUT' },
        schema: {
          tags: ['access'],
          summary: 'Logs out (退出登录): none of the tokens of the session is good any more',
          response: { 204: Type.Null(), ...problems(401, 403) },
        },
      },
      async (request, reply) => {
        const { userId, sessionId } = principalOf(request);
        if (sessionId !== undefined) await deps.sessions.end(userId, sessionId);
        return reply.code(204).send(null);
      },
    );
  };
}

/** The request names nobody whom the trail could be told of; who it turned out to be does. */
export async function audited(request: FastifyRequest, attempt: Promise<LoggedIn>): Promise<LoggedIn> {
  const note = ({ userId, merchants }: AboutUser) =>
    noteForAudit(request, { who: userId, merchants: [...(merchants ?? [])] });
  try {
    const loggedIn = await attempt;
    note(loggedIn.principal);
    return loggedIn;
  } catch (error) {
    if (error instanceof AccessRefused && error.about) note(error.about);
    throw error;
  }
}

export function answered(reply: FastifyReply, { accessToken, refreshToken, ...ends }: LoggedIn) {
  void reply.header('cache-control', 'no-store');
  return {
    accessToken,
    accessEndsAt: new Date(ends.accessEndsAtMs).toISOString(),
    refreshToken,
    sessionEndsAt: new Date(ends.sessionEndsAtMs).toISOString(),
  };
}
