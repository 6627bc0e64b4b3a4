import { execFile } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import type { Child } from '../../adapters/process/childProcess.ts';
import { startChild } from '../../adapters/process/childProcess.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { startEngine } from '../services/index.ts';

// What the image is made of, on the servers as docker-compose.yml sets them up: compiled JavaScript, Redis with the users that
// secrets.sh makes, addresses by environment. ClickHouse is the embedded engine, which knows no users.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const REDIS = process.env['DUIZHANG_REDIS_SERVER'] ?? 'redis-server';
const PATIENCE_MS = 60_000;

type Site = {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly api: string;
  readonly redis: Readonly<Record<'log' | 'window', { readonly port: number; readonly url: string }>>;
  readonly start: (program: string, ...args: readonly string[]) => Promise<Child>;
  readonly duizhang: (...args: readonly string[]) => Promise<{ stdout: string; stderr: string }>;
};

async function layOut(dir: string, engine: Engine, ports: Record<string, number>): Promise<Site> {
  const app = join(dir, 'app');
  await run(process.execPath, [join(ROOT, 'tools/dist.mjs'), '--out', app]);
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  mkdirSync(join(dir, 'deploy/compose'), { recursive: true });
  copyFileSync(join(ROOT, 'deploy/compose/secrets.sh'), join(dir, 'deploy/compose/secrets.sh'));
  await run('sh', [join(dir, 'deploy/compose/secrets.sh')]);
  const passwords = new Map(
    Array.from(readFileSync(join(dir, '.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm), ([, name, value]) => [
      name,
      value,
    ]),
  );
  const urlOf = (name: 'log' | 'window') => {
    const port = ports[name] ?? 0;
    const password = passwords.get(`DZ_${name.toUpperCase()}_PASSWORD`) ?? '';
    return { port, url: `redis://duizhang:${password}@127.0.0.1:${port}` };
  };
  const redis = { log: urlOf('log'), window: urlOf('window') };
  const env = {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    DUIZHANG_CONFIG: join(app, 'duizhang.config.yaml'),
    DUIZHANG_DATA: join(dir, 'data'),
    DUIZHANG_LOG_URL: redis.log.url,
    DUIZHANG_WINDOW_URL: redis.window.url,
    DUIZHANG_CLICKHOUSE_URL: engine.url,
    DUIZHANG_HOST: '0.0.0.0',
    DUIZHANG_PIPELINE_PORT: String(ports['pipeline']),
    DUIZHANG_PIPELINE_URL: `http://127.0.0.1:${ports['pipeline']}`,
    DUIZHANG_PORT: String(ports['api']),
  };
  return {
    dir,
    env,
    api: `http://127.0.0.1:${ports['api']}`,
    redis,
    start: (program, ...args) =>
      startChild({
        command: process.execPath,
        args: [join(app, program), ...args],
        env,
        logFile: join(dir, `${program.replace('/', '-')}.log`),
      }),
    duizhang: async (...args) =>
      run(process.execPath, [join(app, 'cli/main.js'), ...args], { env, cwd: dir }),
  };
}

function startRedisAs(site: Site, name: 'log' | 'window'): Promise<Child> {
  const data = join(site.dir, name);
  mkdirSync(data);
  return startChild({
    command: REDIS,
    args: [
      join(ROOT, `deploy/compose/redis/${name}.conf`),
      '--port',
      String(site.redis[name].port),
      '--dir',
      data,
      '--aclfile',
      join(site.dir, `deploy/compose/secrets/${name}.acl`),
    ],
    logFile: join(data, 'redis.log'),
  });
}

async function until<T>(what: string, found: () => Promise<T | null | false>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(200)) {
    const value = await found().catch(() => null);
    if (value !== null && value !== false) return value;
  }
  throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
}

test('what the image holds runs on servers with users: prepared, logged in to, fed, and drained by SIGTERM', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'dz-production-'));
  const engine = await startEngine({ dir: join(dir, 'ledger') });
  const children: Child[] = [];
  try {
    const names = ['log', 'window', 'pipeline', 'api'];
    const ports = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await freePort()] as const)),
    );
    const site = await layOut(dir, engine, ports);
    const started = async (child: Promise<Child>): Promise<Child> => {
      children.push(await child);
      return child;
    };
    await started(startRedisAs(site, 'log'));
    await started(startRedisAs(site, 'window'));
    for (const name of ['log', 'window'] as const) await letsNobodyElseIn(site, name);

    await site.duizhang('prepare');
    await site.duizhang('prepare');
    const pipeline = await started(site.start('pipeline/main.js'));
    const api = await started(site.start('api/main.js'));
    await until('the API is ready', async () => (await fetch(`${site.api}/readyz`)).ok);
    const live = await started(
      site.start('cli/main.js', 'simulate', 'live', '--merchants', '2', '--orders', '400'),
    );

    const token = await logIn(site);
    const asked = (path: string) =>
      fetch(`${site.api}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    const matched = await until('verdicts', async () => {
      const answer = JSON.stringify(await (await asked('/match-rates')).json());
      return /"matched":"?[1-9]/.test(answer) && answer;
    });
    expect(new Set(matched.match(/H00\d/g))).toEqual(new Set(['H001', 'H002']));

    const unsigned = await fetch(`${site.api}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[{}]',
    });
    expect(unsigned.status).toBe(401);

    for (const child of [live, api, pipeline]) {
      process.kill(child.pid, 'SIGTERM');
      expect(await child.exited).toBe(0);
    }
  } catch (error) {
    throw new Error(`the logs say:\n${lastWords(dir)}`, { cause: error });
  } finally {
    for (const child of children.toReversed()) await child.stop();
    await engine.stop();
    await rm(dir, { recursive: true, force: true });
  }
}, 180_000);

function lastWords(dir: string): string {
  return globSync('{*.log,{log,window}/redis.log}', { cwd: dir })
    .map((name) => `${name}\n${readFileSync(join(dir, name), 'utf8').slice(-2_000)}`)
    .join('\n');
}

async function letsNobodyElseIn({ redis }: Site, name: 'log' | 'window'): Promise<void> {
  const { port, url } = redis[name];
  const probe = new Redis({ port, username: 'probe', password: 'x', enableReadyCheck: false });
  expect(await until(`${name} answers`, () => probe.ping())).toBe('PONG');
  await expect(probe.get('x')).rejects.toThrow(/NOPERM/);
  probe.disconnect();
  const anybody = new Redis({ port, enableReadyCheck: false });
  await expect(anybody.ping()).rejects.toThrow(/NOAUTH/);
  anybody.disconnect();
  const own = new Redis(url);
  await expect(own.flushall()).rejects.toThrow(/NOPERM/);
  await expect(own.config('GET', '*')).rejects.toThrow(/NOPERM/);
  own.disconnect();
}

async function logIn(site: Site): Promise<string> {
  const password = 'Ein langer Satz 2026';
  const adding = run(
    'sh',
    [
      '-c',
      `printf '%s\\n' "$1" | "$2" "$3" user add li --roles operator --password-stdin`,
      'sh',
      password,
      process.execPath,
      join(site.dir, 'app/cli/main.js'),
    ],
    { env: site.env, cwd: site.dir },
  );
  await adding;
  const answer = await fetch(`${site.api}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'li', password }),
  });
  const said: unknown = await answer.json();
  if (typeof said === 'object' && said !== null && 'accessToken' in said) return String(said.accessToken);
  throw new Error(`no login: ${JSON.stringify(said)}`);
}
