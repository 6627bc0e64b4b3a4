import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { CaseEvidence } from '../../domain/caseEvidence.ts';
import type { Principal } from '../../domain/principal.ts';
import { exceptionDetailJson } from '../exceptionDetail/json.ts';
import { ExceptionDetailSchema } from '../exceptionDetail/schema.ts';
import { principalOf } from '../access.ts';
import { problems } from '../problem.ts';
import { CaseId } from '../schemas.ts';

export type ExceptionDetailParts = {
  /** @throws DZ_NOT_FOUND, also where the exception is of a hospital that is not the caller's */
  readonly evidenceOf: (principal: Principal, exceptionId: string) => Promise<CaseEvidence>;
};

/** One exception with all that a person needs to see before deciding on it. */
export function exceptionDetailRoutes({ evidenceOf }: ExceptionDetailParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/exceptions/:id',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['cases'],
          summary: 'An exception with its evidence, history, money and allowed actions (异常详情)',
          params: Type.Object({ id: CaseId }),
          response: { 200: ExceptionDetailSchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => exceptionDetailJson(await evidenceOf(principalOf(request), request.params.id)),
    );
  };
}
