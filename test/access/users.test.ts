import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRunFile, writeRunFile } from '../../adapters/process/runFile.ts';
import type { AccessSystem } from './accessHarness.ts';
import { PASSWORD, startAccessSystem } from './accessHarness.ts';

const CONFIG = `
merchants:
  - { id: H001, name: 示例医院, isv: yuntai, channels: { WECHAT: '1900000001' } }
  - { id: H002, name: 第二医院, channels: { WECHAT: '1900000002' } }
`;
let system: AccessSystem;
beforeAll(async () => {
  system = await startAccessSystem();
  const { dataDir } = system.close;
  const configPath = join(dataDir, 'duizhang.config.yaml');
  writeFileSync(configPath, CONFIG);
  writeRunFile(dataDir, { ...readRunFile(dataDir), configPath });
});
afterAll(() => system[Symbol.asyncDispose]());

const typed = (password: string): string => `<${password}\n`;

test('a user is added with a password from a pipe, and stands in the ledger as a hash', async () => {
  const who = ['Li', '--roles', 'operator,approver', '--merchants', 'H001', '--name', '李'];
  const made = await system.command(typed(PASSWORD), 'add', ...who, '--password-stdin');
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^li \(李\) {2}operator,approver {2}H001 /),
  });
  expect(made.out + made.err).not.toContain(PASSWORD);
  const user = await system.deps.users.byId('li');
  expect(user).toMatchObject({
    userId: 'li',
    name: '李',
    roles: ['operator', 'approver'],
    reach: { merchants: ['H001'], isvs: [] },
    passwordHash: expect.stringMatching(/^\$scrypt\$ln=15,r=8,p=3\$/),
    disabled: false,
    version: 1n,
    changedBy: expect.stringMatching(/^cli:/),
  });
  expect(await system.deps.passwords.isRight(PASSWORD, user?.passwordHash ?? null)).toBe(true);
});

test('what analysts see of users holds neither hash nor secret', async () => {
  const rows = await system.close.client.query({ query: 'SELECT * FROM v_users', format: 'JSONEachRow' });
  const [row] = await rows.json<object>();
  expect(Object.keys(row ?? {})).toContain('has_totp');
  expect(JSON.stringify(row)).not.toMatch(/scrypt|sealed/);
});

test('every change is a version of its own, and the former ones stay', async () => {
  await system.addUser('wang', { roles: ['viewer'] });
  expect((await system.command('change', 'wang', '--roles', 'operator', '--isv', 'yuntai')).out).toMatch(
    /^wang {2}operator {2}isv yuntai/,
  );
  expect((await system.command('disable', 'wang')).out).toMatch(/disabled/);
  expect(
    (await system.command(typed('another good phrase'), 'passwd', 'wang', '--password-stdin')).code,
  ).toBe(0);
  const rows = await system.close.client.query({
    query: "SELECT version, disabled, roles FROM users FINAL WHERE user_id = 'wang' ORDER BY version",
    format: 'JSONEachRow',
  });
  expect(await rows.json()).toEqual([
    { version: '1', disabled: false, roles: ['viewer'] },
    { version: '2', disabled: false, roles: ['operator'] },
    { version: '3', disabled: true, roles: ['operator'] },
    { version: '4', disabled: true, roles: ['operator'] },
  ]);
  expect((await system.command('enable', 'wang')).out).not.toMatch(/disabled/);
});

test('changes of a user at the same time undo nothing of each other', async () => {
  await system.addUser('zhou');
  const results = await Promise.allSettled([
    system.command('disable', 'zhou'),
    system.command(typed('another good phrase'), 'passwd', 'zhou', '--password-stdin'),
    system.command('change', 'zhou', '--roles', 'viewer'),
  ]);
  const done = results.filter(({ status }) => status === 'fulfilled').length;
  const user = await system.deps.users.byId('zhou');
  expect(user?.version).toBe(1n + BigInt(done));
  if (results[0].status === 'fulfilled') expect(user?.disabled).toBe(true);
  if (results[2].status === 'fulfilled') expect(user?.roles).toEqual(['viewer']);
});

test('users are listed in their order, for people and for programs', async () => {
  const { out } = await system.command('list', '--json');
  const users = out
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(users.map(({ userId }) => userId)).toEqual(['li', 'wang', 'zhou']);
  expect(users[0]).toMatchObject({ reach: { merchants: ['H001'], isvs: [] }, hasTotp: false });
  expect(out).not.toMatch(/scrypt/);
  expect((await system.command('list')).out.trim().split('\n')).toHaveLength(3);
});

test.each([
  [['add', 'Li Na', '--roles', 'viewer', '--password-stdin'], /DZ_USER_NAME/],
  [['add', 'li', '--roles', 'viewer', '--password-stdin'], /DZ_USER_EXISTS/],
  [['add', 'neu', '--password-stdin'], /--roles/],
  [['add', 'neu', '--roles', 'boss', '--password-stdin'], /no role boss/],
  [['add', 'neu', '--roles', 'viewer', '--merchants', 'H009', '--password-stdin'], /DZ_UNKNOWN_MERCHANT/],
  [['add', 'neu', '--roles', 'viewer', '--isv', 'nobody', '--password-stdin'], /isv nobody/],
  [['add', 'neu', '--roles', 'viewer', '--merchants', ',', '--password-stdin'], /empty list/],
  [['add', 'neu', '--roles', 'viewer'], /no terminal/],
  [['add', 'neu', PASSWORD, '--roles', 'viewer'], /one name/],
  [['disable', 'nobody'], /DZ_USER_UNKNOWN/],
  [['change', 'li'], /what changes/],
  [['list', 'li'], /say what/],
  [['grant', 'li'], /say what/],
])('user %j is refused', async (args, why) => {
  const refusal = await system.command(typed(PASSWORD), ...args).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Error);
  expect(
    refusal instanceof Error && 'code' in refusal ? `${String(refusal.code)} ${refusal.message}` : '',
  ).toMatch(why);
  expect(await system.deps.users.byId('neu')).toBeNull();
});

test('a weak password and an empty one are refused', async () => {
  for (const [password, code] of [
    ['password2026', 'DZ_PASSWORD_WEAK'],
    ['', 'DZ_USAGE'],
  ] as const) {
    await expect(
      system.command(typed(password), 'add', 'neu', '--roles', 'viewer', '--password-stdin'),
    ).rejects.toMatchObject({ code });
  }
});

test('as a process of its own it reads the pipe, and never takes a password as an argument', () => {
  const duizhang = (args: readonly string[], input: string) =>
    spawnSync(process.execPath, ['cli/main.ts', 'user', ...args], {
      input,
      encoding: 'utf8',
      env: { ...process.env, DUIZHANG_DATA: system.close.dataDir },
    });
  const made = duizhang(['add', 'chen', '--roles', 'auditor', '--password-stdin'], `${PASSWORD}\n`);
  expect(made).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^chen {2}auditor {2}all hospitals/),
  });
  const refused = duizhang(['add', 'ma', '--roles', 'auditor', '--password', PASSWORD], '');
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(/DZ_USAGE/) });
});
