import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ReadinessCheck } from '../../domain/apiPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';

const ANYONE = { access: 'ANYONE' } as const;
const Health = Type.Object({ status: Type.Literal('ok') });

const Readiness = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('not-ready')]),
  notReady: Type.Array(Type.Object({ part: Type.String(), reason: Type.String() })),
});

/** Prometheus's text form. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function healthRoutes(
  checks: readonly ReadinessCheck[],
  metrics: () => Promise<string>,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/healthz',
      {
        config: ANYONE,
        schema: { tags: ['system'], summary: 'The process is alive', response: { 200: Health } },
      },
      async () => ({
        status: 'ok' as const,
      }),
    );

    app.get(
      '/readyz',
      {
        config: ANYONE,
        schema: {
          tags: ['system'],
          summary: 'Every part answers; names the part that does not',
          response: { 200: Readiness, 503: Readiness },
        },
      },
      async (_, reply) => {
        const notReady = (await Promise.all(checks.map(failureOf))).filter((failure) => failure !== null);
        reply.code(notReady.length === 0 ? 200 : 503);
        return { status: notReady.length === 0 ? ('ready' as const) : ('not-ready' as const), notReady };
      },
    );

    app.get(
      '/metrics',
      {
        config: ANYONE,
        schema: { tags: ['system'], summary: 'Prometheus metrics', produces: ['text/plain'] },
      },
      async (_, reply) => reply.type(METRICS_TYPE).send(await metrics()),
    );
  };
}

const CHECK_TIMEOUT_MS = 2_000;

/** Anybody may ask: of other programs' words their code is told, not addresses and paths. */
function reasonOf(error: unknown): string {
  if (error instanceof DuizhangError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'it does not answer as it should; the log says how';
}

async function failureOf({ part, check }: ReadinessCheck): Promise<{ part: string; reason: string } | null> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new DuizhangError('DZ_NOT_READY', `no answer within ${CHECK_TIMEOUT_MS} ms`)),
      CHECK_TIMEOUT_MS,
    ).unref();
  });
  try {
    await Promise.race([check(), timeout]);
    return null;
  } catch (error) {
    return { part, reason: reasonOf(error) };
  }
}
