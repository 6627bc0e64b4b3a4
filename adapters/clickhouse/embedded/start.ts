import { spawn as spawnProcess } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DuizhangError } from '../../../domain/errors.ts';
import { siblingModule } from '../../process/siblingModule.ts';

export type Engine = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Lets running queries finish; resolves when the process is gone. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
};

/** Starts a Node process on a module with arguments; stdin, stdout and stderr must be pipes. */
export type SpawnNode = (modulePath: string, args: readonly string[], env: NodeJS.ProcessEnv) => ChildProcess;

const ENGINE_MODULE = fileURLToPath(siblingModule(import.meta.url, './engineProcess'));
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
/** libuv threads: one for each query that runs at once (see LANES in engine.ts) and a few for files. */
const THREADS = '14';

/**
 * Starts the embedded ClickHouse engine on a folder, listening on 127.0.0.1; it ends with this process.
 * @param options.port 0 or absent: a free one
 * @param options.configPath what a server's config.xml may say
 * @throws DZ_SYSTEM_CLICKHOUSE_START when the engine does not come up; the message carries its last words
 */
export async function startEngine(options: {
  readonly dir: string;
  readonly port?: number;
  readonly configPath?: string;
  readonly spawn?: SpawnNode;
}): Promise<Engine> {
  const args = ['--dir', options.dir, '--port', String(options.port ?? 0)];
  if (options.configPath !== undefined) args.push('--config', options.configPath);
  const child = (options.spawn ?? spawnNode)(ENGINE_MODULE, args, {
    ...process.env,
    UV_THREADPOOL_SIZE: THREADS,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const port = await untilReady(child, options.dir);
  const pid = child.pid;
  if (pid === undefined) throw startFailed(options.dir, 'it has no process id');
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid,
    async stop() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(force);
    },
    async kill9() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function spawnNode(modulePath: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawnProcess(process.execPath, [modulePath, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** The engine says `ready <port>` on its standard output. */
function untilReady(child: ChildProcess, dir: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    let lastWords = '';
    const timeout = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`it was not ready within ${START_TIMEOUT_MS / 1000} s`);
    }, START_TIMEOUT_MS);
    function fail(reason: string, cause?: unknown): void {
      clearTimeout(timeout);
      reject(startFailed(dir, `${reason}${lastWords === '' ? '' : `: ${lastWords.trim()}`}`, cause));
    }
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-2000);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-200);
      const ready = /^ready (\d+)$/m.exec(said);
      if (!ready) return;
      clearTimeout(timeout);
      resolve(Number(ready[1]));
    });
    child.once('error', (error) => fail('it cannot be run', error));
    // "close" and not "exit": the last words have been read then.
    child.once('close', (code, signal) => fail(`it ended with ${signal ?? code}`));
  });
}

function startFailed(dir: string, reason: string, cause?: unknown): DuizhangError {
  return new DuizhangError(
    'DZ_SYSTEM_CLICKHOUSE_START',
    `the ClickHouse engine on ${dir} did not start: ${reason}`,
    { cause },
  );
}
