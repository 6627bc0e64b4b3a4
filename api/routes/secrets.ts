import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { SecretDesk, SecretInfo } from '../../domain/secretDesk.ts';
import { checkReachesAll } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';
import { Instant, NullableText, oneOf } from '../schemas.ts';

const MOST_SECRET = 64 * 1024;
const SecretSchema = Type.Object(
  {
    name: Type.String({
      description: 'as the configuration has it: a file, or a variable of the environment',
    }),
    kind: oneOf(['FILE', 'ENVIRONMENT'] as const),
    places: Type.Array(Type.String(), { description: 'where the configuration names it' }),
    fault: { ...NullableText, description: 'what is wrong with it; null: nothing' },
    changedAt: Type.Union([Instant, Type.Null()]),
    waitsForRestart: Type.Boolean({ description: 'it was replaced after the processes had read it' }),
  },
  {
    examples: [
      {
        name: 'secrets/h001-hdp.key',
        kind: 'FILE',
        places: ['H001 hdp'],
        fault: null,
        changedAt: '2026-03-10T06:00:00.000Z',
        waitsForRestart: false,
      },
    ],
  },
);

/** Secrets can be replaced, and never read. */
export function secretRoutes(desk: SecretDesk): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/settings/secrets',
      {
        config: { access: ['admin', 'auditor'] },
        schema: {
          tags: ['system'],
          summary: 'Secrets that the configuration names, without what they say (密钥)',
          response: { 200: Type.Object({ items: Type.Array(SecretSchema) }), ...problems(401, 403) },
        },
      },
      async (request) => {
        checkReachesAll(request);
        return { items: (await desk.list()).map(secretJson) };
      },
    );

    app.post(
      '/settings/secrets/:name',
      {
        config: { access: ['admin'], audit: 'CONFIG_CHANGE' },
        schema: {
          tags: ['system'],
          summary: 'Replaces a secret; it counts from the next start of the processes on (替换密钥)',
          params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 256 }) }),
          body: Type.Object(
            {
              value: Type.String({ minLength: 1, maxLength: MOST_SECRET }),
              reason: Type.String({ minLength: 1, maxLength: 500 }),
            },
            { additionalProperties: false },
          ),
          response: { 200: SecretSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request, reply) => {
        checkReachesAll(request);
        const { name } = request.params;
        const { value, reason } = request.body;
        void reply.header('cache-control', 'no-store');
        noteForAudit(request, { said: { secret: name.slice(0, 256), reason } });
        return secretJson(await desk.replace(name, value));
      },
    );
  };
}

function secretJson({ changedAtMs, places, ...info }: SecretInfo) {
  const changedAt = changedAtMs === null ? null : new Date(changedAtMs).toISOString();
  return { ...info, places: [...places], changedAt };
}
