import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startRedis } from '../adapters/process/redisServer.ts';
import { writeRunFile } from '../adapters/process/runFile.ts';
import { COMMANDS } from './commands.ts';

const LAUNCHER = join(import.meta.dirname, '..', 'duizhang');
const dir = mkdtempSync(join(tmpdir(), 'dz-cli-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function duizhang(...args: string[]) {
  return spawnSync(LAUNCHER, args, {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, DUIZHANG_DATA: dir },
  });
}

test('help lists every command, and works from another folder through a link', () => {
  const link = join(dir, 'dz');
  symlinkSync(LAUNCHER, link);
  const { status, stdout } = spawnSync(link, ['--help'], { cwd: dir, encoding: 'utf8' });
  expect(status).toBe(0);
  for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test.each([
  ['recncile', 'reconcile'],
  ['slq', 'sql'],
  ['deadletters', 'dead-letters'],
])('%s is unknown, and %s is suggested', (wrong, right) => {
  const { status, stdout, stderr } = duizhang(wrong);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(`did you mean "${right}"`);
});

test('the version is told alone', () => {
  expect(duizhang('--version')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test('what is no command at all gets no suggestion', () => {
  expect(duizhang('frobnicate').stderr).not.toContain('did you mean');
});

test('an unknown option is one line and exit code 2', () => {
  const { status, stderr } = duizhang('sql', '--nope-at-all', 'select 1');
  expect(status).toBe(2);
  expect(stderr).toBe(
    'DZ_USAGE: there is no option --nope-at-all; ./duizhang sql --help lists what there is\n',
  );
});

test.each([
  [['reconcile', '--merchnt', 'x'], '--merchant'],
  [['simulate', '--sed', '3'], '--seed'],
  [['close', '--merchant', 'H001', '--dte', '2026-03-09'], '--date'],
  [['export', 'verdicts', '--form', 'x'], '--from'],
])('%j: the option that was meant is suggested', (args, right) => {
  const { status, stdout, stderr } = duizhang(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(`did you mean "${right}"`);
});

test('without a running system, sql says how to start one', () => {
  const { status, stderr } = duizhang('sql', 'select 1');
  expect(status).toBe(3);
  expect(stderr).toMatch(/^DZ_NOT_RUNNING: .*npm start.*\n$/);
});

test.each([
  'drop table verdicts',
  '/* select */ truncate table entries',
  'alter table bills delete where 1',
  'insert into dead_letters select 1',
  'with 1 as x insert into bills select x',
  "select 1 into outfile 'x'",
])('sql sends nothing that would write: %s', (statement) => {
  const { status, stderr } = duizhang('sql', statement);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^DZ_SQL_NOT_READING: .*\n$/);
});

test.each(['(select 1) union all select 2', "select 'insert into x'", 'show tables', 'explain select 1'])(
  'sql takes what only reads: %s',
  (statement) => {
    expect(duizhang('sql', statement).stderr).toMatch(/^DZ_NOT_RUNNING/);
  },
);

test('sql prints what the ledger answers, and its refusal in one line', async () => {
  const redis = await startRedis({ dir: join(dir, 'log'), appendfsync: 'everysec' });
  const asked: string[] = [];
  const ledger = createServer((request, response) => {
    let statement = '';
    request.on('data', (chunk: Buffer) => (statement += chunk.toString('utf8')));
    request.on('end', () => {
      // Every query is recorded first.
      if (`${request.url} ${statement}`.includes('audit_trail')) return void response.end();
      asked.push(`${new URL(request.url ?? '', 'http://x').searchParams.get('default_format')} ${statement}`);
      if (statement === 'select bad') response.writeHead(400).end('Code: 62. Syntax error\n');
      else response.end('{"n":"医院"}\n');
    });
  });
  await new Promise<void>((resolve) => ledger.listen(0, '127.0.0.1', resolve));
  const address = ledger.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  writeRunFile(dir, {
    pid: process.pid,
    clickhouseUrl: `http://127.0.0.1:${port}`,
    logUrl: redis.url,
    auditUrl: redis.url,
    windowRedisUrl: 'redis://127.0.0.1:1',
    apiUrl: 'http://127.0.0.1:1',
    startedAt: '2026-03-01T08:00:00+08:00',
    signingKeyPath: '',
    sessionKeyPath: '',
    configPath: '/etc/duizhang.config.yaml',
    dataDir: dir,
  });
  try {
    // Not spawnSync: the ledger lives in this process.
    expect(await run('sql', '--json', 'select good')).toEqual({
      code: 0,
      stdout: '{"n":"医院"}\n',
      stderr: '',
    });
    expect(await run('sql', 'select bad')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'DZ_SQL: Code: 62. Syntax error\n',
    });
    expect(asked).toEqual(['JSONEachRow select good', 'PrettyCompact select bad']);
  } finally {
    ledger.close();
    ledger.closeAllConnections();
    await redis.stop();
  }
});

function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(LAUNCHER, args, { cwd: dir, env: { ...process.env, DUIZHANG_DATA: dir } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}
