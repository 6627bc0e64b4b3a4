import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { CaseEvidence } from '../../domain/caseEvidence.ts';
import type { Principal } from '../../domain/principal.ts';
import { exceptionDetailJson } from '../exceptionDetail/json.ts';
import { ExceptionDetailSchema } from '../exceptionDetail/schema.ts';
import { ProblemSchema } from '../problem.ts';

export type ExceptionDetailParts = {
  /** @throws DZ_UNAUTHENTICATED */
  readonly principalOf: (request: FastifyRequest) => Principal | Promise<Principal>;
  /** @throws DZ_NOT_FOUND, also where the exception is of a hospital that is not the caller's */
  readonly evidenceOf: (principal: Principal, exceptionId: string) => Promise<CaseEvidence>;
};

/** One exception with all that a person needs to see before deciding on it. */
export function exceptionDetailRoutes({
  principalOf,
  evidenceOf,
}: ExceptionDetailParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/exceptions/:id',
      {
        schema: {
          tags: ['ledger'],
          summary: 'An exception with its evidence, history, money and allowed actions (异常详情)',
          params: Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) }),
          response: {
            200: ExceptionDetailSchema,
            400: ProblemSchema,
            401: ProblemSchema,
            404: ProblemSchema,
            500: ProblemSchema,
            503: ProblemSchema,
          },
        },
      },
      async (request) => exceptionDetailJson(await evidenceOf(await principalOf(request), request.params.id)),
    );
  };
}
