import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { OneSidedCheck } from '../../resolution/oneSidedCheck.ts';
import { OFFER_LIVES_MS, checkOneSided, refundOffered } from '../../resolution/oneSidedCheck.ts';
import type { ResolutionDeps } from '../../resolution/resolution.ts';
import { sendOfferCode } from '../../resolution/verificationCode.ts';
import { principalOf } from '../access.ts';
import { IdempotencyHeaders, actionAnswers, answerAction, sentUnder } from '../moneyRequest.ts';
import { problems } from '../problem.ts';
import { Fen, Instant, MerchantId, Note, OrderNo, oneOf } from '../schemas.ts';
import { CodeSentSchema, VerificationCode, codeSentJson } from './caseActionForms.ts';

const strict = { additionalProperties: false } as const;
const CheckBody = Type.Object(
  { merchantId: MerchantId, orderNo: OrderNo },
  { ...strict, examples: [{ merchantId: 'H001', orderNo: 'YT20260309000001' }] },
);
const RefundBody = Type.Object(
  { verificationCode: VerificationCode, note: Note },
  { ...strict, examples: [{ verificationCode: '482913', note: 'HIS 未入账' }] },
);
const Params = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) });

const CheckSchema = Type.Object(
  {
    state: oneOf(['HIS_HAS_IT', 'HIS_LACKS_IT', 'UNCLEAR'] as const),
    his: Type.Union([
      Type.Object({
        state: oneOf(['BOOKED', 'REFUNDED'] as const),
        hisOrderNo: Type.String(),
        amountFen: Fen,
        occurredAt: Instant,
      }),
      Type.Null(),
    ]),
    offer: Type.Union(
      [Type.Object({ id: Params.properties.id, amountFen: Fen, expiresAt: Instant }), Type.Null()],
      { description: `a refund, for ${OFFER_LIVES_MS / 60_000} minutes; null: nothing is left to refund` },
    ),
    detail: Type.String({ description: 'why it is unclear' }),
  },
  {
    examples: [
      {
        state: 'HIS_LACKS_IT',
        his: null,
        offer: {
          id: '0d6f8c1e7a394e0e8a701c6e6a1f2b3c',
          amountFen: '2500',
          expiresAt: '2026-03-09T06:02:00.000Z',
        },
        detail: '',
      },
    ],
  },
);

/** 单边账查询: asks HIS for an order of today, and refunds it where HIS surely has not booked it. */
export function oneSidedCheckRoutes(deps: ResolutionDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/one-sided-checks',
      {
        config: { access: ['operator'], audit: 'ORDER_CHECK' },
        schema: {
          tags: ['cases'],
          summary: 'Asks the hospital whether it has an order of today (单边账查询)',
          description:
            'HIS has it: no refund. HIS surely has not: a refund is offered for two minutes. Unreachable or unclear is not "has not".',
          body: CheckBody,
          response: { 200: CheckSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request) => checkJson(await checkOneSided(principalOf(request), request.body, deps)),
    );

    app.post(
      '/one-sided-checks/:id/verification-codes',
      {
        config: { access: ['operator'], audit: 'VERIFICATION_CODE' },
        schema: {
          tags: ['cases'],
          summary: 'Sends the caller a code for what was offered (获取退款验证码)',
          params: Params,
          response: { 200: CodeSentSchema, ...problems(401, 403, 404, 409, 429) },
        },
      },
      async (request) => codeSentJson(await sendOfferCode(principalOf(request), request.params.id, deps)),
    );

    app.post(
      '/one-sided-checks/:id/refund',
      {
        config: { access: ['operator'], movesMoney: true, audit: 'ACTION' },
        schema: {
          tags: ['cases'],
          summary: 'Refunds what was offered; HIS is asked once more right before (退款)',
          headers: IdempotencyHeaders,
          params: Params,
          body: RefundBody,
          response: { ...actionAnswers, ...problems(401, 403, 404, 409, 422, 502) },
        },
      },
      async (request, reply) => {
        const { verificationCode, note } = request.body;
        const said = { code: verificationCode, note, ...sentUnder(request) };
        const result = await refundOffered(principalOf(request), request.params.id, said, deps);
        return answerAction(reply, result);
      },
    );
  };
}

function checkJson(check: OneSidedCheck) {
  const none = { his: null, offer: null, detail: '' };
  switch (check.state) {
    case 'HIS_HAS_IT': {
      const { state, hisOrderNo, amountFen, occurredAtMs } = check.his;
      const occurredAt = new Date(occurredAtMs).toISOString();
      return {
        ...none,
        state: check.state,
        his: { state, hisOrderNo, amountFen: amountFen.toString(), occurredAt },
      };
    }
    case 'HIS_LACKS_IT': {
      const { state, offer } = check;
      if (!offer) return { ...none, state };
      const expiresAt = new Date(offer.expiresAtMs).toISOString();
      return { ...none, state, offer: { id: offer.id, amountFen: offer.amountFen.toString(), expiresAt } };
    }
    case 'UNCLEAR':
      return { ...none, state: check.state, detail: check.detail };
  }
}
