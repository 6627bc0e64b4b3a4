import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ExceptionItem, LedgerQueries } from '../../domain/apiPorts.ts';
import { CASE_STATUSES, EXCEPTION_ORDERS } from '../../domain/apiPorts.ts';
import { CHANNELS, KINDS } from '../../domain/entry.ts';
import { EXCEPTION_CODES, MODES, VERDICT_CODES } from '../../domain/verdict.ts';
import { scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import {
  DateText,
  ListQuery,
  NextCursor,
  NullableFen,
  NullableText,
  checkSpan,
  fenText,
  oneOf,
} from '../schemas.ts';

const BOOK_NAME = { MERCHANT: 'merchant', PLATFORM: 'platform', CHANNEL: 'channel' } as const;
const LimitFen = Type.String({ pattern: '^\\d{1,18}$', examples: ['10000'] });

const Query = Type.Object(
  {
    ...ListQuery.properties,
    status: Type.Optional(oneOf(CASE_STATUSES)),
    type: Type.Optional(oneOf([...EXCEPTION_CODES])),
    kind: Type.Optional(oneOf(KINDS)),
    channel: Type.Optional(oneOf(CHANNELS)),
    minFen: Type.Optional({
      ...LimitFen,
      description: "of the channel's amount, else the platform's, else the merchant's; inclusive",
    }),
    maxFen: Type.Optional(LimitFen),
    sort: Type.Optional({
      ...oneOf(EXCEPTION_ORDERS),
      description:
        'what the list is ordered by, with - the largest or newest first (default -businessDate); what a book lacks comes last',
    }),
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'an order, refund or HIS number, or the beginning of one',
        examples: ['YT20260309'],
      }),
    ),
  },
  { additionalProperties: false },
);

const ExceptionSchema = Type.Object({
  id: Type.String(),
  mode: oneOf(MODES),
  type: oneOf(VERDICT_CODES),
  kind: oneOf(KINDS),
  merchantId: Type.String(),
  businessDate: DateText,
  orderNo: Type.String(),
  refundNo: NullableText,
  channel: Type.Union([oneOf(CHANNELS), Type.Null()]),
  merchantFen: NullableFen,
  platformFen: NullableFen,
  channelFen: NullableFen,
  possiblyCrossDay: Type.Boolean(),
  conflictingBooks: Type.Array(oneOf(Object.values(BOOK_NAME)), {
    description: 'books that hold one identity with several amounts; the first is shown',
  }),
  amountConflict: Type.Boolean({ description: 'CHANNEL_ONLY, yet the platform has it with another amount' }),
  channelConflict: Type.Boolean({ description: 'two books name different channels' }),
  ambiguousRefund: Type.Boolean({
    description: 'a HIS refund without a number that could be one of several, or one that it could be',
  }),
  possibleDuplicateOf: Type.Union([Type.String(), Type.Null()], {
    description: 'the order number of a payment that this one probably repeats',
  }),
  mergedReceipt: Type.Union(
    [Type.Object({ hisOrderNo: Type.String(), orderNos: Type.Array(Type.String()) }), Type.Null()],
    { description: 'a HIS receipt that the payments of these orders probably add up to' },
  ),
  status: oneOf(CASE_STATUSES),
  provisional: Type.Boolean({ description: 'a realtime verdict whose day is not closed yet' }),
});

/** The list of exceptions; what people do about them is in caseActions.ts. */
export function exceptionRoutes(queries: LedgerQueries): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/exceptions',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['ledger'],
          summary: 'Verdicts that need a person (异常订单)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(ExceptionSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        const { minFen, maxFen, ...filter } = request.query;
        checkSpan(filter);
        const page = await queries.exceptions(scopeOf(request), {
          ...filter,
          ...(minFen === undefined ? {} : { minFen: BigInt(minFen) }),
          ...(maxFen === undefined ? {} : { maxFen: BigInt(maxFen) }),
        });
        return { items: page.items.map(exceptionJson), nextCursor: page.nextCursor };
      },
    );
  };
}

function exceptionJson(item: ExceptionItem) {
  return {
    ...item,
    merchantFen: fenText(item.merchantFen),
    platformFen: fenText(item.platformFen),
    channelFen: fenText(item.channelFen),
    conflictingBooks: item.conflictingBooks.map((book) => BOOK_NAME[book]),
    mergedReceipt: item.mergedReceipt && {
      ...item.mergedReceipt,
      orderNos: [...item.mergedReceipt.orderNos],
    },
  };
}
