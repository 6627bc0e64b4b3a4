import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { CASE_STATUSES } from '../../domain/apiPorts.ts';
import { BOOKS, KINDS } from '../../domain/entry.ts';
import { MODES, VERDICT_CODES } from '../../domain/verdict.ts';
import { act } from '../../resolution/act.ts';
import { lookUpOrder } from '../../resolution/lookUpOrder.ts';
import type { LookedUpOrder } from '../../resolution/lookUpOrder.ts';
import type { ResolutionDeps } from '../../resolution/resolution.ts';
import { sendOrderCode } from '../../resolution/verificationCode.ts';
import { principalOf } from '../access.ts';
import { IdempotencyHeaders, actionAnswers, answerAction, sentUnder } from '../moneyRequest.ts';
import { problems } from '../problem.ts';
import {
  AmountFen,
  CaseId,
  DateText,
  Fen,
  MerchantId,
  MoneySchema,
  Note,
  NullableFen,
  NullableText,
  OrderNo,
  moneyJson,
  oneOf,
} from '../schemas.ts';
import { CodeSentSchema, VerificationCode, codeSentJson } from './caseActionForms.ts';

const strict = { additionalProperties: false } as const;
const Params = Type.Object({ orderNo: OrderNo });

/** Of an order's case that no verdict calls an exception: null. */
const FactsSchema = Type.Object({
  mode: oneOf(MODES),
  type: oneOf(VERDICT_CODES),
  kind: oneOf(KINDS),
  refundNo: NullableText,
  businessDate: DateText,
  merchantFen: NullableFen,
  platformFen: NullableFen,
  channelFen: NullableFen,
});

const OrderSchema = Type.Object({
  merchantId: Type.String(),
  orderNo: Type.String(),
  ...MoneySchema.properties,
  cases: Type.Array(
    Type.Object({
      id: CaseId,
      status: oneOf(CASE_STATUSES),
      reason: Type.String({ description: 'why it has this status' }),
      assignee: NullableText,
      exception: Type.Union([FactsSchema, Type.Null()]),
    }),
  ),
  refunds: Type.Array(
    Type.Object({
      refundNo: NullableText,
      amountFen: Fen,
      state: oneOf(['OPEN', 'SUCCEEDED', 'REFUSED', 'FAILED'] as const),
      actionId: { ...NullableText, description: 'null: not begun here' },
      books: Type.Array(oneOf(BOOKS), { description: 'where it stands' }),
    }),
  ),
});

const linkedCase = Type.Optional({
  ...CaseId,
  description: 'the exception of this order that the refund is for',
});
const CodeBody = Type.Object(
  { merchantId: MerchantId, amountFen: AmountFen, caseId: linkedCase },
  { ...strict, examples: [{ merchantId: 'H001', amountFen: '2500' }] },
);
const RefundBody = Type.Object(
  {
    merchantId: MerchantId,
    amountFen: AmountFen,
    verificationCode: VerificationCode,
    note: { ...Note, description: 'the reason' },
    caseId: linkedCase,
  },
  {
    ...strict,
    examples: [{ merchantId: 'H001', amountFen: '2500', verificationCode: '482913', note: '患者退号' }],
  },
);

/** One order: its money, and refunds of it (订单自助退款). */
export function orderRoutes(deps: ResolutionDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/orders/:orderNo',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['cases'],
          summary: 'What was paid, refunded and may still be refunded of an order (订单查询)',
          params: Params,
          querystring: Type.Object({ merchantId: MerchantId }, strict),
          response: { 200: OrderSchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => {
        const order = { merchantId: request.query.merchantId, orderNo: request.params.orderNo };
        return orderJson(await lookUpOrder(principalOf(request), order, deps));
      },
    );

    app.post(
      '/orders/:orderNo/verification-codes',
      {
        config: { access: ['operator'], audit: 'VERIFICATION_CODE' },
        schema: {
          tags: ['cases'],
          summary: 'Sends the caller a code for a refund of this order and amount (获取退款验证码)',
          description:
            'As for exceptions: bound to caller, order (or exception) and amount; never answered here.',
          params: Params,
          body: CodeBody,
          response: { 200: CodeSentSchema, ...problems(401, 403, 404, 422, 429) },
        },
      },
      async (request) => {
        const { merchantId, amountFen, caseId = null } = request.body;
        const { orderNo } = request.params;
        const wish = { merchantId, orderNo, caseId, amountFen: BigInt(amountFen) };
        return codeSentJson(await sendOrderCode(principalOf(request), wish, deps));
      },
    );

    app.post(
      '/orders/:orderNo/refunds',
      {
        config: { access: ['operator'], movesMoney: true, audit: 'ACTION' },
        schema: {
          tags: ['cases'],
          summary: 'Refunds an order, or a part of it (订单自助退款)',
          description:
            'No more than is refundable over all paths. From the amount threshold of the hospital on it waits for a second person (202).',
          headers: IdempotencyHeaders,
          params: Params,
          body: RefundBody,
          response: { ...actionAnswers, ...problems(401, 403, 404, 409, 422, 502) },
        },
      },
      async (request, reply) => {
        const { merchantId, amountFen, verificationCode, note, caseId = null } = request.body;
        const wish = {
          action: 'SELF_REFUND' as const,
          merchantId,
          orderNo: request.params.orderNo,
          caseId,
          amountFen: BigInt(amountFen),
          note,
          code: verificationCode,
          confirmCrossDay: false,
          confirmNotCrossDay: false,
          method: null,
          proofs: [],
          channelRefundNo: null,
          ...sentUnder(request),
        };
        return answerAction(reply, await act(principalOf(request), wish, deps));
      },
    );
  };
}

function orderJson({ order, money, cases, refunds }: LookedUpOrder) {
  return {
    ...order,
    ...moneyJson(money),
    cases: [...cases].map(
      ([
        caseId,
        {
          state: { status, reason, assignee, facts },
        },
      ]) => {
        return { id: caseId, status, reason, assignee, exception: facts };
      },
    ),
    refunds: refunds.map(({ amountFen, books, ...refund }) => {
      return { ...refund, amountFen: amountFen.toString(), books: [...books] };
    }),
  };
}
