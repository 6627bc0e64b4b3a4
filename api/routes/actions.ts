import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ACTION_STATES } from '../../domain/actionState.ts';
import type { ActionQueries } from '../../domain/resolutionPorts.ts';
import { approve, reject } from '../../resolution/approvals.ts';
import type { ActionItem } from '../../resolution/listActions.ts';
import { listActions } from '../../resolution/listActions.ts';
import type { ResolutionDeps } from '../../resolution/resolution.ts';
import { principalOf } from '../access.ts';
import {
  ActionSchema,
  IdempotencyHeaders,
  actionAnswers,
  actionJson,
  answerAction,
  sentUnder,
} from '../moneyRequest.ts';
import { problems } from '../problem.ts';
import {
  Cursor,
  DateText,
  Instant,
  MerchantId,
  MoneySchema,
  NextCursor,
  Note,
  NullableText,
  checkSpan,
  moneyJson,
  oneOf,
} from '../schemas.ts';

/** Of those that wait for approval each order's money is looked up. */
const MOST_ACTIONS = 100;

const Query = Type.Object(
  {
    merchantId: Type.Optional(MerchantId),
    state: Type.Optional(oneOf(ACTION_STATES)),
    from: Type.Optional({ ...DateText, description: 'asked for on this date or later' }),
    to: Type.Optional(DateText),
    cursor: Cursor,
    limit: Type.Integer({ minimum: 1, maximum: MOST_ACTIONS, default: 50 }),
  },
  { additionalProperties: false },
);

const ItemSchema = Type.Object({
  ...ActionSchema.properties,
  operator: Type.String({ description: 'who asked for it' }),
  note: Type.String(),
  askedAt: Instant,
  decidedBy: { ...NullableText, description: 'who approved or rejected it' },
  method: NullableText,
  proofs: Type.Array(Type.String(), { description: 'SHA-256; GET /api/v1/proofs/{sha256}?caseId=' }),
  balances: Type.Union([Type.Object({ before: MoneySchema, after: MoneySchema }), Type.Null()], {
    description: "of an action that waits for approval: the order's money as it is, and as it will be",
  }),
});

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const ApproveBody = Type.Object(
  { note: Type.Optional(Type.String({ maxLength: 1000 })) },
  { additionalProperties: false, examples: [{ note: '已核对' }] },
);
const RejectBody = Type.Object(
  { note: Note },
  { additionalProperties: false, examples: [{ note: '金额不符' }] },
);

export type ActionParts = { readonly deps: ResolutionDeps; readonly actions: ActionQueries };

/** What people did or want to do, and the second pair of eyes. */
export function actionRoutes({ deps, actions }: ActionParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/actions',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['cases'],
          summary: 'Actions on exceptions and orders, the newest first (处理记录与待审批)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(ItemSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        checkSpan(request.query);
        const page = await listActions(principalOf(request), request.query, { ...deps, actions });
        return { items: page.items.map(itemJson), nextCursor: page.nextCursor };
      },
    );

    app.post(
      '/actions/:id/approve',
      {
        config: { access: ['approver'], movesMoney: true, audit: 'ACTION' },
        schema: {
          tags: ['cases'],
          summary: 'A second person agrees, and the action is carried out at once (审批通过)',
          description: 'Nobody approves their own. It is carried out upon the state of this moment.',
          headers: IdempotencyHeaders,
          params: Params,
          body: ApproveBody,
          response: { ...actionAnswers, ...problems(401, 403, 404, 409, 422, 502) },
        },
      },
      async (request, reply) => {
        const { note = '' } = request.body;
        const decision = { actionId: request.params.id, note, sentUnder: sentUnder(request) };
        return answerAction(reply, await approve(principalOf(request), decision, deps));
      },
    );

    app.post(
      '/actions/:id/reject',
      {
        config: { access: ['approver'], audit: 'ACTION' },
        schema: {
          tags: ['cases'],
          summary: 'A second person refuses; the exception is open as before (审批驳回)',
          params: Params,
          body: RejectBody,
          response: { ...actionAnswers, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request, reply) => {
        const decision = { actionId: request.params.id, note: request.body.note };
        return answerAction(reply, await reject(principalOf(request), decision, deps));
      },
    );
  };
}

function itemJson({ askedAtMs, balances, proofs, operator, note, decidedBy, method, ...result }: ActionItem) {
  return {
    ...actionJson(result),
    operator,
    note,
    decidedBy,
    method,
    proofs: [...proofs],
    askedAt: new Date(askedAtMs).toISOString(),
    balances: balances && { before: moneyJson(balances.before), after: moneyJson(balances.after) },
  };
}
