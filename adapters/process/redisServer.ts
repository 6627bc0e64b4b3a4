import { Redis } from 'ioredis';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';
import type { Child, ChildOptions } from './childProcess.ts';
import { startChild } from './childProcess.ts';
import { freePort } from './freePort.ts';
import { untilUp } from './untilUp.ts';

export type RedisServer = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Child['exited'];
  readonly stop: Child['stop'];
  readonly kill9: Child['kill9'];
};

export type RedisServerOptions = {
  /** Where its append-only file lies. */
  readonly dir: string;
  /** `always`: an acknowledged write survives a power cut. `everysec`: up to a second may be lost. */
  readonly appendfsync: 'always' | 'everysec';
  readonly port?: number;
  /** Further settings, of a member of a cluster for one. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What it says; default: redis.log beside its file. */
  readonly logFile?: string;
  /** What runs it; default: a program of this machine. */
  readonly launch?: (options: ChildOptions & { readonly logFile: string }) => Promise<Child>;
};

const READY_WITHIN_MS = 30_000;

/** A redis-server of our own on 127.0.0.1, that dies with this process. Resolves when it answers. */
export async function startRedis(options: RedisServerOptions): Promise<RedisServer> {
  mkdirSync(options.dir, { recursive: true });
  const port = options.port ?? (await freePort());
  const settings: Readonly<Record<string, string>> = {
    port: String(port),
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    dir: options.dir,
    appendonly: 'yes',
    appendfsync: options.appendfsync,
    save: '',
    // Young slot hashes would be scanned linearly, and matched sets must stay intsets (see adapters/redis/window).
    'hash-max-listpack-entries': '16',
    'set-max-intset-entries': '16384',
    'maxmemory-policy': 'noeviction',
    ...options.settings,
  };
  const logFile = options.logFile ?? join(options.dir, 'redis.log');
  const child = await (options.launch ?? startChild)({
    command: process.env['DUIZHANG_REDIS_SERVER'] ?? 'redis-server',
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    logFile,
  });
  const url = `redis://127.0.0.1:${port}`;
  await untilItAnswers(url, child, logFile);
  return { url, port, pid: child.pid, exited: child.exited, stop: child.stop, kill9: child.kill9 };
}

async function untilItAnswers(url: string, child: Child, logFile: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  try {
    if (!(await untilUp(child, () => answers(client), READY_WITHIN_MS)))
      throw new DuizhangError('DZ_SYSTEM_REDIS', `redis-server did not come up; its log is ${logFile}`);
  } finally {
    client.disconnect();
  }
}

/** A server that still loads its file answers LOADING. */
async function answers(client: Redis): Promise<boolean> {
  const reply = client.ping().catch((error: Error) => error.message);
  const late = new Promise<string>((resolve) => setTimeout(resolve, 250, 'late'));
  return (await Promise.race([reply, late])) === 'PONG';
}
