import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSigningKey, signingKeyPath } from '../../adapters/files/signingKey.ts';
import { writeRunFile } from '../../adapters/process/runFile.ts';
import type { AuditWorld } from './auditHarness.ts';
import { entry, startAuditWorld } from './auditHarness.ts';

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;
const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;

let world: AuditWorld;

beforeAll(async () => {
  world = await startAuditWorld();
  makeSigningKey({}, world.dir);
  writeRunFile(world.dir, {
    pid: process.pid,
    clickhouseUrl: world.clickhouseUrl,
    logUrl: world.redisUrl,
    auditUrl: world.redisUrl,
    windowRedisUrl: world.redisUrl,
    apiUrl: 'http://127.0.0.1:1',
    startedAt: new Date(0).toISOString(),
    configPath: CONFIG,
    dataDir: world.dir,
    signingKeyPath: signingKeyPath({}, world.dir),
    sessionKeyPath: '',
  });
});
afterAll(() => world[Symbol.asyncDispose]());

async function duizhang(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DUIZHANG_DATA: world.dir };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], {
      env,
      cwd: world.dir,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'stdout' in error && 'stderr' in error)) throw error;
    return { code: Number(error.code), out: String(error.stdout), err: String(error.stderr) };
  }
}

test('commands that change or take something stand in the trail before they do it, by the user of this machine', async () => {
  await duizhang('export', 'exceptions', '--merchant', 'H001', '--out', join(world.dir, 'a.csv'));
  await duizhang('month', 'lock', '--merchant', 'H001', '--month', '2026-03', '--by', 'li');
  await duizhang('sql', "select 'a secret of a patient'");
  await duizhang('month', 'list', '--merchant', 'H001');
  const { out, code } = await duizhang('audit', 'list', '--json');
  expect(code).toBe(0);
  const rows = out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const by = { who: userInfo().username, via: 'CLI', status: null };
  expect(rows).toMatchObject([
    { ...by, kind: 'AUDIT_READ', what: 'duizhang audit list' },
    { ...by, kind: 'LEDGER_QUERY', what: 'duizhang sql' },
    { ...by, kind: 'MONTH_LOCK', merchants: ['H001'], said: { month: '2026-03', by: 'li' } },
    { ...by, kind: 'EXPORT', merchants: ['H001'], said: { word1: 'exceptions', merchant: 'H001' } },
  ]);
  expect(out).not.toContain('patient');
  const text = await duizhang('audit', 'list', '--kind', 'MONTH_LOCK');
  expect(text.out).toMatch(/MONTH_LOCK {2}\w+ from .* duizhang month lock/);
});

test('verify holds on a whole trail, and names what was cut off; a kept checkpoint finds what both stores lost', async () => {
  const trail = world.trail('api-1');
  for (let n = 1; n <= 3; n += 1) await trail.record(entry());
  expect(await duizhang('audit', 'verify')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^0 cases, 0 rows, \d+ audit entries of \d+ processes: every chain holds\n$/),
  });
  const checkpoint = join(world.dir, 'checkpoint.json');
  expect((await duizhang('audit', 'checkpoint', '--out', checkpoint)).code).toBe(0);

  await world.tamper("ALTER TABLE audit_trail DELETE WHERE writer = 'api-1' AND seq = 3");
  const cut = await duizhang('audit', 'verify', '--json');
  expect(cut.code).toBe(1);
  expect(JSON.parse(cut.out)).toMatchObject({
    trail: { faults: ['api-1: its end was cut off, rows 3 to 3'] },
  });

  await world.tamper("ALTER TABLE audit_trail DELETE WHERE writer = 'api-1'");
  await world.redis.hdel('dz:audit-heads', 'api-1');
  expect((await duizhang('audit', 'verify')).code).toBe(0);
  const found = await duizhang('audit', 'verify', '--checkpoint', checkpoint);
  expect([found.code, found.out]).toEqual([
    1,
    expect.stringContaining('api-1: the whole chain is gone, rows 1 to 3\n'),
  ]);

  const forged = (await readFile(checkpoint, 'utf8')).replace('api-1', 'api-2');
  await writeFile(checkpoint, forged);
  expect((await duizhang('audit', 'verify', '--checkpoint', checkpoint)).err).toContain(
    'DZ_AUDIT_CHECKPOINT',
  );
});

test('a command that cannot be recorded is not run', async () => {
  await world.killLedger();
  const answer = await duizhang('notices', '--user', 'li');
  expect(answer).toMatchObject({ code: 3, out: '', err: expect.stringContaining('DZ_SYSTEM_AUDIT_AWAY') });
  await world.startLedger();
});
