import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { base64url, decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { keyFor, readSessionKeys, sessionKeyPath } from '../../adapters/access/sessionKey.ts';
import { sessionTokens } from '../../adapters/access/sessionTokens.ts';
import type { AuditEntry } from '../../domain/auditEntry.ts';
import { changeUser, setPassword } from '../../people/userChanges.ts';
import { UNUSED_PARTS, recordingTrail } from '../apiParts.ts';
import type { AccessSystem, Answer } from './accessHarness.ts';
import { MERCHANTS, PASSWORD, startAccessSystem } from './accessHarness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
let system: AccessSystem;
let users = 0;
let user = '';

beforeAll(async () => {
  system = await startAccessSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  users += 1;
  user = `user${users}`;
  await system.addUser(user, {
    roles: ['operator', 'approver'],
    reach: { merchants: ['H002'], isvs: ['yuntai'] },
  });
});

/** Everything that a caller can tell refusals apart by. */
function told({ status, text }: Answer): string {
  return `${status} ${text}`;
}

async function isLetIn(token: string): Promise<boolean> {
  const { status, said } = await system.me(token);
  if (status === 200) return true;
  expect(said).toMatchObject({ status: 401, code: 'DZ_UNAUTHENTICATED' });
  return false;
}

const refresh = (refreshToken: string) =>
  system.send('POST', '/sessions/refresh', { body: { refreshToken } });

test('whoever logs in is told who they are, what they reach and what the console shows them', async () => {
  const answer = await system.logIn(user);
  expect(answer).toMatchObject({
    status: 200,
    said: {
      accessEndsAt: new Date(system.nowMs + 10 * MINUTE_MS).toISOString(),
      sessionEndsAt: new Date(system.nowMs + 12 * HOUR_MS).toISOString(),
    },
  });
  const { said } = await system.me(answer.said.accessToken);
  expect(said).toMatchObject({
    user,
    name: user,
    roles: ['operator', 'approver'],
    allMerchants: false,
    merchants: [...MERCHANTS.values()].map(({ merchantId: id, name }) => ({ id, name })),
    authenticatedAt: new Date(system.nowMs).toISOString(),
  });
  expect(said.menus[0]).toEqual({ id: 'home', title: '首页', pages: [] });
  expect(said.menus).toContainEqual({ id: 'approvals', title: '审批', pages: [] });
  expect((await system.logIn(user.toUpperCase())).status).toBe(200);
});

test('a scope that names no hospital of the configuration any more reaches none', async () => {
  await system.addUser('nowhere', { reach: { merchants: [], isvs: ['gone'] } });
  const { said } = await system.me((await system.tokensOf('nowhere')).accessToken);
  expect(said).toMatchObject({ allMerchants: false, merchants: [] });
});

test('an access token ends after ten minutes, and is refreshed for twelve hours from the login on', async () => {
  let tokens = await system.tokensOf(user);
  system.nowMs += 9 * MINUTE_MS;
  expect(await isLetIn(tokens.accessToken)).toBe(true);
  system.nowMs += MINUTE_MS + 6_000;
  expect(await isLetIn(tokens.accessToken)).toBe(false);
  tokens = (await refresh(tokens.refreshToken)).said;
  expect(await isLetIn(tokens.accessToken)).toBe(true);
  system.nowMs += 12 * HOUR_MS - 11 * MINUTE_MS;
  tokens = (await refresh(tokens.refreshToken)).said;
  expect(await isLetIn(tokens.accessToken)).toBe(true);
  system.nowMs += MINUTE_MS;
  expect(await isLetIn(tokens.accessToken)).toBe(false);
  expect((await refresh(tokens.refreshToken)).status).toBe(401);
});

test('a refresh token that is used a second time ends the session of whoever holds it, and no other', async () => {
  const [stolen, other] = [await system.tokensOf(user), await system.tokensOf(user)];
  const next = (await refresh(stolen.refreshToken)).said;
  const again = await refresh(stolen.refreshToken);
  expect(again.said.code).toBe('DZ_SESSION_ENDED');
  expect(await isLetIn(next.accessToken)).toBe(false);
  expect(told(await refresh(next.refreshToken))).toBe(told(again));
  expect(await isLetIn(other.accessToken)).toBe(true);
});

test('of two uses of one refresh token at the same moment one gets through, and the session is over', async () => {
  const { refreshToken } = await system.tokensOf(user);
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
  const good = answers.filter(({ status }) => status === 200);
  expect(good.length).toBeLessThanOrEqual(1);
  for (const { said } of good) expect(await isLetIn(said.accessToken)).toBe(false);
});

test('a refresh token that was made up ends nobody’s session', async () => {
  const { accessToken, refreshToken } = await system.tokensOf(user);
  const [, sessionId = ''] = refreshToken.split('~');
  const mac = refreshToken.slice(refreshToken.lastIndexOf('~') + 1);
  const others = sessionTokens([randomBytes(32)], () => 'id');
  for (const forged of [
    `${user}~${sessionId}~0~${'A'.repeat(43)}`,
    `${user}~${sessionId}~1~${mac}`,
    `nobody~${sessionId}~0~${mac}`,
    others.refresh({ userId: user, sessionId, number: 7 }),
    'x',
    accessToken.slice(0, 500),
  ]) {
    expect((await refresh(forged)).said).toMatchObject({ status: 401, code: 'DZ_SESSION_ENDED' });
  }
  expect(await isLetIn(accessToken)).toBe(true);
  expect((await refresh(refreshToken)).status).toBe(200);
});

test('logging out ends this session at once, with its refresh token', async () => {
  const [mine, other] = [await system.tokensOf(user), await system.tokensOf(user)];
  expect((await system.send('DELETE', '/sessions/current', { token: mine.accessToken })).status).toBe(204);
  expect(await isLetIn(mine.accessToken)).toBe(false);
  expect((await refresh(mine.refreshToken)).status).toBe(401);
  expect(await isLetIn(other.accessToken)).toBe(true);
});

test.each([
  ['disabled', () => changeUser(user, { disabled: true }, 'test', system.changes)],
  ['given a new password', () => setPassword(user, 'another good phrase', 'test', system.changes)],
  ['given other roles', () => changeUser(user, { roles: ['viewer'] }, 'test', system.changes)],
  ['given another scope', () => changeUser(user, { reach: null }, 'test', system.changes)],
])('whoever is %s has no session any more', async (_, change) => {
  const [one, two] = [await system.tokensOf(user), await system.tokensOf(user)];
  await change();
  expect([await isLetIn(one.accessToken), await isLetIn(two.accessToken)]).toEqual([false, false]);
  expect((await refresh(one.refreshToken)).status).toBe(401);
});

test('a change whose end of sessions was lost shows at the next refresh', async () => {
  const tokens = await system.tokensOf(user);
  const lost = { ...system.changes, sessions: { endAll: () => Promise.reject(new Error('killed here')) } };
  await expect(changeUser(user, { disabled: true }, 'test', lost)).rejects.toThrow('killed here');
  expect((await refresh(tokens.refreshToken)).said.code).toBe('DZ_SESSION_ENDED');
  expect(await isLetIn(tokens.accessToken)).toBe(false);
});

test('a login that was under way while its user was disabled begins no session', async () => {
  const passwords = {
    ...system.deps.passwords,
    isRight: async (password: string, stored: string | null) => {
      const isRight = await system.deps.passwords.isRight(password, stored);
      await changeUser(user, { disabled: true }, 'test', system.changes);
      return isRight;
    },
  };
  const app = await system.appWith({ passwords });
  expect((await system.logIn(user, { app })).said.code).toBe('DZ_LOGIN_REFUSED');
  expect(await system.close.redis.hlen(`dz:sessions:{${user}}`)).toBe(0);
});

test('when Redis was emptied all sessions are over', async () => {
  const { accessToken, refreshToken } = await system.tokensOf(user);
  await system.close.redis.flushall();
  expect(await isLetIn(accessToken)).toBe(false);
  expect((await refresh(refreshToken)).status).toBe(401);
});

test('a user has twenty sessions at most: the one that ends soonest gives way', async () => {
  const first = await system.tokensOf(user);
  for (let i = 0; i < 20; i += 1) {
    system.nowMs += 1;
    await system.deps.sessions.open({
      sessionId: `s${i}`,
      userId: user,
      name: user,
      roles: ['viewer'],
      reach: null,
      userVersion: '1',
      authenticatedAtMs: system.nowMs,
      endsAtMs: system.nowMs + 12 * HOUR_MS,
    });
  }
  expect(await isLetIn(first.accessToken)).toBe(false);
  expect(await system.deps.sessions.find(user, 's0')).not.toBeNull();
  expect(await system.close.redis.hlen(`dz:sessions:{${user}}`)).toBe(60);
});

test('tokens that were changed, signed otherwise or for others are refused in the same words', async () => {
  const { accessToken } = await system.tokensOf(user);
  const [own] = readSessionKeys(sessionKeyPath({}, system.close.dataDir));
  const key = keyFor('access tokens', own);
  const header = decodeProtectedHeader(accessToken);
  const claims = decodeJwt(accessToken);
  const nowS = Math.floor(system.nowMs / 1000);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signed = (
    more: object,
    { head = {}, by = key }: { head?: object; by?: Parameters<SignJWT['sign']>[0] } = {},
  ): Promise<string> =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: 'HS256', ...header, ...head }).sign(by);
  // What is refused below is refused for the one thing in which it differs.
  expect(await isLetIn(await signed({}))).toBe(true);
  const [head = '', body = '', mac = ''] = accessToken.split('.');
  const forged: Readonly<Record<string, string>> = {
    'alg none': new UnsecuredJWT(claims).encode(),
    'alg none with our kid': `${base64url.encode(JSON.stringify({ ...header, alg: 'none' }))}.${body}.`,
    'no signature': `${head}.${body}.`,
    'another body': `${head}.${base64url.encode(JSON.stringify({ ...claims, sub: 'user1' }))}.${mac}`,
    'another key': await signed({}, { by: randomBytes(32) }),
    'the refresh key': await signed({}, { by: keyFor('refresh tokens', own) }),
    'the key of the file itself': await signed({}, { by: own }),
    'an asymmetric key': await signed({}, { head: { alg: 'EdDSA' }, by: privateKey }),
    'a public key as a secret': await signed(
      {},
      { by: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })) },
    ),
    HS512: await signed({}, { head: { alg: 'HS512' } }),
    'another kid': await signed({}, { head: { kid: '0123456789abcdef' } }),
    'no kid': await signed({}, { head: { kid: undefined } }),
    'another type': await signed({}, { head: { typ: 'JWT' } }),
    'a critical header that we do not know': await signed({}, { head: { crit: ['exp2'], exp2: 1 } }).catch(
      () => `${base64url.encode(JSON.stringify({ ...header, crit: ['exp2'], exp2: 1 }))}.${body}.${mac}`,
    ),
    'another issuer': await signed({ iss: 'https://idp.example' }),
    'another audience': await signed({ aud: 'grafana' }),
    expired: await signed({ exp: nowS - 6 }),
    'not yet valid': await signed({ nbf: nowS + 60 }),
    'without an end': await signed({ exp: undefined }),
    'another session': await signed({ sid: 'made-up' }),
    'another user': await signed({ sub: 'user1' }),
    'without a session': await signed({ sid: undefined }),
    'no token': 'x.y.z',
  };
  const words = told(await system.me('nonsense'));
  for (const [what, token] of Object.entries(forged)) {
    expect(`${what}: ${told(await system.me(token))}`).toBe(`${what}: ${words}`);
  }
  expect(await isLetIn(accessToken)).toBe(true);
});

test('a new session key takes over while tokens of the old one are still good', async () => {
  const { accessToken } = await system.tokensOf(user);
  const old = readSessionKeys(sessionKeyPath({}, system.close.dataDir));
  const turned = sessionTokens([randomBytes(32), ...old], () => 'id');
  const replaced = sessionTokens([randomBytes(32)], () => 'id');
  expect(await turned.readAccess(accessToken, system.nowMs)).toMatchObject({ userId: user });
  expect(await replaced.readAccess(accessToken, system.nowMs)).toBeNull();
});

test('the password can be shown again in a session that goes on', async () => {
  const { accessToken: token } = await system.tokensOf(user);
  system.nowMs += 5 * MINUTE_MS;
  const path = '/sessions/current/authentication';
  const wrong = await system.send('POST', path, { token, body: { password: 'not the password' } });
  expect(wrong.said.code).toBe('DZ_LOGIN_REFUSED');
  const at = new Date(system.nowMs).toISOString();
  const right = await system.send('POST', path, { token, body: { password: PASSWORD } });
  expect(right).toMatchObject({ status: 200, said: { authenticatedAt: at } });
  expect((await system.me(token)).said.authenticatedAt).toBe(at);
});

test('the trail tells of logins and refused ones of somebody, and of nobody whom there is not', async () => {
  await system.addUser('watched', { reach: { merchants: ['H001'], isvs: [] } });
  const recorded: AuditEntry[] = [];
  const app = await system.appWith(
    {},
    {
      audit: {
        ...UNUSED_PARTS.audit,
        trail: recordingTrail(recorded),
        now: () => system.nowMs,
      },
    },
  );
  const { said } = await system.logIn('watched', { app, from: '10.1.1.1' });
  await system.logIn('watched', { app, from: '10.1.1.2', password: 'a wrong guess' });
  await system.logIn('nobody-of-this-name', { app, from: '10.1.1.3' });
  await system.send('POST', '/sessions/refresh', { app, body: { refreshToken: said.refreshToken } });
  await system.send('POST', '/sessions/refresh', { app, body: { refreshToken: said.refreshToken } });
  await system.send('POST', '/sessions/refresh', { app, body: { refreshToken: 'made-up' } });
  expect(recorded.map(({ what, from, status }) => [what.split('/').at(-1), from, status])).toEqual([
    ['sessions', '10.1.1.1', 200],
    ['sessions', '10.1.1.2', 401],
    ['refresh', '127.0.0.1', 200],
    ['refresh', '127.0.0.1', 401],
  ]);
  expect(recorded).toMatchObject(
    recorded.map(() => ({ kind: 'LOGIN', who: 'watched', merchants: ['H001'] })),
  );
  expect(JSON.stringify(recorded)).not.toMatch(new RegExp(`${PASSWORD}|wrong guess|${said.refreshToken}`));
  await app.close();
});

test('a refused login waits for no trail that is away, and one that is let in does', async () => {
  await system.addUser('awaited');
  const trail = { record: () => Promise.reject(new Error('away')), assertWritable: () => undefined };
  const app = await system.appWith({}, { audit: { ...UNUSED_PARTS.audit, trail } });
  expect((await system.logIn('awaited', { app, password: 'a wrong guess' })).status).toBe(401);
  const { status, said } = await system.logIn('awaited', { app });
  expect([status, said.accessToken]).toEqual([500, undefined]);
  await app.close();
});

test('what is answered with tokens is kept by no cache, and nothing sets a cookie', async () => {
  const answer = await system.app.inject({
    method: 'POST',
    url: '/api/v1/sessions',
    payload: { user, password: PASSWORD },
  });
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
  expect(answer.headers).not.toHaveProperty('set-cookie');
});
