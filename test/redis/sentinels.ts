import { Redis } from 'ioredis';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../../adapters/process/childProcess.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { startRedis } from '../services/index.ts';
import type { Shard } from './redisCluster.ts';
import { connectionTo, untilTrue } from './redisCluster.ts';

const DOWN_AFTER_MS = 1_000;
const FAILOVER_WITHIN_MS = 5_000;
const NAMES = ['first', 'second'];

export type Watched = AsyncDisposable & Shard & { readonly url: string };

/** A master, its replica, and the one sentinel whose word is enough. */
export async function startWatched(dir: string): Promise<Watched> {
  const startServer = (name: string, settings: Readonly<Record<string, string>>) =>
    startRedis({ dir: join(dir, name), appendfsync: 'everysec', settings });
  const settings = { 'repl-diskless-sync-delay': '0' };
  const first = await startServer('first', settings);
  const second = await startServer('second', { ...settings, replicaof: `127.0.0.1 ${first.port}` });
  const port = await freePort();
  const conf = join(dir, 'sentinel', 'sentinel.conf');
  await mkdir(join(dir, 'sentinel'));
  await writeFile(
    conf,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor window 127.0.0.1 ${first.port} 1`,
      `sentinel down-after-milliseconds window ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout window ${FAILOVER_WITHIN_MS}`,
      '',
    ].join('\n'),
  );
  const sentinel = await startChild({
    command: process.env['DUIZHANG_REDIS_SERVER'] ?? 'redis-server',
    args: [conf, '--sentinel'],
    logFile: join(dir, 'sentinel.log'),
  });
  const asking = new Redis(`redis://127.0.0.1:${port}`, { retryStrategy: () => 50 });
  asking.on('error', () => undefined);
  const knowsBoth = async (): Promise<boolean> => {
    const said = await asking.call('SENTINEL', 'replicas', 'window').catch(() => []);
    return JSON.stringify(said).includes('"master-link-status","ok"');
  };
  await untilTrue(knowsBoth);
  asking.disconnect();
  const [master, replica] = [first, second].map((server, at) => ({
    dir: join(dir, NAMES[at] ?? ''),
    server,
    redis: connectionTo(server),
  }));
  if (!master || !replica) throw new Error('two servers are two');
  return {
    url: `redis-sentinel://127.0.0.1:${port}/window`,
    master,
    replica,
    async [Symbol.asyncDispose]() {
      for (const { redis } of [master, replica]) redis.disconnect();
      await Promise.all([sentinel.kill9(), first.kill9(), second.kill9()]);
    },
  };
}
