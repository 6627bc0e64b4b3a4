import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { CertificateQueries } from '../../domain/apiPorts.ts';
import { ProblemSchema, sendProblem } from '../problem.ts';

const Document = Type.Unsafe<Buffer>({
  type: 'object',
  description: 'canonical JSON (RFC 8785): {certificate, signature}; keep the bytes as they are',
});

/** Close certificates, sent as bytes: a serializer would make others of them than were signed. */
export function certificateRoutes(certificates: CertificateQueries): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/reconciliations/:id/certificate',
      {
        schema: {
          tags: ['ledger'],
          summary: 'The signed certificate of a run (对账凭证)',
          params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
          response: { 200: Document, 404: ProblemSchema, 500: ProblemSchema, 503: ProblemSchema },
        },
      },
      async ({ params }, reply) => {
        const document = await certificates.certificateOfRun(params.id);
        if (document === null) {
          return sendProblem(reply, {
            status: 404,
            code: 'DZ_NOT_FOUND',
            detail: `there is no certificate of a run ${params.id}; GET /api/v1/reconciliations lists the runs`,
          });
        }
        return reply.type('application/json; charset=utf-8').send(Buffer.from(document));
      },
    );
  };
}
