import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { BulkResult } from '../../resolution/bulk.ts';
import { bulkAssign, bulkWriteOff } from '../../resolution/bulk.ts';
import type { ResolutionDeps } from '../../resolution/resolution.ts';
import { principalOf } from '../access.ts';
import { ActionSchema, IdempotencyHeaders, actionJson, sentUnder } from '../moneyRequest.ts';
import { problemOf, problems } from '../problem.ts';
import { CaseId, Note, NullableText } from '../schemas.ts';

const MOST_ITEMS = 200;
const strict = { additionalProperties: false } as const;
const Ids = Type.Array(CaseId, { minItems: 1, maxItems: MOST_ITEMS, uniqueItems: true });

/** One of the two; which fields belong to which is told by `action`. */
const Body = Type.Union([
  Type.Object(
    {
      action: Type.Literal('WRITE_OFF'),
      ids: Ids,
      note: Note,
      confirmCrossDay: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
  Type.Object(
    {
      action: Type.Literal('ASSIGN'),
      ids: Ids,
      assignee: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()]),
      note: Type.Optional(Type.String({ maxLength: 1000 })),
    },
    strict,
  ),
]);

const BulkSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      id: CaseId,
      result: Type.Union([ActionSchema, Type.Null()], { description: 'null: refused, or assigned' }),
      code: { ...NullableText, description: 'why it was refused; null: it was done' },
      detail: NullableText,
      detailZh: NullableText,
    }),
  ),
});

/** Many exceptions at once, each by itself. */
export function bulkRoutes(deps: ResolutionDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/exceptions/bulk',
      {
        config: { access: ['operator'], audit: 'ACTION' },
        schema: {
          tags: ['cases'],
          summary: 'Writes off or assigns many exceptions (批量平账、批量指派)',
          description: `Up to ${MOST_ITEMS}, each with its own result: what is refused of one keeps no other from being done. From the bulk sum of the hospital on, every write-off waits for a second person.`,
          headers: IdempotencyHeaders,
          body: Body,
          response: { 200: BulkSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const { body } = request;
        const principal = principalOf(request);
        if (body.action === 'ASSIGN') {
          const { ids, assignee, note = '' } = body;
          const done = await bulkAssign(principal, { ids, assignee, note }, deps);
          return { items: done.map((item) => itemJson(item, request.id)) };
        }
        const { ids, note, confirmCrossDay = false } = body;
        const items = ids.map((caseId) => ({ caseId, note, confirmCrossDay }));
        const done = await bulkWriteOff(principal, items, sentUnder(request), deps);
        return { items: done.map((item) => itemJson(item, request.id)) };
      },
    );
  };
}

function itemJson(item: BulkResult, requestId: string) {
  if ('error' in item) {
    const { code, detail, detailZh } = problemOf(item.error, requestId);
    return { id: item.caseId, result: null, code, detail, detailZh: detailZh ?? null };
  }
  const result = item.result && actionJson(item.result);
  return { id: item.caseId, result, code: null, detail: null, detailZh: null };
}
