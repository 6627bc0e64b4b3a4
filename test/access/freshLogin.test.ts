import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { principalsOf } from '../../api/principals.ts';
import { principalOfToken } from '../../people/people.ts';
import type { AccessSystem } from './accessHarness.ts';
import { PASSWORD, startAccessSystem } from './accessHarness.ts';

const MINUTE_MS = 60_000;
const ID = '0'.repeat(32);
const MONEY = [
  `/exceptions/${ID}/refund`,
  '/orders/HP1/refunds',
  '/one-sided-checks/x/refund',
  '/actions/x/approve',
  '/settings/proposals/x/agree',
];
/** These move none, however old the login is. */
const OTHERS = [
  `/exceptions/${ID}/write-off`,
  `/exceptions/${ID}/assign`,
  '/actions/x/reject',
  '/settings/proposals/x/refuse',
];

let system: AccessSystem;
let app: FastifyInstance;
beforeAll(async () => {
  system = await startAccessSystem();
  await system.addUser('li', { roles: ['operator', 'approver', 'admin'] });
  const roles = new Set(['operator', 'approver', 'admin'] as const);
  const byToken = { token: 'demo-token', principal: { userId: 'demo', roles, merchants: null } };
  const principals = principalsOf([byToken], [(token) => principalOfToken(token, system.deps)]);
  app = await system.appWith({}, { freshLoginMs: 15 * MINUTE_MS, principals });
});
afterAll(async () => {
  await app.close();
  await system[Symbol.asyncDispose]();
});

/** A body that is refused, once somebody is let in. */
const codesOf = (token: string, paths: readonly string[], over: FastifyInstance = app) =>
  Promise.all(
    paths.map(async (path) => (await system.send('POST', path, { token, app: over, body: {} })).said.code),
  );

test('money moves after a fresh login only, and a refusal says how to get on', async () => {
  let { accessToken, refreshToken } = await system.tokensOf('li');
  expect(await codesOf(accessToken, MONEY)).toEqual(MONEY.map(() => 'DZ_BAD_REQUEST'));
  system.nowMs += 8 * MINUTE_MS;
  const refresh = async (): Promise<void> => {
    const { said } = await system.send('POST', '/sessions/refresh', { body: { refreshToken } });
    ({ accessToken, refreshToken } = said);
  };
  // A refreshed token is no fresh login.
  await refresh();
  system.nowMs += 7 * MINUTE_MS;
  expect(await codesOf(accessToken, MONEY)).toEqual(MONEY.map(() => 'DZ_BAD_REQUEST'));
  system.nowMs += 1;
  expect(await codesOf(accessToken, MONEY)).toEqual(MONEY.map(() => 'DZ_LOGIN_STALE'));
  expect(await codesOf(accessToken, OTHERS)).toEqual(OTHERS.map(() => 'DZ_BAD_REQUEST'));
  const stale = await system.send('POST', '/actions/x/approve', { token: accessToken, app, body: {} });
  expect(stale).toMatchObject({
    status: 401,
    said: {
      detail: expect.stringMatching(/POST \/api\/v1\/sessions\/current\/authentication/),
      detailZh: '资金操作须在登录后 15 分钟内进行，请重新输入密码后再操作',
    },
  });
  const again = { token: accessToken, app, body: { password: PASSWORD } };
  expect((await system.send('POST', '/sessions/current/authentication', again)).status).toBe(200);
  expect(await codesOf(accessToken, MONEY)).toEqual(MONEY.map(() => 'DZ_BAD_REQUEST'));
});

test('a token that no login stands behind moves no money then', async () => {
  expect(await codesOf('demo-token', MONEY)).toEqual(MONEY.map(() => 'DZ_LOGIN_STALE'));
  expect(await codesOf('demo-token', OTHERS)).toEqual(OTHERS.map(() => 'DZ_BAD_REQUEST'));
});

test('without a word of the configuration a session is enough', async () => {
  const { accessToken } = await system.tokensOf('li');
  system.nowMs += 9 * MINUTE_MS;
  expect(await codesOf(accessToken, MONEY, system.app)).toEqual(MONEY.map(() => 'DZ_BAD_REQUEST'));
});
