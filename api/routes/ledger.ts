import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { LedgerQueries, MatchRate } from '../../domain/apiPorts.ts';
import { SOURCE_NAMES } from '../../domain/billSource.ts';
import type { CloseWait } from '../../domain/closePorts.ts';
import { daysBetween } from '../../domain/businessDate.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { MODES, VERDICT_CODES } from '../../domain/verdict.ts';
import { scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import { DateText, ListQuery, NextCursor, checkSpan, oneOf } from '../schemas.ts';

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
  waitsFor: Type.Array(
    Type.Object({
      book: oneOf(BOOKS),
      channel: Type.Union([oneOf(CHANNELS), Type.Null()], { description: 'of a channel’s bill' }),
      source: Type.Union([oneOf(SOURCE_NAMES), Type.Null()], {
        description: 'where it is asked for; null: somebody has to bring it',
      }),
    }),
    {
      description: 'bills that are missing',
      examples: [[{ book: 'CHANNEL', channel: 'ALIPAY', source: null }]],
    },
  ),
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
  { merchantId: ListQuery.properties.merchantId, from: DateText, to: DateText },
  { additionalProperties: false },
);
/** Every verdict of the span is weighed. */
const MOST_QUALITY_DAYS = 31;

const read = { config: { access: 'READ' } } as const;

/** What the ledger says of days. Pages are stable: a cursor goes on behind the last item, whatever arrived since. */
export function ledgerRoutes(queries: LedgerQueries): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/close-waits',
      {
        ...read,
        schema: {
          tags: ['ledger'],
          summary: 'Days that are due and wait, for what and since when (待对账)',
          response: { 200: Type.Object({ items: Type.Array(WaitSchema) }), ...problems(401, 403) },
        },
      },
      async (request) => ({ items: (await queries.closeWaits(scopeOf(request))).map(waitJson) }),
    );

    app.get(
      '/match-rates',
      {
        ...read,
        schema: {
          tags: ['ledger'],
          summary: 'Match rate by merchant, date and mode (匹配率)',
          querystring: ListQuery,
          response: {
            200: Type.Object({ items: Type.Array(MatchRateSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        checkSpan(request.query);
        const page = await queries.matchRates(scopeOf(request), request.query);
        return { items: page.items.map(matchRateJson), nextCursor: page.nextCursor };
      },
    );

    app.get(
      '/realtime-quality',
      {
        ...read,
        schema: {
          tags: ['ledger'],
          summary: 'How far realtime verdicts of closed dates stood (实时与日结比对)',
          querystring: QualityQuery,
          response: { 200: Type.Object({ items: Type.Array(RealtimeQualitySchema) }), ...problems(401, 403) },
        },
      },
      async (request) => {
        const { query } = request;
        checkSpan(query);
        if (daysBetween(query.from, query.to) >= MOST_QUALITY_DAYS) {
          throw new DuizhangError('DZ_BAD_REQUEST', `ask for ${MOST_QUALITY_DAYS} days at most`);
        }
        const items = await queries.realtimeQuality(scopeOf(request), query);
        return { items: items.map((day) => ({ ...day, byType: [...day.byType] })) };
      },
    );
  };
}

function waitJson({ merchantId, businessDate, mode, waitsFor, sinceMs, untilMs }: CloseWait) {
  const [since, until] = [new Date(sinceMs).toISOString(), new Date(untilMs).toISOString()];
  return { merchantId, businessDate, mode, waitsFor: [...waitsFor], since, until };
}

function matchRateJson(item: MatchRate) {
  return { ...item, rate: item.verdicts === 0 ? null : item.matched / item.verdicts };
}
