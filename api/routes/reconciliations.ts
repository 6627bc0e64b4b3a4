import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { BillFileQueries, LedgerQueries, RunRecord, RunSummary } from '../../domain/apiPorts.ts';
import { CASE_STATUSES } from '../../domain/apiPorts.ts';
import { checkedDate } from '../../domain/businessDate.ts';
import type { CloseAgain } from '../../domain/closePorts.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { FAILURE_REASONS, OUTCOMES } from '../../domain/ports.ts';
import { CHANNELS, KINDS } from '../../domain/entry.ts';
import { MODES, VERDICT_CODES } from '../../domain/verdict.ts';
import { checkReach, notFound, principalOf, scopeOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { BillFileSchema, billFileJson } from '../billFileJson.ts';
import { problems } from '../problem.ts';
import {
  DateText,
  Fen,
  Instant,
  ListQuery,
  MerchantId,
  NextCursor,
  Note,
  NullableFen,
  checkSpan,
  fenText,
  oneOf,
} from '../schemas.ts';

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
  outcome: oneOf(OUTCOMES),
  reasons: Type.Array(oneOf(FAILURE_REASONS)),
  details: Type.Record(Type.String(), Type.String(), { description: 'each reason in words' }),
  operator: Type.String(),
  bills: Type.Array(Type.String(), { description: 'SHA-256 of the bills that stood for their books' }),
  startedAt: Instant,
  endedAt: Instant,
  books: Type.Record(Type.String(), BookTotalsSchema),
  verdicts: Type.Record(Type.String(), Type.Integer()),
  merkleRoot: Type.String(),
  provisional: Type.Boolean({ description: 'a realtime day that no run has closed yet' }),
});

const SummarySchema = Type.Object({
  published: Type.Boolean({ description: 'false: a later run counts instead, or this one failed' }),
  shares: Type.Array(
    Type.Object({
      code: oneOf(VERDICT_CODES),
      kind: oneOf(KINDS),
      channel: Type.Union([oneOf(CHANNELS), Type.Null()]),
      count: Type.Integer(),
      merchantFen: NullableFen,
      platformFen: NullableFen,
      channelFen: NullableFen,
    }),
  ),
  cases: Type.Object(Object.fromEntries(CASE_STATUSES.map((status) => [status, Type.Integer()])), {
    description: 'its exceptions by the state of their cases now',
  }),
  bills: Type.Array(BillFileSchema, { description: 'that stood for their books' }),
});

const CloseBody = Type.Object(
  {
    merchantId: MerchantId,
    date: DateText,
    reason: Type.Optional({ ...Note, description: 'needed when the month of the date is locked' }),
  },
  {
    additionalProperties: false,
    examples: [{ merchantId: 'H001', date: '2026-03-09', reason: '渠道补发账单，重新对账' }],
  },
);

export type ReconciliationParts = {
  readonly queries: LedgerQueries;
  readonly billFiles: BillFileQueries;
  readonly closeAgain: CloseAgain;
  readonly merchants: ReadonlyMap<string, Merchant>;
};

/** Runs: how each day of each hospital came out, and another one on demand. */
export function reconciliationRoutes(parts: ReconciliationParts): FastifyPluginAsyncTypebox {
  const { queries } = parts;
  return async (app) => {
    app.get(
      '/reconciliations',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['ledger'],
          summary: 'Runs by merchant and date, newest date first (对账记录)',
          querystring: ListQuery,
          response: {
            200: Type.Object({ items: Type.Array(ReconciliationSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        checkSpan(request.query);
        const page = await queries.reconciliations(scopeOf(request), request.query);
        return { items: page.items.map(reconciliationJson), nextCursor: page.nextCursor };
      },
    );

    app.get(
      '/reconciliations/:id',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['ledger'],
          summary: 'One run, or one realtime day (对账记录详情)',
          params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) }),
          response: { 200: ReconciliationSchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => {
        const { id } = request.params;
        const run = await queries.reconciliation(scopeOf(request), id);
        if (!run) throw notFound(`run ${id}`);
        return reconciliationJson(run);
      },
    );

    app.get(
      '/reconciliations/:id/summary',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['ledger'],
          summary: 'What a run found, by verdict, kind and channel, with its bills (对账结果)',
          params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
          response: { 200: SummarySchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => {
        const { id } = request.params;
        const scope = scopeOf(request);
        const [run, summary] = await Promise.all([
          queries.reconciliation(scope, id),
          queries.runSummary(scope, id),
        ]);
        if (!run || !summary) throw notFound(`run ${id}`);
        const bills = await parts.billFiles.billsOfRun(scope, run);
        return { ...summaryJson(summary), bills: bills.map(billFileJson) };
      },
    );

    app.post(
      '/reconciliations',
      {
        config: { access: ['admin', 'operator'], audit: 'CLOSE' },
        schema: {
          tags: ['ledger'],
          summary: 'Closes a day, or closes it again (重新对账)',
          description:
            'Takes in what came since. Waits until all events of the day are stored, some seconds at most; the answer is the new run.',
          body: CloseBody,
          response: { 200: ReconciliationSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const { merchantId, date, reason } = request.body;
        const merchant = parts.merchants.get(merchantId);
        if (!merchant) throw notFound(`merchant ${merchantId}`);
        checkReach(request, merchantId, `merchant ${merchantId}`);
        const run = await parts.closeAgain({
          merchant,
          date: checkedDate(date),
          operator: principalOf(request).userId,
          ...(reason === undefined ? {} : { reason }),
        });
        noteForAudit(request, { said: { runId: run.runId, outcome: run.outcome } });
        return reconciliationJson({ ...run, provisional: false });
      },
    );
  };
}

function summaryJson({ published, shares, cases }: RunSummary) {
  return {
    published,
    cases: { ...cases },
    shares: shares.map(({ fen, ...share }) => ({
      ...share,
      merchantFen: fenText(fen.MERCHANT),
      platformFen: fenText(fen.PLATFORM),
      channelFen: fenText(fen.CHANNEL),
    })),
  };
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
