import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { CASE_STATUSES } from '../../domain/apiPorts.ts';
import type { CaseKey } from '../../domain/caseHistory.ts';
import type { ProofStore } from '../../domain/resolutionPorts.ts';
import { act } from '../../resolution/act.ts';
import type { ActionRequest } from '../../resolution/actionRequest.ts';
import { assign } from '../../resolution/assign.ts';
import type { ResolutionDeps } from '../../resolution/resolution.ts';
import { sendCaseCode } from '../../resolution/verificationCode.ts';
import { notFound, principalOf, scopeOf } from '../access.ts';
import { IdempotencyHeaders, actionAnswers, answerAction, sentUnder } from '../moneyRequest.ts';
import { problems } from '../problem.ts';
import { UPLOAD_LIMITS, takeForm } from '../proofUploads.ts';
import { CaseId, Instant, NullableText, oneOf } from '../schemas.ts';
import { CASE_ACTIONS, CodeSentSchema, codeSentJson, documentedForm } from './caseActionForms.ts';

export type CaseParts = { readonly deps: ResolutionDeps; readonly proofs: ProofStore };

const Params = Type.Object({ id: CaseId });
const AssignBody = Type.Object(
  {
    assignee: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()], {
      description: 'who takes it; null: nobody any more',
    }),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false, examples: [{ assignee: 'li', note: '' }] },
);
const AssignedSchema = Type.Object({
  caseId: CaseId,
  assignee: NullableText,
  status: oneOf(CASE_STATUSES),
  at: Instant,
});

/** What a person does about one exception. */
export function caseActionRoutes({ deps, proofs }: CaseParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(multipart, { limits: UPLOAD_LIMITS, throwFileSizeLimit: true });
    app.decorateRequest('uploadedProofs', null);

    for (const { path, action, body, takesFiles, summary, description } of CASE_ACTIONS) {
      app.post(
        `/exceptions/:id/${path}`,
        {
          config: {
            access: ['operator'],
            movesMoney: action === 'REFUND',
            documentedBody: takesFiles ? documentedForm(body) : body,
            ...(takesFiles ? { rate: 'upload' as const } : {}),
            audit: 'ACTION',
          },
          preValidation: (request) => (takesFiles ? takeProofs(request, deps, proofs) : Promise.resolve()),
          schema: {
            tags: ['cases'],
            summary,
            description,
            headers: IdempotencyHeaders,
            params: Params,
            body,
            response: { ...actionAnswers, ...problems(401, 403, 404, 409, 413, 415, 422, 502) },
          },
        },
        async (request, reply) => {
          const key = await keyOf(request, request.params.id, deps);
          const said: Said = request.body;
          return answerAction(
            reply,
            await act(principalOf(request), wishOf(action, key, said, request), deps),
          );
        },
      );
    }

    app.post(
      '/exceptions/:id/verification-codes',
      {
        config: { access: ['operator'], audit: 'VERIFICATION_CODE' },
        schema: {
          tags: ['cases'],
          summary: 'Sends the caller a code for the refund of the amount that is due (获取退款验证码)',
          description:
            'Six digits, for five minutes and five tries, of one use; bound to caller, exception and amount. The code itself is never answered: the notifier delivers it (in the demo: ./duizhang notices --user NAME).',
          params: Params,
          response: { 200: CodeSentSchema, ...problems(401, 403, 404, 409, 422, 429) },
        },
      },
      async (request) => codeSentJson(await sendCaseCode(principalOf(request), request.params.id, deps)),
    );

    app.post(
      '/exceptions/:id/assign',
      {
        config: { access: ['operator'], audit: 'ACTION' },
        schema: {
          tags: ['cases'],
          summary: 'Somebody takes the exception, or gives it back (指派)',
          params: Params,
          body: AssignBody,
          response: { 200: AssignedSchema, ...problems(401, 403, 404, 409) },
        },
      },
      async (request) => {
        const { assignee, note = '' } = request.body;
        const wish = { caseId: request.params.id, assignee, note };
        const { atMs, ...done } = await assign(principalOf(request), wish, deps);
        return { ...done, at: new Date(atMs).toISOString() };
      },
    );
  };
}

/** What the bodies of CASE_ACTIONS may say. */
type Said = {
  readonly note: string;
  readonly verificationCode?: string;
  readonly amountFen?: string;
  readonly confirmCrossDay?: boolean;
  readonly confirmNotCrossDay?: boolean;
  readonly method?: string;
  readonly channelRefundNo?: string;
};

function wishOf(
  action: ActionRequest['action'],
  { caseId, merchantId, orderNo }: CaseKey,
  said: Said,
  request: FastifyRequest,
): ActionRequest {
  return {
    action,
    merchantId,
    orderNo,
    caseId,
    amountFen: said.amountFen === undefined ? null : BigInt(said.amountFen),
    note: said.note,
    code: said.verificationCode ?? null,
    confirmCrossDay: said.confirmCrossDay ?? false,
    confirmNotCrossDay: said.confirmNotCrossDay ?? false,
    method: said.method ?? null,
    proofs: request.uploadedProofs ?? [],
    channelRefundNo: said.channelRefundNo ?? null,
    ...sentUnder(request),
  };
}

/** Nobody uploads to an exception that they may not reach. */
async function takeProofs(request: FastifyRequest, deps: ResolutionDeps, proofs: ProofStore): Promise<void> {
  if (!request.isMultipart()) return;
  const params: unknown = request.params;
  const id = typeof params === 'object' && params !== null && 'id' in params ? String(params.id) : '';
  await keyOf(request, id, deps);
  await takeForm(request, proofs);
}

async function keyOf(request: FastifyRequest, id: string, { ledger }: ResolutionDeps): Promise<CaseKey> {
  const key = await ledger.keyOf(scopeOf(request), id);
  if (!key) throw notFound(`exception ${id}`);
  return key;
}
