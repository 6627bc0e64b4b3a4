import { randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLES } from '../../domain/principal.ts';
import type { RouteRow } from './routeRows.ts';
import { ROUTE_ROWS } from './routeRows.ts';
import { signedAs } from './signedAs.ts';
import type { Hospital, HospitalName, TwoHospitals } from './twoHospitals.ts';
import { bearerOf, MARK, startTwoHospitals } from './twoHospitals.ts';

// role × route × own and other hospital, over the real ledger.

type Method = 'GET' | 'POST' | 'DELETE';
type Sent = InjectOptions & { readonly url: string; readonly method: Method };

const methodOf = ({ route }: RouteRow): Method => {
  const [method = ''] = route.split(' ');
  return method === 'POST' || method === 'DELETE' ? method : 'GET';
};

let world: TwoHospitals;

beforeAll(async () => {
  world = await startTwoHospitals();
});
afterAll(() => world[Symbol.asyncDispose]());

function requestOf(row: RouteRow, hospital: Hospital, headers: Record<string, string>): Sent {
  const method = methodOf(row);
  const { url, body } = row.ask?.(hospital) ?? { url: '/' };
  return {
    method,
    url,
    headers: { ...headers, ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}) },
    ...(body === undefined ? {} : { payload: body }),
  };
}

/** What stands in an answer of a hospital, but for what the request itself has named. */
function tells(text: string, hospital: HospitalName, request: InjectOptions): boolean {
  const asked = JSON.stringify([request.url, request.payload ?? null]);
  const ownWords = [...text.matchAll(new RegExp(`${MARK[hospital]}[\\w-]*`, 'g'))].map(([word]) => word);
  const inBase64 = text.includes(Buffer.from(MARK[hospital]).toString('base64').replace(/=+$/, ''));
  return inBase64 || ownWords.some((word) => !asked.includes(word));
}

test('every route of the running API has a row, and every row a route', () => {
  const routes = world.app.guardedRoutes.filter(({ url }) => !url.startsWith('/docs'));
  const named = (method: string) => routes.filter((each) => each.method === method).map(({ url }) => url);
  const served = routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, url }) => `${method} ${url}`);
  expect(served.length).toBeGreaterThan(35);
  expect(served.toSorted()).toEqual(ROUTE_ROWS.map(({ route }) => route).toSorted());
  // A HEAD is its GET without the body.
  expect(named('HEAD').filter((url) => !named('GET').includes(url))).toEqual([]);
});

const OF_PEOPLE = ROUTE_ROWS.filter(({ lets }) => Array.isArray(lets));
const named = (rows: readonly RouteRow[]) => rows.map((row) => [row.route, row] as const);

const WITH_MARK = ROUTE_ROWS.filter(
  ({ route, lets, own }) =>
    Array.isArray(lets) &&
    own === undefined &&
    // These name no order, or there is nothing of theirs in this world; a stream tells what comes (test/watch/alertsApi.test.ts).
    !/\/me$|current|audit$|match-rates|overview|close-waits|realtime-quality|dead-letters|settings$|history$|reconciliations$|:id$|certificate|certificate-key|bill-files$|summary|statements|proofs|stream$/.test(
      route,
    ),
);
test.each(named(WITH_MARK))(
  '%s: shows the own hospital its own, so that "nothing" means something',
  async (_, row) => {
    for (const name of ['H001', 'H002'] as const) {
      const request = requestOf(row, world.hospitals[name], bearerOf('viewer', name));
      const { body } = await world.app.inject({ ...request });
      expect(body).toContain(MARK[name]);
    }
  },
);

test.each(named(OF_PEOPLE))('%s: nobody, and a machine, is told to say who they are', async (_, row) => {
  const hospital = world.hospitals.H001;
  expect((await world.app.inject(requestOf(row, hospital, {}))).statusCode).toBe(401);
  const request = requestOf(row, hospital, {});
  const headers = signedAs(hospital, {
    method: request.method,
    url: request.url,
    atMs: world.nowMs,
  });
  expect((await world.app.inject({ ...request, headers })).statusCode).toBe(401);
});

test.each(named(OF_PEOPLE))('%s: of another hospital nothing is there, whatever the role', async (_, row) => {
  for (const role of ROLES) {
    const request = requestOf(row, world.hospitals.H002, bearerOf(role, 'H001'));
    const { statusCode, body } = await world.app.inject(request);
    const isLet = row.lets.includes(role);
    if (!isLet) expect([role, statusCode]).toEqual([role, 403]);
    else if (row.elsewhere === 'NOT_THERE') expect([role, statusCode]).toEqual([role, 404]);
    else expect([200, 409, ...(row.own ?? [])], `${role}: ${body}`).toContain(statusCode);
    expect(tells(body, 'H002', request), `${role}: ${body}`).toBe(false);
  }
});

test.each(named(OF_PEOPLE))('%s: of the own hospital it is for its roles alone', async (_, row) => {
  for (const role of ROLES) {
    const request = requestOf(row, world.hospitals.H001, bearerOf(role, 'H001'));
    const { statusCode, body } = await world.app.inject(request);
    if (row.lets.includes(role)) expect(row.own ?? [200], `${role}: ${body}`).toContain(statusCode);
    else expect([role, statusCode]).toEqual([role, 403]);
    expect(tells(body, 'H002', request)).toBe(false);
  }
});

test('the auditor reads all that a viewer reads, and changes nothing', () => {
  const ofOthers = OF_PEOPLE.filter(
    ({ route }) => !/ \/api\/v1\/(sessions\/current|audit|settings|users)/.test(route),
  );
  for (const { route, lets } of ofOthers) {
    expect([route, lets.includes('auditor')]).toEqual([route, route.startsWith('GET ')]);
    expect(lets.includes('viewer')).toBe(lets.includes('auditor'));
  }
});

const OF_MACHINES = ROUTE_ROWS.filter(({ lets }) => lets === 'MACHINE');
test.each(named(OF_MACHINES))(
  '%s: people are refused, and machines see their hospital alone',
  async (_, row) => {
    for (const role of ROLES) {
      const answer = await world.app.inject(requestOf(row, world.hospitals.H001, bearerOf(role, 'H001')));
      expect(answer.statusCode).toBe(401);
    }
    for (const [name, expected] of [
      ['H001', row.own ?? [200]],
      ['H002', row.elsewhere === 'NOT_THERE' ? [404] : [200]],
    ] as const) {
      const plain = requestOf(row, world.hospitals[name], {});
      const body = plain.payload === undefined ? '' : JSON.stringify(plain.payload);
      const headers = signedAs(world.hospitals.H001, {
        method: plain.method,
        url: plain.url,
        body,
        atMs: world.nowMs,
      });
      const isBill = row.route === 'POST /api/v1/bills';
      const type = isBill ? 'application/octet-stream' : 'application/json';
      const answer = await world.app.inject({
        ...plain,
        headers: body === '' ? headers : { ...headers, 'content-type': type },
        ...(body === '' ? {} : { payload: body }),
      });
      expect(expected, answer.body).toContain(answer.statusCode);
      expect(tells(answer.body, 'H002', plain)).toBe(false);
    }
  },
);

test('pages and probes are for anyone, and name no hospital', async () => {
  const pages = ROUTE_ROWS.filter(({ route, lets }) => lets === 'ANYONE' && route.startsWith('GET '));
  for (const { route } of pages) {
    const url = route.slice('GET '.length);
    const { statusCode, body } = await world.app.inject({ url });
    expect([url, statusCode]).toEqual([url, 200]);
    expect(body).not.toMatch(/MARKONE|MARKTWO/);
  }
});
