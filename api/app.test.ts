import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { HisOrderEventJson, PaymentEventJson } from '../adapters/events/eventJsonSchema.ts';
import type { CertificateQueries, EventIntake, ListFilter, LedgerQueries } from '../domain/apiPorts.ts';
import type { LedgerExports } from '../domain/exports.ts';
import type { Statements } from '../domain/statement.ts';
import { DuizhangError } from '../domain/errors.ts';
import { AS_READER, UNUSED_PARTS } from '../test/apiParts.ts';
import { buildApp } from './app.ts';

const asked: ListFilter[] = [];
const queries: LedgerQueries = {
  closeWaits: async () => [
    {
      merchantId: 'H001',
      businessDate: '2026-03-09',
      mode: 'THREE_WAY',
      waitsFor: [{ book: 'CHANNEL', channel: 'ALIPAY', source: null }],
      sinceMs: 0,
      untilMs: 1,
    },
  ],
  reconciliations: async () => ({ items: [], nextCursor: null }),
  reconciliation: async () => null,
  runSummary: async () => null,
  exceptions: async (_, filter) => {
    asked.push(filter);
    return {
      items: [
        {
          id: 'c1',
          mode: 'THREE_WAY',
          type: 'CHANNEL_ONLY',
          kind: 'PAYMENT',
          merchantId: 'H001',
          businessDate: '2026-03-09',
          orderNo: 'HP1',
          refundNo: null,
          channel: 'WECHAT',
          merchantFen: null,
          platformFen: null,
          channelFen: 9_007_199_254_740_993n,
          possiblyCrossDay: false,
          conflictingBooks: ['PLATFORM'],
          amountConflict: true,
          channelConflict: true,
          ambiguousRefund: true,
          possibleDuplicateOf: 'HP0',
          mergedReceipt: { hisOrderNo: 'H1', orderNos: ['HP1', 'HP2'] },
          status: 'OPEN',
          provisional: false,
        },
      ],
      nextCursor: 'n',
    };
  },
  matchRates: async () => ({ items: [], nextCursor: null }),
  realtimeQuality: async (_, { from }) => {
    const told = { verdicts: 2, stood: 1, needed: { p50Ms: 360_000, p95Ms: 360_000, p99Ms: null } };
    return [
      { merchantId: 'H001', businessDate: from, ...told, byType: [{ type: 'PLATFORM_ONLY', ...told }] },
    ];
  },
};
const exports: LedgerExports = {
  open: () => Promise.reject(new DuizhangError('DZ_EXPORT_RUN', 'there is no run x')),
};
const statements: Statements = {
  open: () => Promise.reject(new DuizhangError('DZ_STATEMENT_NOT_CLOSED', 'close it first')),
};
const intake: EventIntake = {
  accept: async (_, events) => events.map((_event, i) => ({ status: 'accepted' as const, eventId: `e${i}` })),
};

async function appWith(parts: Partial<Parameters<typeof buildApp>[0]> = {}) {
  const eventForms = [PaymentEventJson, HisOrderEventJson];
  const certificates: CertificateQueries = {
    certificateOfRun: async (_, runId) => (runId === 'r1' ? '{"certificate":{}}' : null),
  };
  return buildApp({
    ...UNUSED_PARTS,
    queries,
    certificates,
    exports,
    statements,
    intake,
    eventForms,
    metrics: new Registry(),
    ...parts,
  });
}

afterEach(() => {
  asked.length = 0;
});

test('amounts beyond the exact range of JSON numbers arrive as strings of fen', async () => {
  const app = await appWith();
  const answer = await app.inject({
    url: '/api/v1/exceptions?mode=THREE_WAY&from=2026-03-09&to=2026-03-09&limit=2',
    headers: AS_READER,
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.json().items[0]).toMatchObject({
    channelFen: '9007199254740993',
    merchantFen: null,
    conflictingBooks: ['platform'],
  });
  expect(asked).toEqual([{ mode: 'THREE_WAY', from: '2026-03-09', to: '2026-03-09', limit: 2 }]);
});

test.each([
  '/api/v1/exceptions?limit=501',
  '/api/v1/exceptions?limit=0',
  '/api/v1/exceptions?mode=OTHER',
  '/api/v1/exceptions?from=2026-02-30',
  '/api/v1/exceptions?from=2026-03-10&to=2026-03-09',
  '/api/v1/exceptions?unknown=1',
  '/api/v1/statements?merchantId=H001&format=html',
  '/api/v1/statements?merchantId=H001&format=html&month=2026-13',
  '/api/v1/statements?merchantId=H001&format=html&date=2026-02-30',
  '/api/v1/realtime-quality?from=2026-03-09',
  '/api/v1/realtime-quality?from=2026-03-01&to=2026-04-01',
])('a bad filter is refused with problem details: %s', async (url) => {
  const app = await appWith();
  const answer = await app.inject({ url: url, headers: AS_READER });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ status: 400, code: expect.stringMatching(/^DZ_/) });
});

test('how far realtime verdicts stood is told for a span of dates', async () => {
  const app = await appWith();
  const answer = await app.inject({
    url: '/api/v1/realtime-quality?from=2026-03-01&to=2026-03-31',
    headers: AS_READER,
  });
  expect(answer.json().items).toMatchObject([
    {
      businessDate: '2026-03-01',
      stood: 1,
      needed: { p50Ms: 360_000, p99Ms: null },
      byType: [{ verdicts: 2 }],
    },
  ]);
});

test('readiness names the part that is not ready and why', async () => {
  const app = await appWith({
    readiness: [
      { part: 'ledger', check: async () => undefined },
      {
        part: 'window',
        check: () => Promise.reject(Object.assign(new Error('connect 10.0.0.9'), { code: 'ECONNREFUSED' })),
      },
    ],
  });
  const answer = await app.inject({ url: '/readyz', headers: AS_READER });
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toEqual({
    status: 'not-ready',
    notReady: [{ part: 'window', reason: 'ECONNREFUSED' }],
  });
});

test('events come as an array or a line each, and one bad line spoils only itself', async () => {
  const seen: unknown[] = [];
  const app = await appWith({
    intake: {
      accept: async (_, events) => {
        seen.push(...events);
        return events.map((event) =>
          typeof event === 'object'
            ? { status: 'accepted' as const, eventId: 'e' }
            : { status: 'rejected' as const, code: 'DZ_EVENT_INVALID', reason: 'refused', field: null },
        );
      },
    },
  });
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/events',
    headers: { 'content-type': 'application/x-ndjson' },
    payload: '{"a":1}\n{oops\r\n\n{"a":2}\n',
  });
  expect(answer.json()).toMatchObject({
    accepted: 2,
    rejected: 1,
    results: [{ index: 0 }, { code: 'DZ_EVENT_INVALID' }, {}],
  });
  expect(seen).toHaveLength(3);
});

test.each([
  [{ payload: '[]', headers: { 'content-type': 'application/json' } }, 400],
  [{ payload: '', headers: { 'content-type': 'application/x-ndjson' } }, 400],
  [{ payload: 'a,b', headers: { 'content-type': 'text/csv' } }, 415],
  [{ payload: `["${'x'.repeat(2000)}"]`, headers: { 'content-type': 'application/json' } }, 413],
])('a body that cannot be taken is refused whole: %o', async (request, status) => {
  const app = await appWith({ bodyLimit: 1000 });
  const answer = await app.inject({ method: 'POST', url: '/api/v1/events', ...request });
  expect(answer.statusCode).toBe(status);
  expect(answer.json().code).toMatch(/^DZ_/);
});

test('a full log is told to the producer, and an inner failure tells nothing', async () => {
  const failing = (error: Error) => appWith({ intake: { accept: () => Promise.reject(error) } });
  const post = { method: 'POST', url: '/api/v1/events', payload: [{}] } as const;
  const full = await (await failing(new DuizhangError('DZ_LOG_FULL', 'the log is full'))).inject(post);
  expect([full.statusCode, full.json().code]).toEqual([507, 'DZ_LOG_FULL']);
  const away = await (await failing(new DuizhangError('DZ_SYSTEM_LOG_AWAY', 'send them again'))).inject(post);
  expect([away.statusCode, away.json().detail]).toEqual([503, 'send them again']);
  const broken = await (await failing(new Error('secret'))).inject(post);
  expect([broken.statusCode, broken.body.includes('secret')]).toEqual([500, false]);
  expect(broken.json().detail).toMatch(/logged as req-/);
});

test('days that wait are listed with what they wait for', async () => {
  const answer = await (await appWith()).inject({ url: '/api/v1/close-waits', headers: AS_READER });
  expect(answer.json().items).toEqual([
    {
      merchantId: 'H001',
      businessDate: '2026-03-09',
      mode: 'THREE_WAY',
      waitsFor: [{ book: 'CHANNEL', channel: 'ALIPAY', source: null }],
      since: '1970-01-01T00:00:00.000Z',
      until: '1970-01-01T00:00:00.001Z',
    },
  ]);
});

test('the OpenAPI document names every route', async () => {
  const app = await appWith();
  const { paths } = (await app.inject({ url: '/openapi.json', headers: AS_READER })).json();
  expect(Object.keys(paths).sort()).toEqual([
    '/api/v1/actions',
    '/api/v1/actions/{id}/approve',
    '/api/v1/actions/{id}/reject',
    '/api/v1/alerts',
    '/api/v1/alerts/{id}',
    '/api/v1/alerts/{id}/acknowledge',
    '/api/v1/alerts/{id}/orders',
    '/api/v1/audit',
    '/api/v1/bill-errors',
    '/api/v1/bill-errors/{id}/handled',
    '/api/v1/bill-files',
    '/api/v1/bill-files/{id}/file',
    '/api/v1/bills',
    '/api/v1/bills/{id}/file',
    '/api/v1/certificate-key',
    '/api/v1/close-waits',
    '/api/v1/dead-letters',
    '/api/v1/dead-letters/{id}/replay',
    '/api/v1/events',
    '/api/v1/exceptions',
    '/api/v1/exceptions/bulk',
    '/api/v1/exceptions/{id}',
    '/api/v1/exceptions/{id}/assign',
    '/api/v1/exceptions/{id}/external-refund',
    '/api/v1/exceptions/{id}/refund',
    '/api/v1/exceptions/{id}/supplement',
    '/api/v1/exceptions/{id}/verification-codes',
    '/api/v1/exceptions/{id}/write-off',
    '/api/v1/exports/{list}',
    '/api/v1/match-rates',
    '/api/v1/me',
    '/api/v1/merchants',
    '/api/v1/one-sided-checks',
    '/api/v1/one-sided-checks/{id}/refund',
    '/api/v1/one-sided-checks/{id}/verification-codes',
    '/api/v1/orders/{orderNo}',
    '/api/v1/orders/{orderNo}/refunds',
    '/api/v1/orders/{orderNo}/verification-codes',
    '/api/v1/overview',
    '/api/v1/proofs/{sha256}',
    '/api/v1/realtime-quality',
    '/api/v1/reconciliations',
    '/api/v1/reconciliations/{id}',
    '/api/v1/reconciliations/{id}/certificate',
    '/api/v1/reconciliations/{id}/export',
    '/api/v1/reconciliations/{id}/summary',
    '/api/v1/sessions',
    '/api/v1/sessions/current',
    '/api/v1/sessions/current/authentication',
    '/api/v1/sessions/current/authentication/oidc',
    '/api/v1/sessions/oidc',
    '/api/v1/sessions/oidc/answer',
    '/api/v1/sessions/refresh',
    '/api/v1/sessions/ways',
    '/api/v1/settings',
    '/api/v1/settings/export',
    '/api/v1/settings/history',
    '/api/v1/settings/preview',
    '/api/v1/settings/proposals',
    '/api/v1/settings/proposals/{id}/agree',
    '/api/v1/settings/proposals/{id}/refuse',
    '/api/v1/settings/proposals/{id}/withdraw',
    '/api/v1/settings/secrets',
    '/api/v1/settings/secrets/{name}',
    '/api/v1/statements',
    '/api/v1/stream',
    '/api/v1/users',
    '/api/v1/users/{user}',
    '/api/v1/users/{user}/disable',
    '/api/v1/users/{user}/enable',
    '/api/v1/users/{user}/password',
    '/api/v1/users/{user}/totp',
    '/healthz',
    '/metrics',
    '/readyz',
  ]);
});

test('every route of cases and of the ledger says itself in both languages, and names its refusals', async () => {
  const { paths } = (await (await appWith()).inject('/openapi.json')).json();
  type Operation = { tags: string[]; summary: string; responses: object; requestBody?: unknown };
  const operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  );
  const own = operations.filter(({ tags }) => tags.includes('cases') || tags.includes('ledger'));
  expect(own.length).toBeGreaterThan(25);
  for (const { method, path, summary, responses } of own) {
    expect(`${path}: ${summary}`).toMatch(/[A-Za-z].*\(.*[\u4e00-\u9fff]/);
    const needed =
      method === 'get' ? ['400', '401', '500', '503'] : ['400', '401', '403', '404', '500', '503'];
    expect({ path, statuses: Object.keys(responses) }).toEqual({
      path,
      statuses: expect.arrayContaining(needed),
    });
  }
  const form = paths['/api/v1/exceptions/{id}/supplement'].post.requestBody.content;
  expect(Object.keys(form)).toEqual(['application/json', 'multipart/form-data']);
  expect(form['multipart/form-data'].schema.properties.files.maxItems).toBe(5);
});

test('the OpenAPI document shows what an event is, in both forms of the body', async () => {
  const app = await appWith();
  const document = (await app.inject({ url: '/openapi.json', headers: AS_READER })).json();
  const { content } = document.paths['/api/v1/events'].post.requestBody;
  const forms = content['application/json'].schema.items.anyOf.map((form: { title: string }) => form.title);
  expect(forms).toEqual(['payment-event', 'his-order-event']);
  expect(content['application/x-ndjson'].schema.anyOf).toHaveLength(2);
  const tags = Object.values<Record<string, { tags: string[] }>>(document.paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap((operation) => operation.tags);
  expect(new Set(tags)).toEqual(
    new Set(['access', 'alerts', 'bills', 'cases', 'events', 'ledger', 'system']),
  );
});

test('a certificate is given byte for byte, and one that is not there is a problem', async () => {
  const app = await appWith();
  const answer = await app.inject({ url: '/api/v1/reconciliations/r1/certificate', headers: AS_READER });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('application/json');
  expect(answer.body).toBe('{"certificate":{}}');
  const none = await app.inject({ url: '/api/v1/reconciliations/r2/certificate', headers: AS_READER });
  expect(none.statusCode).toBe(404);
  expect(none.json()).toMatchObject({ status: 404, code: 'DZ_NOT_FOUND' });
});
