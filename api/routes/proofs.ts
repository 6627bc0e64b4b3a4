import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { EXTENSION_OF, PROOF_TYPES, proofTypeByStart } from '../../domain/proofFile.ts';
import { proofsOfCase } from '../../resolution/listActions.ts';
import { notFound, principalOf, scopeOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';
import { CaseId, fileResponse } from '../schemas.ts';
import type { CaseParts } from './caseActions.ts';
import { sendFile } from './sendFile.ts';

/** @param withinMs how long the taking of a file may last */
export function proofRoutes({ deps, proofs }: CaseParts, withinMs: number): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/proofs/:sha256',
      {
        config: { access: 'READ', audit: 'PROOF_DOWNLOAD' },
        schema: {
          tags: ['cases'],
          summary: 'A file that was uploaded as proof, to those who may see its exception (凭证下载)',
          params: Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
          querystring: Type.Object({ caseId: CaseId }, { additionalProperties: false }),
          response: { 200: fileResponse(PROOF_TYPES), ...problems(401, 403, 404) },
        },
      },
      async (request, reply) => {
        const { sha256 } = request.params;
        const known = await proofsOfCase(principalOf(request), request.query.caseId, deps);
        const key = await deps.ledger.keyOf(scopeOf(request), request.query.caseId);
        if (key) noteForAudit(request, { merchants: [key.merchantId] });
        if (!known.has(sha256)) throw notFound(`proof ${sha256} of this exception`);
        const bytes = proofs.open(sha256)[Symbol.asyncIterator]();
        const first = await bytes.next();
        const type = first.done === true ? null : proofTypeByStart(first.value);
        return sendFile(
          reply,
          {
            fileName: `proof-${sha256.slice(0, 12)}.${type === null ? 'bin' : EXTENSION_OF[type]}`,
            contentType: type ?? 'application/octet-stream',
            bytes: goneOn(first, bytes),
          },
          { withinMs },
        );
      },
    );
  };
}

async function* goneOn(
  first: IteratorResult<Uint8Array>,
  bytes: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; next.done !== true; next = await bytes.next()) yield next.value;
  } finally {
    await bytes.return?.();
  }
}
