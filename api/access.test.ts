import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Scope } from '../domain/scope.ts';
import type { ExceptionFilter, ListFilter } from '../domain/apiPorts.ts';
import { ROLE_LABELS } from '../domain/labels.ts';
import type { Role } from '../domain/principal.ts';
import { ROLES } from '../domain/principal.ts';
import { SAMPLE_MERCHANT } from '../test/integration/closeHarness.ts';
import { UNUSED_CASE_DEPS, UNUSED_PARTS, UNUSED_QUERIES } from '../test/apiParts.ts';
import { buildApp } from './app.ts';
import { principalsOf } from './principals.ts';

const OTHER = { ...SAMPLE_MERCHANT, merchantId: 'H002', name: '别的医院' };
const asked: (ListFilter | ExceptionFilter)[] = [];
const scopes: Scope[] = [];
const page = async (scope: Scope, filter: ListFilter) => {
  scopes.push(scope);
  asked.push(filter);
  return { items: [], nextCursor: null };
};

async function appOf() {
  return buildApp({
    ...UNUSED_PARTS,
    queries: { ...UNUSED_QUERIES, exceptions: page, reconciliations: page, matchRates: page },
    metrics: new Registry(),
    cases: {
      ...UNUSED_PARTS.cases,
      deps: {
        ...UNUSED_CASE_DEPS,
        merchants: new Map([SAMPLE_MERCHANT, OTHER].map((merchant) => [merchant.merchantId, merchant])),
      },
    },
    principals: principalsOf([
      ...ROLES.map((role) => ({
        token: `token-of-${role}`,
        principal: { userId: role, roles: new Set<Role>([role]), merchants: null },
      })),
      {
        token: 'token-of-one',
        principal: { userId: 'one', roles: new Set<Role>(['viewer']), merchants: new Set(['H002']) },
      },
      {
        token: 'token-of-nothing',
        principal: { userId: 'nothing', roles: new Set<Role>(), merchants: null },
      },
    ]),
  });
}

const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` });
const ID = '0'.repeat(32);

/** Each changing route with the roles that may call it. */
const CHANGES: readonly (readonly [string, readonly Role[]])[] = [
  ['/reconciliations', ['operator', 'admin']],
  [`/exceptions/${ID}/verification-codes`, ['operator']],
  [`/exceptions/${ID}/refund`, ['operator']],
  [`/exceptions/${ID}/write-off`, ['operator']],
  [`/exceptions/${ID}/supplement`, ['operator']],
  [`/exceptions/${ID}/external-refund`, ['operator']],
  [`/exceptions/${ID}/assign`, ['operator']],
  ['/exceptions/bulk', ['operator']],
  ['/one-sided-checks', ['operator']],
  [`/one-sided-checks/${ID}/verification-codes`, ['operator']],
  [`/one-sided-checks/${ID}/refund`, ['operator']],
  ['/actions/a/approve', ['approver']],
  ['/actions/a/reject', ['approver']],
  ['/orders/HP1/verification-codes', ['operator']],
  ['/orders/HP1/refunds', ['operator']],
  [`/bill-errors/${'0'.repeat(64)}/handled`, ['operator']],
  ['/dead-letters/payments-0-1/replay', ['operator', 'admin']],
];

test.each(CHANGES)('POST %s is for %j alone', async (path, roles) => {
  const app = await appOf();
  const post = { method: 'POST', url: `/api/v1${path}` } as const;
  const nobody = await app.inject(post);
  expect([nobody.statusCode, nobody.json().code]).toEqual([401, 'DZ_UNAUTHENTICATED']);
  expect((await app.inject({ ...post, headers: bearer('somebody') })).statusCode).toBe(401);
  for (const role of ROLES) {
    const answer = await app.inject({ ...post, headers: bearer(role) });
    const { statusCode } = answer;
    // Whoever may call it comes as far as the body, or the ports that this test leaves out.
    if (roles.includes(role)) expect([400, 500]).toContain(statusCode);
    else {
      expect(statusCode).toBe(403);
      const { detailZh } = answer.json<{ detailZh: string }>();
      for (const each of roles) expect(detailZh).toContain(ROLE_LABELS[each]);
      expect(detailZh).not.toMatch(/[a-z]/);
    }
  }
});

test.each([
  '/merchants',
  '/exceptions',
  '/reconciliations',
  '/match-rates',
  '/close-waits',
  '/realtime-quality?from=2026-03-09&to=2026-03-09',
  '/reconciliations/r1',
  '/reconciliations/r1/certificate',
  '/reconciliations/r1/export?format=csv',
  '/exports/bills?format=csv',
  '/statements?merchantId=H001&date=2026-03-09&format=html',
  '/actions',
  `/exceptions/${ID}`,
  '/orders/HP1?merchantId=H001',
  `/proofs/${'0'.repeat(64)}?caseId=${ID}`,
  '/bill-errors',
  '/dead-letters',
])('GET %s is for everyone with a role, and for nobody else', async (path) => {
  const app = await appOf();
  const get = (headers: Record<string, string>) => app.inject({ url: `/api/v1${path}`, headers });
  expect((await get({})).statusCode).toBe(401);
  expect((await get(bearer('nothing'))).statusCode).toBe(403);
  for (const role of ROLES) expect([200, 500]).toContain((await get(bearer(role))).statusCode);
});

test('every route of people asks who they are; those of machines and probes are these', async () => {
  const silent: string[] = [];
  const seen: string[] = [];
  const app = await appOf();
  const { paths } = (await app.inject('/openapi.json')).json();
  for (const [path, methods] of Object.entries<Record<string, { security?: unknown }>>(paths)) {
    for (const [method, { security }] of Object.entries(methods)) {
      seen.push(path);
      if (security === undefined) silent.push(`${method} ${path}`);
    }
  }
  expect(seen.length).toBeGreaterThan(30);
  expect(silent.toSorted()).toEqual([
    'get /api/v1/bills',
    'get /api/v1/bills/{id}/file',
    'get /api/v1/sessions/ways',
    'get /healthz',
    'get /metrics',
    'get /readyz',
    'post /api/v1/bills',
    'post /api/v1/events',
    'post /api/v1/sessions',
    'post /api/v1/sessions/oidc',
    'post /api/v1/sessions/oidc/answer',
    'post /api/v1/sessions/refresh',
  ]);
});

test('a list is narrowed to the hospitals of a token, and refuses who has none', async () => {
  const app = await appOf();
  for (const path of ['exceptions', 'reconciliations', 'match-rates']) {
    scopes.length = 0;
    expect((await app.inject(`/api/v1/${path}`)).statusCode).toBe(401);
    await app.inject({ url: `/api/v1/${path}`, headers: bearer('one') });
    await app.inject({ url: `/api/v1/${path}`, headers: bearer('viewer') });
    expect(scopes.map(({ merchants }) => merchants)).toEqual([new Set(['H002']), null]);
    expect((await app.inject({ url: `/api/v1/${path}`, headers: bearer('x') })).statusCode).toBe(401);
  }
  const own = await app.inject({ url: '/api/v1/merchants', headers: bearer('one') });
  expect(own.json().items).toMatchObject([{ id: 'H002', approvalFromFen: '50000' }]);
});

test('filters of exceptions arrive typed, and bad ones are refused by their field', async () => {
  const app = await appOf();
  asked.length = 0;
  const url =
    '/api/v1/exceptions?status=IN_PROGRESS&type=DUPLICATE&kind=PAYMENT&minFen=100&maxFen=9007199254740993&q=HP';
  expect((await app.inject({ url, headers: bearer('viewer') })).statusCode).toBe(200);
  expect(asked).toEqual([
    {
      status: 'IN_PROGRESS',
      type: 'DUPLICATE',
      kind: 'PAYMENT',
      minFen: 100n,
      maxFen: 9_007_199_254_740_993n,
      q: 'HP',
      limit: 50,
    },
  ]);
  for (const [query, field] of [
    ['status=DONE', '/status'],
    ['type=MATCHED', '/type'],
    ['minFen=1.5', '/minFen'],
    [`q=${'x'.repeat(65)}`, '/q'],
  ]) {
    const answer = await app.inject({ url: `/api/v1/exceptions?${query}`, headers: bearer('viewer') });
    expect([answer.statusCode, answer.json().field]).toEqual([400, field]);
  }
});

test.each([
  [`/exceptions/${ID}/refund`, { note: 'x' }, '/verificationCode'],
  [`/exceptions/${ID}/refund`, { note: 'x', verificationCode: '12' }, '/verificationCode'],
  [`/exceptions/${ID}/supplement`, { note: 'x' }, '/method'],
  [`/exceptions/${ID}/supplement`, { note: 'x', method: 'CASH', proofs: ['a'] }, ''],
  [`/exceptions/${ID}/write-off`, {}, '/note'],
  ['/exceptions/none/write-off', { note: 'x' }, '/id'],
  [
    '/orders/HP1/refunds',
    { merchantId: 'H001', amountFen: '0', verificationCode: '123456', note: 'x' },
    '/amountFen',
  ],
])('a body that lacks something is refused before anything happens: %s %j', async (path, payload, field) => {
  const app = await appOf();
  const headers = { ...bearer('operator'), 'idempotency-key': 'k' };
  const answer = await app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ detailZh: expect.stringMatching(/[一-鿿]/) });
  expect(answer.json().field ?? '').toBe(field);
});

test.each(['', 'k'.repeat(65), 'a\tb'])(
  'an Idempotency-Key must be 1 to 64 printable characters: %j',
  async (key) => {
    const app = await appOf();
    const headers = { ...bearer('operator'), 'idempotency-key': key };
    const request = { method: 'POST', url: `/api/v1/exceptions/${ID}/write-off`, headers } as const;
    const answer = await app.inject({ ...request, payload: { note: 'x' } });
    expect([answer.statusCode, answer.json().field]).toEqual([400, '/headers/idempotency-key']);
  },
);
