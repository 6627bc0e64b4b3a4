import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AuditRow } from '../../domain/auditEntry.ts';
import { AUDIT_KINDS, AUDIT_WAYS } from '../../domain/auditEntry.ts';
import type { AuditQueries } from '../../domain/auditTrail.ts';
import { scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import { Cursor, DateText, Instant, Limit, MerchantId, NextCursor, checkSpan, oneOf } from '../schemas.ts';

const Query = Type.Object(
  {
    from: Type.Optional({ ...DateText, description: 'recorded on this date (Asia/Shanghai) or later' }),
    to: Type.Optional(DateText),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    kind: Type.Optional(oneOf(AUDIT_KINDS)),
    merchantId: Type.Optional(MerchantId),
    cursor: Cursor,
    limit: Limit,
  },
  { additionalProperties: false },
);

const EntrySchema = Type.Object(
  {
    writer: Type.String({ description: 'the process that recorded it; its entries are one chain' }),
    seq: Type.Integer({ description: 'the place in that chain' }),
    at: Instant,
    kind: oneOf(AUDIT_KINDS),
    user: Type.String({ description: "the user, machine or process; '' where nobody said who they are" }),
    via: oneOf(AUDIT_WAYS),
    from: Type.String({ description: 'an address, or the name of a machine' }),
    what: Type.String({ description: 'the route or the command' }),
    status: Type.Union([Type.Integer(), Type.Null()], { description: 'null: recorded before it was known' }),
    merchants: Type.Array(Type.String(), { description: 'none: of no particular hospital, or of all' }),
    actionId: Type.String({ description: "GET /api/v1/actions has it; '' where it is no action" }),
    said: Type.Record(Type.String(), Type.Unknown(), { description: 'what was asked for or taken' }),
    hash: Type.String(),
  },
  {
    examples: [
      {
        writer: 'api-3f0c2a5e-5d0e-4f0e-9d53-3a1f5b7f1c11',
        seq: 17,
        at: '2026-03-10T06:00:00.000Z',
        kind: 'EXPORT',
        user: 'li',
        via: 'API',
        from: '10.0.0.7',
        what: 'GET /api/v1/exports/:list',
        status: 200,
        merchants: ['H001'],
        actionId: '',
        said: { list: 'exceptions', format: 'xlsx', merchantId: 'H001' },
        hash: '9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015',
      },
    ],
  },
);

/** Who saw or changed what. Of somebody who may not reach all hospitals: entries of theirs alone. */
export function auditRoutes(queries: AuditQueries): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/audit',
      {
        config: { access: ['auditor', 'admin'], audit: 'AUDIT_READ' },
        schema: {
          tags: ['system'],
          summary: 'Who saw or changed what, when and from where, the newest first (审计记录)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(EntrySchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        checkSpan(request.query);
        const page = await queries.entries(scopeOf(request), request.query);
        return { items: page.items.map(entryJson), nextCursor: page.nextCursor };
      },
    );
  };
}

function entryJson({ prevHash: _prevHash, who, atMs, merchants, said, ...row }: AuditRow) {
  return {
    ...row,
    user: who,
    merchants: [...merchants],
    said: { ...said },
    at: new Date(atMs).toISOString(),
  };
}
