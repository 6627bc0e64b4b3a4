import { hash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { oidcLogin } from '../../adapters/access/oidcLogin.ts';
import { ClickHouseAuditTrail } from '../../adapters/clickhouse/auditTrail.ts';
import { clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import { redisLoginsUnderWay } from '../../adapters/redis/access/loginsUnderWay.ts';
import { redisAuditHeads } from '../../adapters/redis/auditHeads.ts';
import { principalsOf } from '../../api/principals.ts';
import type { LoginsUnderWay } from '../../domain/accessPorts.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { principalOfToken } from '../../people/people.ts';
import { changeUser } from '../../people/userChanges.ts';
import type { AccessSystem } from './accessHarness.ts';
import { startAccessSystem } from './accessHarness.ts';
import { CLIENT, OidcProvider, ProviderVisitor } from './oidcProvider.ts';

const ADDRESS = 'http://127.0.0.1:1';
const CALLBACK = `${ADDRESS}/login/callback`;
const ACCOUNTS = {
  lina: { name: '李娜', preferred_username: 'Li.Na', dz_roles: ['dz-op'], dz_scope: 'H002 isv:yuntai' },
  agency: { name: '李娜（外包）', preferred_username: 'li.na agency', dz_roles: ['dz-op'], dz_scope: '*' },
  wide: { name: '李娜', preferred_username: 'ｌｉ.ｎａ', dz_roles: ['dz-op'], dz_scope: '*' },
  zhao: { name: '赵强', preferred_username: 'zhao', dz_roles: ['nurse'], dz_scope: '*' },
};
const FRESH_MS = 1_500;

let system: AccessSystem;
let provider: OidcProvider;
let trail: ClickHouseAuditTrail;
let app: FastifyInstance;
beforeAll(async () => {
  system = await startAccessSystem();
  provider = await OidcProvider.start({ address: ADDRESS, accounts: ACCOUNTS, codeLivesS: 2 });
  const heads = redisAuditHeads(system.close.redis);
  trail = new ClickHouseAuditTrail({
    client: system.close.client,
    heads,
    writer: 'api-oidc',
    withinMs: 5_000,
  });
  app = await appOf({});
}, 60_000);
afterAll(async () => {
  await app.close();
  await trail.close();
  await provider[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});
beforeEach(() => {
  system.nowMs = Date.now();
});

type Made = {
  readonly userClaim?: string;
  readonly secret?: string;
  readonly issuer?: string;
  readonly logins?: LoginsUnderWay;
};

function appOf({ userClaim, secret = CLIENT.secret, issuer = provider.issuer, logins }: Made) {
  const oidc = {
    issuer,
    audience: 'duizhang',
    rolesClaim: 'dz_roles',
    roles: { 'dz-op': 'operator' },
    scopeClaim: 'dz_scope',
  } as const;
  const raw = {
    clientId: CLIENT.clientId,
    keyEnv: 'OIDC',
    address: ADDRESS,
    ...(userClaim === undefined ? {} : { userClaim }),
  };
  const config = { oidc, raw, folder: '/', fail: (_: unknown, message: string) => new Error(message) };
  const { deps, close } = system;
  return system.appWith(
    {},
    {
      principals: principalsOf([], [(token) => principalOfToken(token, deps)]),
      freshLoginMs: FRESH_MS,
      audit: { trail, queries: clickHouseAuditQueries(close.client), now: Date.now },
      providerLogin: {
        ...deps,
        provider: oidcLogin(config, { OIDC: secret }, deps.now),
        logins: logins ?? redisLoginsUnderWay(close.redis),
        random: () => randomBytes(32).toString('base64url'),
      },
    },
  );
}

type Begun = { readonly state: string; readonly address: string; readonly secret: string };
async function begin(over = app, fresh = false): Promise<Begun> {
  const secret = randomBytes(32).toString('base64url');
  const body = { secretHash: hash('sha256', secret, 'base64url'), fresh };
  const { said, text } = await system.send('POST', '/sessions/oidc', { app: over, body });
  if (said.address === undefined) throw new Error(text);
  return { ...said, secret };
}

/** What the browser has to show after it was at the provider. */
async function answerTo(
  { address, secret }: Begun,
  account: keyof typeof ACCOUNTS = 'lina',
  visitor = new ProviderVisitor(),
): Promise<{ readonly state: string; readonly code: string; readonly iss: string; readonly secret: string }> {
  const { searchParams } = await visitor.logIn(address, account, CALLBACK);
  const said = (name: string): string => searchParams.get(name) ?? '';
  return { state: said('state'), code: said('code'), iss: said('iss'), secret };
}

const finish = (body: object, over = app) =>
  system.send('POST', '/sessions/oidc/answer', { app: over, body });
async function logIn(over = app, account: keyof typeof ACCOUNTS = 'lina', visitor = new ProviderVisitor()) {
  return finish(await answerTo(await begin(over), account, visitor), over);
}
const me = (token: string, over = app) => system.send('GET', '/me', { token, app: over });

test('who has logged in at the provider has a session like after a password, with roles and hospitals of the claims', async () => {
  expect((await system.send('GET', '/sessions/ways', { app })).said).toEqual({ password: true, oidc: true });
  const visitor = new ProviderVisitor();
  const { status, said } = await logIn(app, 'lina', visitor);
  expect(status).toBe(200);
  expect((await me(said.accessToken)).said).toMatchObject({
    user: 'oidc:lina',
    name: '李娜',
    roles: ['operator'],
    allMerchants: false,
    merchants: [{ id: 'H001' }, { id: 'H002' }, { id: 'H003' }],
    loggedInBy: 'OIDC',
  });
  // Of somebody whom nobody here can shut out it is shorter.
  expect(Date.parse(said.sessionEndsAt) - system.nowMs).toBeLessThanOrEqual(2 * 3_600_000);
  const refresh = (refreshToken: string) =>
    system.send('POST', '/sessions/refresh', { app, body: { refreshToken } });
  const next = await refresh(said.refreshToken);
  expect((await me(next.said.accessToken)).status).toBe(200);
  // A refresh token is good once.
  expect((await refresh(said.refreshToken)).said.code).toBe('DZ_SESSION_ENDED');
  expect((await me(next.said.accessToken)).status).toBe(401);
  // The provider knows them by now, and does not ask.
  const again = await logIn(app, 'lina', visitor);
  expect([again.status, visitor.asked]).toEqual([200, 1]);
  const token = again.said.accessToken;
  expect((await system.send('DELETE', '/sessions/current', { app, token })).status).toBe(204);
  expect((await me(token)).status).toBe(401);
  const recorded = await clickHouseAuditQueries(system.close.client).entries(WHOLE_LEDGER, { limit: 20 });
  expect(recorded.items.filter(({ kind }) => kind === 'LOGIN')).toEqual(
    expect.arrayContaining([expect.objectContaining({ who: 'oidc:lina', said: { by: 'oidc' } })]),
  );
});

test('an answer is good once, with its own state and secret, in its time', async () => {
  const words = (await finish({ state: 'x'.repeat(43), secret: 'y'.repeat(43), code: 'z' })).text;
  expect(words).toContain('DZ_OIDC_REFUSED');
  const shown = await answerTo(await begin());
  expect((await finish(shown)).status).toBe(200);
  const other = await begin();
  const [first, second] = [await answerTo(await begin()), await answerTo(await begin())];
  const expired = await answerTo(await begin());
  await pause(3_000);
  const forgotten = await begin();
  await system.close.redis.pexpire(`dz:oidc:${hash('sha256', forgotten.state, 'base64url')}`, 1);
  const refusals: Readonly<Record<string, object>> = {
    'the same again': shown,
    'its code in another login': { ...shown, state: other.state, secret: other.secret },
    'the state of another': { ...first, state: second.state, secret: second.secret },
    'another secret': { ...(await answerTo(await begin())), secret: 'y'.repeat(43) },
    'another issuer': { ...(await answerTo(await begin())), iss: 'https://elsewhere.example' },
    'no issuer, though the provider names itself': { ...(await answerTo(await begin())), iss: undefined },
    'a code that is too old': expired,
    'a login that took too long': await answerTo(forgotten),
    'a state that nobody began': { ...(await answerTo(await begin())), state: 'x'.repeat(43) },
  };
  for (const [what, body] of Object.entries(refusals)) {
    const { status, text } = await finish(body);
    expect(`${what}: ${status} ${text}`).toBe(`${what}: 401 ${words}`);
  }
}, 60_000);

test('an ID token of another login is refused: its nonce is not the one that was sent', async () => {
  const own = redisLoginsUnderWay(system.close.redis);
  const logins: LoginsUnderWay = {
    keep: (login) => own.keep(login),
    take: async (state) => {
      const login = await own.take(state);
      return login && { ...login, nonce: 'of another login' };
    },
  };
  await using over = await closing(appOf({ logins }));
  expect((await logIn(over.app)).said.code).toBe('DZ_OIDC_REFUSED');
});

test('whoever has no role here is told so by name, and gets no session', async () => {
  const { status, said } = await logIn(app, 'zhao');
  expect({ status, said }).toMatchObject({
    status: 403,
    said: { code: 'DZ_OIDC_NO_USER', detailZh: expect.stringMatching(/^赵强 已通过统一登录/) },
  });
});

test('the provider may name users of ours: their roles count, and their end ends it', async () => {
  await using over = await closing(appOf({ userClaim: 'preferred_username' }));
  expect((await logIn(over.app)).said.code).toBe('DZ_OIDC_NO_USER');
  await system.addUser('li.na', { roles: ['approver'], reach: { merchants: ['H003'], isvs: [] } });
  const { said } = await logIn(over.app);
  expect((await me(said.accessToken, over.app)).said).toMatchObject({
    user: 'li.na',
    roles: ['approver'],
    merchants: [{ id: 'H003' }],
  });
  expect(Date.parse(said.sessionEndsAt) - system.nowMs).toBeGreaterThan(11 * 3_600_000);
  // A name that begins with hers is not hers, nor is one that only looks like hers.
  for (const other of ['agency', 'wide'] as const) {
    expect((await logIn(over.app, other)).said.code).toBe('DZ_OIDC_NO_USER');
  }
  await changeUser('li.na', { disabled: true }, 'test', system.changes);
  expect((await me(said.accessToken, over.app)).status).toBe(401);
  expect((await logIn(over.app)).said.code).toBe('DZ_OIDC_NO_USER');
});

test('money asks for a fresh login, and the provider for who it is although it knows', async () => {
  const visitor = new ProviderVisitor();
  const { said } = await logIn(app, 'lina', visitor);
  const token = said.accessToken;
  const pay = () => system.send('POST', '/orders/HP1/refunds', { app, token, body: {} });
  expect((await pay()).said.code).toBe('DZ_BAD_REQUEST');
  system.nowMs = Date.now() + FRESH_MS + 1_000;
  expect((await pay()).said).toMatchObject({
    code: 'DZ_LOGIN_STALE',
    detailZh: expect.stringContaining('请重新统一登录'),
  });
  const path = '/sessions/current/authentication/oidc';
  const showAgain = (body: object) => system.send('POST', path, { app, token, body });
  // A login that let the provider answer by itself is none.
  expect((await showAgain(await answerTo(await begin(), 'lina', visitor))).said.code).toBe('DZ_OIDC_REFUSED');
  // Nor is one of somebody else.
  expect((await showAgain(await answerTo(await begin(app, true), 'zhao'))).said.code).toBe('DZ_OIDC_REFUSED');
  const before = visitor.asked;
  system.nowMs = Date.now();
  const again = await showAgain(await answerTo(await begin(app, true), 'lina', visitor));
  expect([again.status, visitor.asked]).toEqual([200, before + 1]);
  expect(Date.parse(again.said.authenticatedAt)).toBeGreaterThan(Date.now() - 10_000);
  expect((await pay()).said.code).toBe('DZ_BAD_REQUEST');
});

test('a provider that is away, and one that does not know us, are told as what they are', async () => {
  await using away = await closing(appOf({ issuer: 'http://127.0.0.1:9' }));
  const body = { secretHash: hash('sha256', 'x', 'base64url') };
  expect((await system.send('POST', '/sessions/oidc', { app: away.app, body })).said).toMatchObject({
    status: 503,
    code: 'DZ_OIDC_AWAY',
  });
  await using wrong = await closing(appOf({ secret: 'another' }));
  expect((await logIn(wrong.app)).said.code).toBe('DZ_OIDC_AWAY');
});

test('without a word of the configuration there is no such login', async () => {
  expect((await system.send('GET', '/sessions/ways')).said).toEqual({ password: true, oidc: false });
  const body = { secretHash: hash('sha256', 'x', 'base64url') };
  expect((await system.send('POST', '/sessions/oidc', { body })).status).toBe(404);
});

async function closing(making: Promise<FastifyInstance>) {
  const made = await making;
  return { app: made, [Symbol.asyncDispose]: () => made.close() };
}
