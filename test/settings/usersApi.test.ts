import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { redisUserLocks } from '../../adapters/redis/access/userLocks.ts';
import { ClickHouseAuditTrail } from '../../adapters/clickhouse/auditTrail.ts';
import { clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import { redisAuditHeads } from '../../adapters/redis/auditHeads.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { AccessSystem } from '../access/accessHarness.ts';
import { startAccessSystem } from '../access/accessHarness.ts';

let system: AccessSystem;
let trail: ClickHouseAuditTrail;
let admin: string;

beforeAll(async () => {
  system = await startAccessSystem();
  const { client, redis } = system.close;
  const heads = redisAuditHeads(redis);
  trail = new ClickHouseAuditTrail({ client, heads, writer: 'api-users', withinMs: 5_000 });
  await system.app.close();
  system.app = await system.appWith(
    {},
    {
      users: {
        ...system.deps,
        whileHeld: redisUserLocks(redis),
        newPassword: () => randomBytes(15).toString('base64url'),
        newTotpSecret: () => randomBytes(20),
      },
      audit: { trail, queries: clickHouseAuditQueries(client), now: Date.now },
    },
  );
  await system.addUser('chen', { roles: ['admin'] });
  admin = (await system.tokensOf('chen')).accessToken;
});
afterAll(async () => {
  await trail.close();
  await system[Symbol.asyncDispose]();
});

const post = (path: string, body: object = {}, token = admin) => system.send('POST', path, { token, body });
const auditText = async (): Promise<string> =>
  JSON.stringify(
    (await clickHouseAuditQueries(system.close.client).entries(WHOLE_LEDGER, { limit: 50 })).items,
  );

test('a user is added with a password that is told once, logs in with it, and is recorded without it', async () => {
  const made = await post('/users', {
    user: 'Li',
    name: '李',
    roles: ['operator'],
    reach: { merchants: ['H001'], isvs: [] },
  });
  expect(made).toMatchObject({ status: 200, said: { user: { user: 'li', createdBy: 'chen' } } });
  const { password } = made.said;
  expect((await system.logIn('li', { password })).status).toBe(200);
  const list = await system.send('GET', '/users', { token: admin });
  expect(list.said.items.map(({ user }: { user: string }) => user)).toEqual(['chen', 'li']);
  expect(list.text).not.toMatch(/scrypt|passwordHash|sealed/);
  const recorded = await auditText();
  expect(recorded).toContain('"kind":"USER_CHANGE","who":"chen"');
  expect(recorded).toContain('"roles":["operator"]');
  expect(recorded).not.toContain(password);
});

test('what is wrong is refused in both languages', async () => {
  const body = { roles: ['operator'], reach: null };
  expect(await post('/users', { user: 'a b', ...body })).toMatchObject({
    status: 422,
    said: { code: 'DZ_USER_NAME' },
  });
  expect(await post('/users', { user: 'chen', ...body })).toMatchObject({
    status: 409,
    said: { code: 'DZ_USER_EXISTS' },
  });
  expect(await post('/users', { user: 'wu', ...body, password: 'short' })).toMatchObject({
    status: 422,
    said: { code: 'DZ_PASSWORD_WEAK', field: '/password' },
  });
  expect(
    await post('/users', { user: 'wu', ...body, reach: { merchants: ['H999'], isvs: [] } }),
  ).toMatchObject({
    status: 422,
    said: { code: 'DZ_USER_REACH', detailZh: '配置中没有 H999' },
  });
  expect((await post('/users/nobody', { name: 'x' })).status).toBe(404);
});

test('every change ends the sessions at once; a user who is shut out is let in again', async () => {
  await system.addUser('wang');
  const before = await system.tokensOf('wang');
  expect((await post('/users/wang', { roles: ['viewer'] })).said.roles).toEqual(['viewer']);
  expect((await system.me(before.accessToken)).status).toBe(401);
  const { accessToken } = await system.tokensOf('wang');
  expect((await post('/users/wang/disable')).said.disabled).toBe(true);
  expect((await system.me(accessToken)).status).toBe(401);
  expect((await system.logIn('wang')).status).toBe(401);
  expect((await post('/users/wang/enable')).said.disabled).toBe(false);
  const { password } = (await post('/users/wang/password')).said;
  expect((await system.logIn('wang')).status).toBe(401);
  expect((await system.logIn('wang', { password })).status).toBe(200);
  const totp = await post('/users/wang/totp');
  expect(totp.said.otpauth).toMatch(/^otpauth:\/\/totp\//);
  expect((await system.logIn('wang', { password })).status).toBe(401);
  const off = await system.send('DELETE', '/users/wang/totp', { token: admin });
  expect(off.said.hasTotp).toBe(false);
  expect(await auditText()).not.toContain(String(totp.said.otpauth).slice(-30));
});

test('nobody shuts themselves out, and the last administrator of all hospitals stays', async () => {
  for (const [path, body] of [
    ['/users/chen/disable', {}],
    ['/users/chen', { roles: ['operator'] }],
    ['/users/chen', { reach: { merchants: ['H001'], isvs: [] } }],
  ] as const) {
    expect(await post(path, body)).toMatchObject({ status: 422, said: { code: 'DZ_USER_SELF' } });
  }
  await system.addUser('zhao', { roles: ['admin'] });
  const zhao = (await system.tokensOf('zhao')).accessToken;
  const results = await Promise.all([post('/users/zhao/disable'), post('/users/chen/disable', {}, zhao)]);
  const users = await system.deps.users.all();
  const left = users.filter(({ roles, disabled }) => roles.includes('admin') && !disabled);
  expect([results.filter(({ status }) => status === 200).length, left.length]).toEqual([1, 1]);
});

test('whoever is no administrator, or not of all hospitals, changes nobody', async () => {
  await system.addUser('sun', { roles: ['admin'], reach: { merchants: ['H001'], isvs: [] } });
  await system.addUser('qian', { roles: ['auditor'] });
  await system.command('enable', 'chen');
  await system.addUser('zhou', { roles: ['viewer'] });
  const sun = (await system.tokensOf('sun')).accessToken;
  const qian = (await system.tokensOf('qian')).accessToken;
  expect((await post('/users/zhou/disable', {}, sun)).status).toBe(403);
  expect((await post('/users/zhou/disable', {}, qian)).status).toBe(403);
  expect((await system.send('GET', '/users', { token: sun })).status).toBe(403);
  expect((await system.send('GET', '/users', { token: qian })).status).toBe(200);
});
