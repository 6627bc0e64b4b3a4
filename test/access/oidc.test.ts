import { createPublicKey } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { JWK } from 'jose';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { oidcPrincipals } from '../../adapters/access/oidcPrincipals.ts';
import type { OidcConfig } from '../../adapters/config/accessConfig.ts';
import { principalsOf } from '../../api/principals.ts';
import { principalOfToken } from '../../people/people.ts';
import type { AccessSystem } from './accessHarness.ts';
import { MERCHANTS, startAccessSystem } from './accessHarness.ts';
import { OidcIssuer } from './oidcIssuer.ts';

const ACCESS = { realm_access: { roles: ['dz-op', 'offline_access'] }, dz_scope: ['H002', 'isv:yuntai'] };
const MINUTE_S = 60;
/** A secret key, where a header may hold public ones. */
const OCTETS: JWK = { kty: 'oct', k: 'c2VjcmV0' };
let system: AccessSystem;
let issuer: OidcIssuer;
let app: FastifyInstance;
beforeAll(async () => {
  system = await startAccessSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  issuer = new OidcIssuer();
  await issuer.start();
  app = await appOf();
  return async () => {
    await app.close();
    await issuer[Symbol.asyncDispose]();
  };
});

function appOf(more: Partial<OidcConfig> = {}, cooldownMs = 0): Promise<FastifyInstance> {
  const config = {
    issuer: issuer.url,
    audience: 'duizhang',
    rolesClaim: 'realm_access.roles',
    roles: { 'dz-op': 'operator', 'dz-boss': 'admin' },
    scopeClaim: 'dz_scope',
    ...more,
  } as const;
  const read = oidcPrincipals(config, { merchants: MERCHANTS, now: () => system.nowMs, cooldownMs });
  return system.appWith(
    {},
    { principals: principalsOf([], [(token) => principalOfToken(token, system.deps), read]) },
  );
}

const tokenOf = (claims: object = {}, header: object = {}) =>
  issuer.token(system.nowMs, { ...ACCESS, ...claims }, header);
const me = (token: string, over = app) => system.send('GET', '/me', { token, app: over });
const statusOf = async (claims: object) => (await me(await tokenOf(claims))).status;

test('a token of the provider lets in with the roles and hospitals of its claims', async () => {
  const authTime = Math.floor(system.nowMs / 1000) - 100;
  const { status, said } = await me(await tokenOf({ auth_time: authTime, preferred_username: '李娜' }));
  expect({ status, said }).toMatchObject({
    status: 200,
    said: {
      user: 'oidc:7f3a',
      name: '李娜',
      roles: ['operator'],
      allMerchants: false,
      merchants: [{ id: 'H001' }, { id: 'H002' }, { id: 'H003' }],
      authenticatedAt: new Date(authTime * 1000).toISOString(),
    },
  });
});

test.each([
  ['H001 H003', ['H001', 'H003'], false],
  [['isv:other'], ['H002'], false],
  [['H999'], [], false],
  [undefined, [], false],
  [[], [], false],
  [7, [], false],
  [['*'], ['H001', 'H002', 'H003'], true],
])('the scope %j reaches %j', async (scope, ids, allMerchants) => {
  const { said } = await me(await tokenOf({ dz_scope: scope }));
  expect(said.allMerchants).toBe(allMerchants);
  expect(said.merchants.map(({ id }: { id: string }) => id)).toEqual(ids);
});

test('whoever has no role of ours is known, and may nothing', async () => {
  for (const roles of [['operator'], 'admin', [{ admin: true }], undefined]) {
    const { said } = await me(await tokenOf({ realm_access: { roles } }));
    expect(said).toMatchObject({ status: 403, code: 'DZ_FORBIDDEN' });
  }
});

test('roles may be named as ours, in a claim of any name', async () => {
  const { issuer: url, audience } = { issuer: issuer.url, audience: 'duizhang' };
  const config = { issuer: url, audience, rolesClaim: 'https://x.example/roles', scopeClaim: 'dz_scope' };
  const read = oidcPrincipals(config, { merchants: MERCHANTS, now: () => system.nowMs });
  const principal = await read(await tokenOf({ 'https://x.example/roles': 'viewer auditor boss' }));
  expect([...(principal?.roles ?? [])]).toEqual(['viewer', 'auditor']);
});

test('clocks may differ by a minute, and no more', async () => {
  const nowS = Math.floor(system.nowMs / 1000);
  expect(await statusOf({ exp: nowS - MINUTE_S + 2 })).toBe(200);
  expect(await statusOf({ exp: nowS - MINUTE_S - 1 })).toBe(401);
  expect(await statusOf({ nbf: nowS + MINUTE_S - 1 })).toBe(200);
  expect(await statusOf({ nbf: nowS + MINUTE_S + 2 })).toBe(401);
  expect(await statusOf({ iat: nowS + MINUTE_S + 2 })).toBe(401);
  expect(await statusOf({ iat: nowS - 2 * 3600 - MINUTE_S - 1, exp: nowS + 600 })).toBe(401);
});

test('tokens for others, of others, or with less than they need are refused in the same words', async () => {
  const words = (await me('nonsense')).text;
  const nowS = Math.floor(system.nowMs / 1000);
  const [jwk] = issuer.publicKeys;
  const claims = { iss: issuer.url, aud: 'duizhang', sub: '7f3a', iat: nowS, exp: nowS + 300, ...ACCESS };
  const pem = createPublicKey({ key: jwk ?? {}, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const other = new OidcIssuer();
  await other.start();
  const forged: Readonly<Record<string, string>> = {
    'another audience': await tokenOf({ aud: 'grafana' }),
    'another issuer': await tokenOf({ iss: `${issuer.url}/other` }),
    'another provider’s key': await other.token(system.nowMs, { ...ACCESS, iss: issuer.url }),
    'alg none': new UnsecuredJWT(claims).encode(),
    'the public key as a secret': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: jwk?.kid ?? '' })
      .sign(Buffer.from(pem)),
    'a key in the header': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', jwk: OCTETS })
      .sign(Buffer.from('secret'.repeat(8))),
    'a key at an address of the header': await other.token(
      system.nowMs,
      { ...ACCESS, iss: issuer.url },
      { jku: `${other.url}/certs`, kid: 'key-9' },
    ),
    'no end': await tokenOf({ exp: undefined }),
    'no beginning': await tokenOf({ iat: undefined }),
    'an ID token': await tokenOf({ typ: 'ID' }),
    'what answers a login': await tokenOf({ nonce: 'n-0S6_WzA2Mj' }),
    'a logout token': await tokenOf({ events: {} }),
    'a login of a time to come': await tokenOf({ iat: nowS + 600, exp: nowS + 900 }),
    nobody: await tokenOf({ sub: undefined }),
    'a name that is none': await tokenOf({ sub: 'a b\n' }),
  };
  for (const [what, token] of Object.entries(forged)) {
    expect(`${what}: ${(await me(token)).text}`).toBe(`${what}: ${words}`);
  }
  expect(other.asked).toEqual([]);
  await other[Symbol.asyncDispose]();
});

test('a provider turns its keys: new ones are fetched when they are first seen, others at most now and then', async () => {
  const before = await tokenOf();
  expect((await me(before)).status).toBe(200);
  await issuer.turnKey();
  expect((await me(await tokenOf())).status).toBe(200);
  expect((await me(before)).status).toBe(200);
  const fetches = () => issuer.asked.filter((path) => path.endsWith('/certs')).length;
  expect(fetches()).toBe(2);
  await me(await tokenOf());
  expect(fetches()).toBe(2);
  // Tokens with keys that nobody knows do not make us ask for each of them.
  const patient = await appOf({}, 30_000);
  for (let i = 0; i < 5; i += 1)
    expect((await me(await tokenOf({}, { kid: `made-up-${i}` }), patient)).status).toBe(401);
  expect(fetches()).toBe(3);
  await patient.close();
});

test('a key that was withdrawn proves nothing once its successor was seen', async () => {
  const before = await tokenOf();
  expect((await me(before)).status).toBe(200);
  await issuer.turnKey(true);
  expect((await me(await tokenOf())).status).toBe(200);
  expect((await me(before)).status).toBe(401);
});

test('a provider that is away is told as such, and keys that are known go on', async () => {
  issuer.isAway = true;
  expect((await me(await tokenOf())).said).toMatchObject({ status: 503, code: 'DZ_OIDC_AWAY' });
  issuer.isAway = false;
  expect((await me(await tokenOf())).status).toBe(200);
  issuer.isAway = true;
  expect((await me(await tokenOf())).status).toBe(200);
  // Our own users need no provider.
  await system.addUser('li');
  const { accessToken } = await system.tokensOf('li');
  expect((await me(accessToken)).status).toBe(200);
});

test('discovery that speaks for another issuer is not followed; a jwksUri that is given needs none', async () => {
  issuer.said = { issuer: 'https://elsewhere.example' };
  expect((await me(await tokenOf())).said.code).toBe('DZ_OIDC_AWAY');
  const given = await appOf({ jwksUri: `${issuer.url}/certs` });
  expect((await me(await tokenOf(), given)).status).toBe(200);
  await given.close();
});

test('nobody of the provider is taken for a user of ours, and a token of theirs ends no session', async () => {
  await system.addUser('7f3a');
  const { accessToken } = await system.tokensOf('7f3a');
  const token = await tokenOf({ sub: '7f3a', sid: 'x' });
  expect((await system.send('DELETE', '/sessions/current', { token, app })).status).toBe(204);
  expect((await me(accessToken)).said.user).toBe('7f3a');
  expect((await me(token)).said.user).toBe('oidc:7f3a');
});
