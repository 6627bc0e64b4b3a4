import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ProviderLoginDeps } from '../../people/providerLogin.ts';
import {
  authenticateAgainByProvider,
  beginProviderLogin,
  logInByProvider,
} from '../../people/providerLogin.ts';
import { notFound, principalOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';
import { Instant } from '../schemas.ts';
import { answered, audited, TokensSchema } from './sessions.ts';

const strict = { additionalProperties: false } as const;
const Opaque = Type.String({ minLength: 16, maxLength: 128, pattern: '^[A-Za-z0-9_-]+$' });
const BeginBody = Type.Object(
  {
    secretHash: Type.String({
      pattern: '^[A-Za-z0-9_-]{43}$',
      description: 'SHA-256, as base64url, of a random secret that the browser keeps until the answer',
    }),
    fresh: Type.Optional(
      Type.Boolean({ description: 'the provider asks who it is although it knows (prompt=login)' }),
    ),
  },
  strict,
);
const AnswerBody = Type.Object(
  {
    state: Opaque,
    secret: { ...Opaque, description: 'whose hash was sent' },
    code: Type.String({ minLength: 1, maxLength: 4096 }),
    iss: Type.Optional(Type.String({ maxLength: 512, description: 'as the provider said it (RFC 9207)' })),
  },
  strict,
);

/** Logging in at an identity provider. @param deps null: the configuration names none (access.oidc.login) */
export function providerSessionRoutes(deps: ProviderLoginDeps | null): FastifyPluginAsyncTypebox {
  const depsNow = (): ProviderLoginDeps => {
    if (deps === null) throw notFound('login by an identity provider (access.oidc.login)');
    return deps;
  };
  return async (app) => {
    app.get(
      '/sessions/ways',
      {
        config: { access: 'ANYONE' },
        schema: {
          tags: ['access'],
          summary: 'How people may log in (登录方式)',
          response: {
            200: Type.Object({
              password: Type.Boolean(),
              oidc: Type.Boolean({ description: 'at an identity provider' }),
            }),
          },
        },
      },
      () => ({ password: true, oidc: deps !== null }),
    );

    app.post(
      '/sessions/oidc',
      {
        config: { access: 'ANYONE', rate: 'login' },
        schema: {
          tags: ['access'],
          summary: 'Begins a login at the identity provider (统一登录)',
          body: BeginBody,
          response: {
            200: Type.Object({
              address: Type.String({ description: 'where the browser goes' }),
              state: Type.String({ description: 'comes back with the answer' }),
            }),
            ...problems(404),
          },
        },
      },
      async (request, reply) => {
        const { secretHash, fresh = false } = request.body;
        void reply.header('cache-control', 'no-store');
        return beginProviderLogin({ secretHash, isFresh: fresh }, depsNow());
      },
    );

    app.post(
      '/sessions/oidc/answer',
      {
        config: { access: 'ANYONE', rate: 'login', audit: 'LOGIN' },
        schema: {
          tags: ['access'],
          summary: 'Logs in with the answer of the identity provider, which is good once',
          body: AnswerBody,
          response: { 200: TokensSchema, ...problems(401, 403, 404) },
        },
      },
      async (request, reply) => {
        noteForAudit(request, { said: { by: 'oidc' } });
        const { iss = null, ...shown } = request.body;
        return answered(reply, await audited(request, logInByProvider({ ...shown, iss }, depsNow())));
      },
    );

    app.post(
      '/sessions/current/authentication/oidc',
      {
        config: { access: 'READ', rate: 'login', audit: 'LOGIN' },
        schema: {
          tags: ['access'],
          summary: 'The same in a session that goes on, after a login begun with fresh (DZ_LOGIN_STALE)',
          body: AnswerBody,
          response: { 200: Type.Object({ authenticatedAt: Instant }), ...problems(401, 403, 404) },
        },
      },
      async (request) => {
        noteForAudit(request, { said: { by: 'oidc' } });
        const { iss = null, ...shown } = request.body;
        const principal = principalOf(request);
        const { authenticatedAtMs } = await authenticateAgainByProvider(
          principal,
          { ...shown, iss },
          depsNow(),
        );
        return { authenticatedAt: new Date(authenticatedAtMs).toISOString() };
      },
    );
  };
}
