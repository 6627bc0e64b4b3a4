import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ALERT_KINDS, ALERT_SEVERITIES, ALERT_STATES } from '../../domain/alert.ts';
import type { Alert } from '../../domain/alert.ts';
import { alertJson } from '../../domain/alertJson.ts';
import type { AlertOrder, AlertQueries } from '../../domain/alertPorts.ts';
import { BOOKS, CHANNELS, KINDS } from '../../domain/entry.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';
import { noteForAudit } from '../auditTrail.ts';
import { notFound, principalOf, scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import { Cursor, Fen, Instant, Limit, MerchantId, NextCursor, NullableText, oneOf } from '../schemas.ts';

const NullableInstant = Type.Union([Instant, Type.Null()]);

const AlertSchema = Type.Object(
  {
    alertId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    version: Type.Integer({ description: 'grows with every change' }),
    kind: oneOf(ALERT_KINDS),
    merchantId: Type.String({ description: "'' : of no hospital in particular" }),
    book: Type.Union([oneOf(BOOKS), Type.Null()], { description: 'which is silent, or lacks the orders' }),
    channel: Type.Union([oneOf(CHANNELS), Type.Null()]),
    detail: Type.String({ description: 'what else tells it apart: a business type, a date' }),
    state: oneOf(ALERT_STATES),
    severity: oneOf(ALERT_SEVERITIES),
    since: { ...Instant, description: 'when it began, by what the books say' },
    until: NullableInstant,
    openedAt: Instant,
    updatedAt: Instant,
    closedAt: NullableInstant,
    orders: Type.Integer({ description: 'all that it has spoken of' }),
    left: Type.Integer({ description: 'of them, those that still wait' }),
    amountFen: Fen,
    evidence: Type.Record(Type.String(), Type.String()),
    acknowledgedBy: NullableText,
    acknowledgedAt: NullableInstant,
    note: Type.String(),
  },
  {
    examples: [
      {
        alertId: '9f86d081884c7d659a2feaa0c55ad015',
        version: 4,
        kind: 'FEED_SILENT',
        merchantId: 'H001',
        book: 'MERCHANT',
        channel: null,
        detail: '',
        state: 'OPEN',
        severity: 'CRITICAL',
        since: '2026-03-09T02:02:00.000Z',
        until: null,
        openedAt: '2026-03-09T02:02:31.000Z',
        updatedAt: '2026-03-09T02:06:12.000Z',
        closedAt: null,
        orders: 312,
        left: 312,
        amountFen: '4821000',
        evidence: { lastHeardAt: '2026-03-09T02:01:58.000Z', toleratedSeconds: '30' },
        acknowledgedBy: null,
        acknowledgedAt: null,
        note: '',
      },
    ],
  },
);

const OrderSchema = Type.Object({
  merchantId: MerchantId,
  orderNo: Type.String(),
  kind: oneOf(KINDS),
  refundNo: NullableText,
  channel: Type.Union([oneOf(CHANNELS), Type.Null()]),
  businessType: Type.String(),
  amountFen: Fen,
  occurredAt: Instant,
  verdict: { ...oneOf(VERDICT_CODES), description: 'as realtime says now' },
  healedAt: { ...NullableInstant, description: 'since when it is in both books' },
});

const Query = Type.Object(
  {
    state: Type.Optional(oneOf(ALERT_STATES)),
    kind: Type.Optional(oneOf(ALERT_KINDS)),
    merchantId: Type.Optional(MerchantId),
    cursor: Cursor,
    limit: Limit,
  },
  { additionalProperties: false },
);

const Params = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{32}$', examples: ['9f86d081884c7d659a2feaa0c55ad015'] }),
});

export type AlertParts = { readonly queries: AlertQueries; readonly now: () => number };

/** What somebody should look at, and who has. */
export function alertRoutes({ queries, now }: AlertParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/alerts',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['alerts'],
          summary: 'Alerts, the newest first (告警)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(AlertSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        const page = await queries.alerts(scopeOf(request), request.query);
        return { items: page.items.map(alertJson), nextCursor: page.nextCursor };
      },
    );

    app.get(
      '/alerts/:id',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['alerts'],
          summary: 'One alert (告警)',
          description: 'As a link to it names it: whatever list it stands in now.',
          params: Params,
          response: { 200: AlertSchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => alertJson(await theAlert(queries, request, request.params.id)),
    );

    app.get(
      '/alerts/:id/orders',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['alerts'],
          summary: 'The orders that an alert speaks of, by time (告警涉及的订单)',
          description:
            'Of a silent feed or channel also those that have healed since; of other alerts those that still differ.',
          params: Params,
          querystring: Type.Object({ cursor: Cursor, limit: Limit }, { additionalProperties: false }),
          response: {
            200: Type.Object({ items: Type.Array(OrderSchema), nextCursor: NextCursor }),
            ...problems(401, 403, 404),
          },
        },
      },
      async (request) => {
        const alert = await theAlert(queries, request, request.params.id);
        const page = await queries.orders(scopeOf(request), alert, request.query);
        return { items: page.items.map(orderJson), nextCursor: page.nextCursor };
      },
    );

    app.post(
      '/alerts/:id/acknowledge',
      {
        config: { access: ['operator', 'approver', 'admin'], audit: 'ALERT_ACKNOWLEDGE' },
        schema: {
          tags: ['alerts'],
          summary: 'Says that somebody has seen it: it is not passed on to the next contact (确认告警)',
          params: Params,
          body: Type.Object(
            { note: Type.Optional(Type.String({ maxLength: 1000, examples: ['已联系信息科'] })) },
            { additionalProperties: false },
          ),
          response: { 200: AlertSchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => {
        const { id } = request.params;
        const alert = await theAlert(queries, request, id);
        noteForAudit(request, { merchants: alert.merchantId === '' ? [] : [alert.merchantId] });
        if (alert.acknowledgedBy !== null) return alertJson(alert);
        await queries.acknowledge(id, principalOf(request).userId, request.body.note ?? '', now());
        return alertJson(await theAlert(queries, request, id));
      },
    );
  };
}

/** Of another hospital's it is not even told that it is there. */
async function theAlert(queries: AlertQueries, request: FastifyRequest, id: string): Promise<Alert> {
  const alert = await queries.alert(scopeOf(request), id);
  if (!alert) throw notFound(`alert ${id}`);
  return alert;
}

function orderJson({ amountFen, occurredAtMs, code, healedAtMs, ...rest }: AlertOrder) {
  return {
    ...rest,
    amountFen: amountFen.toString(),
    occurredAt: new Date(occurredAtMs).toISOString(),
    verdict: code,
    healedAt: healedAtMs === null ? null : new Date(healedAtMs).toISOString(),
  };
}
