import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type {
  ExceptionItem,
  LedgerQueries,
  ListFilter,
  MatchRate,
  RunRecord,
} from '../../domain/apiPorts.ts';
import type { CloseWait } from '../../domain/closePorts.ts';
import { CASE_STATUSES } from '../../domain/apiPorts.ts';
import { daysBetween } from '../../domain/businessDate.ts';
import { CHANNELS, KINDS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { FAILURE_REASONS } from '../../domain/ports.ts';
import { MODES, VERDICT_CODES } from '../../domain/verdict.ts';
import { ProblemSchema } from '../problem.ts';
import { DateText, checkSpan, oneOf } from '../schemas.ts';

const Fen = Type.String({ pattern: '^-?\\d+$', description: 'fen', examples: ['2500'] });
const NullableFen = Type.Union([Fen, Type.Null()]);

const BOOK_NAME = { MERCHANT: 'merchant', PLATFORM: 'platform', CHANNEL: 'channel' } as const;

const Query = Type.Object(
  {
    mode: Type.Optional(oneOf(MODES)),
    merchantId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    from: Type.Optional(DateText),
    to: Type.Optional(DateText),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
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
  refundNo: Type.Union([Type.String(), Type.Null()]),
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

const BookTotalsSchema = Type.Object({
  payments: Type.Integer(),
  refunds: Type.Integer(),
  paymentFen: Fen,
  refundFen: Fen,
});

const ReconciliationSchema = Type.Object({
  id: Type.String(),
  merchantId: Type.String(),
  businessDate: DateText,
  mode: oneOf(MODES),
  outcome: oneOf(['BALANCED', 'UNBALANCED', 'FAILED'] as const),
  reasons: Type.Array(oneOf(FAILURE_REASONS)),
  details: Type.Record(Type.String(), Type.String(), { description: 'each reason in words' }),
  operator: Type.String(),
  bills: Type.Array(Type.String(), { description: 'SHA-256 of the bills that stood for their books' }),
  startedAt: Type.String({ format: 'date-time' }),
  endedAt: Type.String({ format: 'date-time' }),
  books: Type.Record(Type.String(), BookTotalsSchema),
  verdicts: Type.Record(Type.String(), Type.Integer()),
  merkleRoot: Type.String(),
  provisional: Type.Boolean({ description: 'a realtime day that no run has closed yet' }),
});

const MatchRateSchema = Type.Object({
  merchantId: Type.String(),
  businessDate: DateText,
  mode: oneOf(MODES),
  verdicts: Type.Integer(),
  matched: Type.Integer(),
  exceptions: Type.Integer(),
  rate: Type.Union([Type.Number(), Type.Null()], {
    description: 'matched / verdicts; null when there are none',
  }),
});

const WaitSchema = Type.Object({
  merchantId: Type.String(),
  businessDate: DateText,
  mode: oneOf(MODES),
  waitsFor: Type.Array(Type.String(), { examples: [['the ALIPAY bill of 2026-03-09']] }),
  since: Type.String({ format: 'date-time' }),
  until: Type.String({ format: 'date-time', description: 'the run comes then at the latest' }),
});
const MS = Type.Union([Type.Integer(), Type.Null()]);
const NeededSchema = Type.Object(
  { p50Ms: MS, p95Ms: MS, p99Ms: MS },
  { description: 'the window that would have been needed for counterparts that came later; null: none did' },
);
const Told = { verdicts: Type.Integer(), stood: Type.Integer(), needed: NeededSchema };
const RealtimeQualitySchema = Type.Object({
  merchantId: Type.String(),
  businessDate: DateText,
  ...Told,
  byType: Type.Array(Type.Object({ type: oneOf(VERDICT_CODES), ...Told })),
});
const QualityQuery = Type.Object(
  { merchantId: Query.properties.merchantId, from: DateText, to: DateText },
  { additionalProperties: false },
);
/** Every verdict of the span is weighed. */
const MOST_QUALITY_DAYS = 31;

const NextCursor = Type.Union([Type.String(), Type.Null()]);
const problems = { 400: ProblemSchema, 500: ProblemSchema, 503: ProblemSchema };

/** Lists of the ledger. Pages are stable: a cursor goes on behind the last item, whatever arrived since. */
export function ledgerRoutes(queries: LedgerQueries): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/reconciliations',
      {
        schema: {
          tags: ['ledger'],
          summary: 'Runs by merchant and date, newest date first (对账记录)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(ReconciliationSchema), nextCursor: NextCursor }),
            ...problems,
          },
        },
      },
      async ({ query }) => {
        const page = await queries.reconciliations(checked(query));
        return { items: page.items.map(reconciliationJson), nextCursor: page.nextCursor };
      },
    );

    app.get(
      '/close-waits',
      {
        schema: {
          tags: ['ledger'],
          summary: 'Days that are due and wait, for what and since when',
          response: { 200: Type.Object({ items: Type.Array(WaitSchema) }), ...problems },
        },
      },
      async () => ({ items: (await queries.closeWaits()).map(waitJson) }),
    );

    app.get(
      '/exceptions',
      {
        schema: {
          tags: ['ledger'],
          summary: 'Verdicts that need a person (异常订单)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(ExceptionSchema), nextCursor: NextCursor }),
            ...problems,
          },
        },
      },
      async ({ query }) => {
        const page = await queries.exceptions(checked(query));
        return { items: page.items.map(exceptionJson), nextCursor: page.nextCursor };
      },
    );

    app.get(
      '/match-rates',
      {
        schema: {
          tags: ['ledger'],
          summary: 'Match rate by merchant, date and mode (匹配率)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(MatchRateSchema), nextCursor: NextCursor }),
            ...problems,
          },
        },
      },
      async ({ query }) => {
        const page = await queries.matchRates(checked(query));
        return { items: page.items.map(matchRateJson), nextCursor: page.nextCursor };
      },
    );

    app.get(
      '/realtime-quality',
      {
        schema: {
          tags: ['ledger'],
          summary: 'How far realtime verdicts of closed dates stood (实时与日结比对)',
          querystring: QualityQuery,
          response: { 200: Type.Object({ items: Type.Array(RealtimeQualitySchema) }), ...problems },
        },
      },
      async ({ query }) => {
        checkSpan(query);
        if (daysBetween(query.from, query.to) >= MOST_QUALITY_DAYS) {
          throw new DuizhangError('DZ_BAD_REQUEST', `ask for ${MOST_QUALITY_DAYS} days at most`);
        }
        const items = await queries.realtimeQuality(query);
        return { items: items.map((day) => ({ ...day, byType: [...day.byType] })) };
      },
    );
  };
}

function checked(filter: ListFilter): ListFilter {
  checkSpan(filter);
  return filter;
}

function fen(amount: bigint | null): string | null {
  return amount === null ? null : amount.toString();
}

function exceptionJson(item: ExceptionItem) {
  return {
    ...item,
    merchantFen: fen(item.merchantFen),
    platformFen: fen(item.platformFen),
    channelFen: fen(item.channelFen),
    conflictingBooks: item.conflictingBooks.map((book) => BOOK_NAME[book]),
    mergedReceipt: item.mergedReceipt && {
      ...item.mergedReceipt,
      orderNos: [...item.mergedReceipt.orderNos],
    },
  };
}

function waitJson({ merchantId, businessDate, mode, waitsFor, sinceMs, untilMs }: CloseWait) {
  const [since, until] = [new Date(sinceMs).toISOString(), new Date(untilMs).toISOString()];
  return { merchantId, businessDate, mode, waitsFor: [...waitsFor], since, until };
}

function matchRateJson(item: MatchRate) {
  return { ...item, rate: item.verdicts === 0 ? null : item.matched / item.verdicts };
}

function reconciliationJson(run: RunRecord) {
  return {
    id: run.runId,
    merchantId: run.merchantId,
    businessDate: run.businessDate,
    mode: run.mode,
    outcome: run.outcome,
    reasons: [...run.reasons],
    details: { ...run.details },
    operator: run.operator,
    bills: [...run.bills],
    startedAt: new Date(run.startedAtMs).toISOString(),
    endedAt: new Date(run.endedAtMs).toISOString(),
    books: Object.fromEntries(
      Object.entries(run.books).map(([book, totals]) => [
        book.toLowerCase(),
        { ...totals, paymentFen: totals.paymentFen.toString(), refundFen: totals.refundFen.toString() },
      ]),
    ),
    verdicts: Object.fromEntries(Object.entries(run.verdicts)),
    merkleRoot: run.merkleRoot,
    provisional: run.provisional,
  };
}
