import { Redis } from 'ioredis';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Child } from '../../adapters/process/childProcess.ts';
import { startChild } from '../../adapters/process/childProcess.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { untilTrue } from './redisCluster.ts';

// Passwords, TLS, and no more rights than deploy/compose/secrets.sh gives.

const tlsFile = (name: string): string => new URL(`../fixtures/tls/${name}`, import.meta.url).pathname;
const CONNECT = new URL('../../adapters/redis/connect.ts', import.meta.url).pathname;
const RIGHTS = /user duizhang on #%s (.*)\\n/.exec(
  readFileSync(new URL('../../deploy/compose/secrets.sh', import.meta.url), 'utf8'),
)?.[1];
const TLS = {
  'tls-cert-file': tlsFile('server.pem'),
  'tls-key-file': tlsFile('server.key'),
  'tls-ca-cert-file': tlsFile('ca.pem'),
  'tls-auth-clients': 'no',
};

let dir: string;
const children: Child[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-secured-'));
});
afterAll(async () => {
  await Promise.all(children.map((child) => child.kill9()));
  await rm(dir, { recursive: true, force: true });
});

async function start(
  name: string,
  settings: Readonly<Record<string, string>>,
  lines: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Redis> {
  const conf = join(dir, `${name}.conf`);
  const port = Number(settings['tls-port']);
  const said = Object.entries({ port: '0', dir, requirepass: 'of-the-administrator', ...TLS, ...settings });
  await writeFile(conf, [...said.map(([key, value]) => `${key} ${value}`), ...lines, ''].join('\n'));
  const command = process.env['DUIZHANG_REDIS_SERVER'] ?? 'redis-server';
  children.push(await startChild({ command, args: [conf, ...args], logFile: join(dir, `${name}.log`) }));
  const redis = new Redis({
    port,
    password: settings['requirepass'] ?? 'of-the-administrator',
    tls: { ca: readFileSync(tlsFile('ca.pem')) },
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  });
  redis.on('error', () => undefined);
  await redis.ping();
  return redis;
}

/** What a process that knows the authority gets to hear. */
async function heardFrom(url: string): Promise<string> {
  const script = `
    import { connectRedis, pingRedis } from ${JSON.stringify(CONNECT)};
    const redis = connectRedis(${JSON.stringify(url)}, 10_000);
    await redis.eval("return redis.call('SET', KEYS[1], 'heard')", 1, 'dz:{0}:x');
    await pingRedis(redis);
    console.log(await redis.get('dz:{0}:x'));
    redis.disconnect();
  `;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: tlsFile('ca.pem') };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env,
  });
  return stdout.trim();
}

const user = `user duizhang on >p@ss ${RIGHTS}`;

test('a cluster', async () => {
  const port = String(await freePort());
  const cluster = {
    'tls-port': port,
    'tls-cluster': 'yes',
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-port': String(await freePort()),
    'cluster-announce-ip': '127.0.0.1',
  };
  const redis = await start('cluster', cluster, [user]);
  await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
  await untilTrue(async () => String(await redis.cluster('INFO')).includes('cluster_state:ok'));
  redis.disconnect();
  expect(await heardFrom(`rediss-cluster://duizhang:p%40ss@localhost:${port}`)).toBe('heard');
});

test('a master behind a sentinel', async () => {
  const [port, sentinelPort] = [String(await freePort()), String(await freePort())];
  (await start('master', { 'tls-port': port }, [user])).disconnect();
  const sentinel = await start(
    'sentinel',
    { 'tls-port': sentinelPort, 'tls-replication': 'yes', requirepass: 'of-the-sentinel' },
    [`sentinel monitor window 127.0.0.1 ${port} 1`, 'sentinel auth-pass window of-the-administrator'],
    ['--sentinel'],
  );
  sentinel.disconnect();
  const query = '?sentinelPassword=of-the-sentinel';
  const url = `rediss-sentinel://duizhang:p%40ss@127.0.0.1:${sentinelPort}/window${query}`;
  expect(await heardFrom(url)).toBe('heard');
});
