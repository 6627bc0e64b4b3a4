import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { businessDateOf } from '../../domain/businessDate.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Overview, OverviewQueries } from '../../domain/overview.ts';
import { scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import { DateText, Fen, Instant, MerchantId, oneOf } from '../schemas.ts';

const Query = Type.Object({ merchantId: Type.Optional(MerchantId) }, { additionalProperties: false });
const Count = Type.Integer();

const OverviewSchema = Type.Object({
  at: Instant,
  date: { ...DateText, description: 'today in Asia/Shanghai' },
  open: Type.Array(
    Type.Object({ merchantId: Type.String(), count: Count, amountFen: Fen, oldestDate: DateText }),
    { description: 'exceptions that wait for a person; those that have most come first' },
  ),
  hours: Type.Array(Type.Object({ hour: Count, verdicts: Count, matched: Count }), {
    description: 'realtime verdicts of today by the Beijing hour of their order',
  }),
  minutes: Type.Array(Type.Object({ at: Instant, platform: Count, merchant: Count }), {
    description: 'payments and refunds of the last hour, by the minute in which they occurred',
  }),
  feeds: Type.Array(
    Type.Object({
      merchantId: Type.String(),
      book: oneOf(BOOKS),
      newestAt: { ...Instant, description: 'when the newest of what it told occurred' },
      heardAt: Instant,
      lagMs: {
        ...Count,
        description: 'half of what came within the last five minutes came at most so long after it occurred',
      },
    }),
    { description: 'feeds that told of something today or yesterday' },
  ),
  connected: Type.Array(Type.Object({ merchantId: Type.String(), firstDate: DateText, lastDate: DateText }), {
    description:
      'first and last date of which an event or a bill is on record; a hospital that never sent anything is left out',
  }),
});

export type OverviewParts = { readonly queries: OverviewQueries; readonly now: () => number };

/** What the first page of the console shows. */
export function overviewRoutes({ queries, now }: OverviewParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/overview',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['ledger'],
          summary: 'How things stand now: what is open, how today goes, whether feeds are late (首页概况)',
          querystring: Query,
          response: { 200: OverviewSchema, ...problems(401, 403) },
        },
      },
      async (request) => {
        const nowMs = now();
        const date = businessDateOf(nowMs);
        const overview = await queries.overview(scopeOf(request), { ...request.query, date, nowMs });
        return { at: instant(nowMs), date, ...overviewJson(overview) };
      },
    );
  };
}

function overviewJson({ open, hours, minutes, feeds, connected }: Overview) {
  return {
    open: open.map(({ amountFen, ...each }) => ({ ...each, amountFen: amountFen.toString() })),
    hours: [...hours],
    minutes: minutes.map(({ atMs, ...each }) => ({ ...each, at: instant(atMs) })),
    feeds: feeds.map(({ newestMs, heardMs, ...each }) => ({
      ...each,
      newestAt: instant(newestMs),
      heardAt: instant(heardMs),
    })),
    connected: [...connected],
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
