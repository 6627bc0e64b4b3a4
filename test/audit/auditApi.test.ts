import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import type { ApiParts } from '../../api/app.ts';
import { buildApp } from '../../api/app.ts';
import { principalsOf } from '../../api/principals.ts';
import type { AuditEntry } from '../../domain/auditEntry.ts';
import type { AuditTrail } from '../../domain/auditTrail.ts';
import type { KnownUser, Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';
import { authorizationOf, EMPTY_BODY_SHA256 } from '../../domain/machineSignature.ts';
import { UNUSED_PARTS } from '../apiParts.ts';
import type { AuditWorld } from './auditHarness.ts';
import { startAuditWorld } from './auditHarness.ts';

const NOW_MS = Date.parse('2026-03-10T06:00:00Z');
const MACHINE_KEY = randomBytes(32);

let world: AuditWorld;
let trail: AuditTrail;
let app: FastifyInstance;

function user(userId: string, roles: readonly Role[], merchants: readonly string[] | null = null): KnownUser {
  const own = merchants && new Set(merchants);
  return { token: `token-of-${userId}`, principal: { userId, roles: new Set(roles), merchants: own } };
}

async function appOn(parts: Pick<ApiParts, 'audit'> & Partial<ApiParts>): Promise<FastifyInstance> {
  return buildApp({
    ...UNUSED_PARTS,
    exports: {
      open: async () => ({
        fileName: 'x.csv',
        contentType: 'text/csv',
        bytes: Readable.from([Buffer.from('a,b')]),
      }),
    },
    intake: {
      accept: async (_, events) => events.map(() => ({ status: 'accepted' as const, eventId: 'e' })),
    },
    metrics: new Registry(),
    principals: principalsOf([
      user('all', ROLES),
      user('auditor', ['auditor']),
      user('own', ['auditor', 'admin'], ['H001']),
      user('viewer', ['viewer'], ['H001']),
    ]),
    bills: {
      ...UNUSED_PARTS.bills,
      library: { billsOf: async () => [], billsById: async () => [], bytesOf: async () => null },
      access: {
        machines: new Map([
          [
            'front',
            {
              id: 'front',
              merchants: new Set(['H001']),
              mayUpload: new Set(),
              mayProduce: new Set(),
              keys: [MACHINE_KEY],
            },
          ],
        ]),
        nonces: { isFirstUse: async () => true },
        now: () => NOW_MS,
      },
    },
    ...parts,
  });
}

beforeAll(async () => {
  world = await startAuditWorld();
  trail = world.trail('api-test');
  const queries = clickHouseAuditQueries(world.client);
  app = await appOn({ audit: { trail, queries, now: () => NOW_MS } });
});
afterAll(async () => {
  await app.close();
  await world[Symbol.asyncDispose]();
});

type Route = { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly path: string };
type Operation = { readonly responses: Readonly<Record<string, unknown>> };

/** Of the OpenAPI document, so that a route cannot hide: all that change something, and all that give a file. */
async function routesThatMatter(): Promise<readonly Route[]> {
  const { paths } = (await app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, Operation>>;
  }>();
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([name, { responses }]) => {
      const method = name.toUpperCase() as Route['method'];
      const isFile = JSON.stringify(responses['200'] ?? {}).includes('"binary"');
      return method !== 'GET' || isFile || path.endsWith('/certificate') ? [{ method, path }] : [];
    }),
  );
}

/**
 * Events are recorded one by one in the event log; of logins, those of somebody: test/access/sessions.test.ts and
 * oidcLogin.test.ts. A preview
 * changes nothing.
 */
const ELSEWHERE = [
  'POST /api/v1/events',
  'POST /api/v1/sessions',
  'POST /api/v1/sessions/oidc',
  'POST /api/v1/sessions/oidc/answer',
  'POST /api/v1/sessions/refresh',
  'POST /api/v1/settings/preview',
];

function headersOf({ method, path }: Route, target: string): Record<string, string> {
  if (!path.startsWith('/api/v1/bills'))
    return { authorization: 'Bearer token-of-all', 'idempotency-key': 'k1' };
  const bodySha256 = EMPTY_BODY_SHA256;
  const signed = { method, target, bodySha256 };
  const nonce = randomBytes(16).toString('hex');
  const authorization = authorizationOf({ keyId: 'front', key: MACHINE_KEY }, signed, {
    nowMs: NOW_MS,
    nonce,
  });
  return {
    authorization,
    'duizhang-body-sha256': bodySha256,
    ...(method === 'POST' ? { 'content-type': 'application/octet-stream' } : {}),
  };
}

function targetOf({ path }: Route): string {
  const filled = path.replaceAll(
    /\{\w+\}/g,
    'a'.repeat(path.includes('/bills') || path.includes('/proofs') ? 64 : 32),
  );
  if (path.startsWith('/api/v1/bills') && !path.includes('/file')) {
    return `${filled}?merchantId=H002&date=2026-03-09&book=merchant`;
  }
  return filled;
}

async function recorded(): Promise<readonly AuditEntry[]> {
  const { items } = await clickHouseAuditQueries(world.client).entries(WHOLE_LEDGER, { limit: 500 });
  return items;
}

test('every route that changes something or gives a file records exactly one entry of whoever asks, refused or not', async () => {
  const routes = await routesThatMatter();
  expect(routes.length).toBeGreaterThan(20);
  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    const before = (await recorded()).length;
    const target = targetOf(route);
    const answer = await app.inject({ method: route.method, url: target, headers: headersOf(route, target) });
    const entries = await recorded();
    expect([name, entries.length - before]).toEqual([name, ELSEWHERE.includes(name) ? 0 : 1]);
    if (ELSEWHERE.includes(name)) continue;
    const isMachine = route.path.startsWith('/api/v1/bills');
    expect(entries.find(({ what }) => what === name.replaceAll(/\{(\w+)\}/g, ':$1'))).toMatchObject({
      who: isMachine ? 'front' : 'all',
      via: isMachine ? 'MACHINE' : 'API',
      from: '127.0.0.1',
      status: answer.statusCode,
    });
  }
});

const as = (userId: string) => ({ authorization: `Bearer token-of-${userId}` });

test('of a request its ids are recorded, and no note, no code and no token', async () => {
  await app.inject({
    method: 'POST',
    url: '/api/v1/orders/YT1/refunds',
    headers: { ...as('all'), 'idempotency-key': 'secret-key' },
    payload: { merchantId: 'H009', amountFen: '2500', verificationCode: '918273', note: '患者王小明退号' },
  });
  const [entry] = (await recorded()).filter(({ merchants }) => merchants.includes('H009'));
  expect(entry).toMatchObject({
    kind: 'ACTION',
    said: { orderNo: 'YT1', merchantId: 'H009', amountFen: '2500' },
    merchants: ['H009'],
  });
  expect(JSON.stringify(entry)).not.toMatch(/918273|王小明|token-of|secret-key/);
});

test('an export says what was taken; of somebody with some hospitals, of which', async () => {
  const answer = await app.inject({
    url: '/api/v1/exports/exceptions?format=csv&from=2026-03-01',
    headers: as('viewer'),
  });
  expect(answer.body).toBe('a,b');
  const [entry] = (await recorded()).filter(({ who }) => who === 'viewer');
  expect(entry).toMatchObject({
    kind: 'EXPORT',
    status: 200,
    merchants: ['H001'],
    said: { list: 'exceptions', format: 'csv', from: '2026-03-01' },
  });
});

test('an address that a stranger says of itself is not believed, one that a named proxy says is', async () => {
  const proxied = await appOn({
    audit: { trail, queries: { entries: () => Promise.reject(new Error('unused')) }, now: () => NOW_MS },
    trustedProxies: ['127.0.0.1'],
  });
  const url = '/api/v1/exports/bills?format=csv';
  const headers = { ...as('auditor'), 'x-forwarded-for': '203.0.113.9' };
  await app.inject({ url, headers });
  await proxied.inject({ url, headers });
  await proxied.close();
  const froms = (await recorded()).filter(({ who, kind }) => who === 'auditor' && kind === 'EXPORT');
  expect(froms.map(({ from }) => from)).toEqual(['203.0.113.9', '127.0.0.1']);
});

test('what cannot be recorded does not leave, and while it cannot nothing is begun', async () => {
  let bytesTaken = 0;
  let closes = 0;
  const audit: ApiParts['audit'] = {
    trail,
    queries: { entries: () => Promise.reject(new Error('unused')) },
    now: () => NOW_MS,
  };
  const short = world.trail('api-short', 400);
  const small = await appOn({
    audit: { ...audit, trail: short },
    exports: {
      open: async () => ({
        fileName: 'x.csv',
        contentType: 'text/csv',
        bytes: (async function* () {
          bytesTaken += 1;
          yield Buffer.from('patients');
        })(),
      }),
    },
    closeAgain: async () => {
      closes += 1;
      throw new Error('closed');
    },
  });
  await world.killLedger();
  const url = '/api/v1/exports/exceptions?format=csv';
  const first = await small.inject({ url, headers: as('all') });
  expect(first.json()).toMatchObject({ status: 503, code: 'DZ_SYSTEM_AUDIT_AWAY' });
  expect(first.headers['content-disposition']).toBeUndefined();
  expect(first.body).not.toContain('patients');
  const second = await small.inject({
    method: 'POST',
    url: '/api/v1/reconciliations',
    headers: as('all'),
    payload: { merchantId: 'H001', date: '2026-03-09' },
  });
  expect(second.json()).toMatchObject({ status: 503, code: 'DZ_SYSTEM_AUDIT_AWAY' });
  expect([bytesTaken, closes]).toEqual([0, 0]);
  await world.startLedger();
  await small.close();
});

test('the trail is read by auditor and admin alone, and of each no more than their hospitals', async () => {
  const read = async (userId: string, query = '') => {
    const answer = await app.inject({ url: `/api/v1/audit?limit=500${query}`, headers: as(userId) });
    return { status: answer.statusCode, items: answer.json().items ?? [] };
  };
  expect((await read('viewer')).status).toBe(403);
  const own: { merchants: string[] }[] = (await read('own')).items;
  expect(own.length).toBeGreaterThan(0);
  expect(own.every(({ merchants }) => merchants.join() === 'H001')).toBe(true);
  const all = await read('auditor', '&kind=EXPORT&user=viewer');
  expect(all.items).toMatchObject([{ kind: 'EXPORT', user: 'viewer', at: '2026-03-10T06:00:00.000Z' }]);
});
