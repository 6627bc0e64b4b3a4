import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { KeyObject } from 'node:crypto';
import { Type } from 'typebox';
import type { CertificateQueries, LedgerQueries } from '../../domain/apiPorts.ts';
import { keyIdOf } from '../../domain/certificate.ts';
import { notFound, scopeOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';

const Document = Type.Unsafe<Buffer>({
  type: 'object',
  description: 'canonical JSON (RFC 8785): {certificate, signature}; keep the bytes as they are',
});

const KeySchema = Type.Object(
  {
    algorithm: Type.Literal('Ed25519'),
    keyId: Type.String({ description: 'SHA-256 of the key in DER form; each signature names it' }),
    pem: Type.String(),
  },
  { description: 'certificates from before the key was replaced name another one' },
);

export type CertificateParts = {
  readonly certificates: CertificateQueries;
  readonly certificateKey: KeyObject;
};

/** Close certificates, sent as bytes: a serializer would make others of them than were signed. */
export function certificateRoutes(
  { certificates, certificateKey }: CertificateParts,
  runs: Pick<LedgerQueries, 'reconciliation'>,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/certificate-key',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['ledger'],
          summary: 'The public key by which certificates can be verified (对账凭证公钥)',
          response: { 200: KeySchema, ...problems(401, 403) },
        },
      },
      async () => ({
        algorithm: 'Ed25519' as const,
        keyId: keyIdOf(certificateKey),
        pem: certificateKey.export({ type: 'spki', format: 'pem' }).toString(),
      }),
    );

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
