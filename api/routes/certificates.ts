import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { CertificateQueries, LedgerQueries } from '../../domain/apiPorts.ts';
import { notFound, scopeOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';

const Document = Type.Unsafe<Buffer>({
  type: 'object',
  description: 'canonical JSON (RFC 8785): {certificate, signature}; keep the bytes as they are',
});

/** Close certificates, sent as bytes: a serializer would make others of them than were signed. */
export function certificateRoutes(
  certificates: CertificateQueries,
  runs: Pick<LedgerQueries, 'reconciliation'>,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/reconciliations/:id/certificate',
      {
        config: { access: 'READ', audit: 'CERTIFICATE' },
        schema: {
          tags: ['ledger'],
          summary: 'The signed certificate of a run (对账凭证)',
          params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
          response: { 200: Document, ...problems(401, 403, 404) },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const scope = scopeOf(request);
        const [document, run] = await Promise.all([
          certificates.certificateOfRun(scope, id),
          runs.reconciliation(scope, id),
        ]);
        if (run) noteForAudit(request, { merchants: [run.merchantId] });
        if (document === null) {
          throw notFound(`certificate of a run ${id}; GET /api/v1/reconciliations lists the runs`);
        }
        return reply.type('application/json; charset=utf-8').send(Buffer.from(document));
      },
    );
  };
}
