import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DuizhangError } from '../../domain/errors.ts';

export type Child = {
  /** The program itself, not its guard. */
  readonly pid: number;
  /** Exit code, or null when a signal ended it; settles when it is gone. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL when that does not help in time; resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL, at once; resolves when it is gone. For tests of what survives it. */
  kill9(): Promise<void>;
};

export type ChildOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Its output goes here; without one, what it writes to stderr goes to ours. */
  readonly logFile?: string;
};

const GUARD = fileURLToPath(new URL('guard.mjs', import.meta.url));

/**
 * Starts a program that dies with this process, even when this one is killed with -9 (see guard.mjs).
 * @throws DZ_SYSTEM_CHILD when it cannot be started
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const guard = spawn(process.execPath, [GUARD, options.command, ...options.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: options.env ?? process.env,
  });
  const sink = options.logFile === undefined ? null : createWriteStream(options.logFile, { flags: 'a' });
  const exited = new Promise<number | null>((resolve) => guard.on('exit', resolve));
  const pid = await new Promise<number>((resolve, reject) => {
    let head = '';
    const announced = (chunk: Buffer): void => {
      head += chunk.toString('utf8');
      const line = head.indexOf('\n');
      const match = /^guarded (\d+)$/.exec(head.slice(0, line));
      if (line < 0 || !match) return;
      guard.stdout.off('data', announced);
      guard.stdout.on('data', (rest: Buffer) => sink?.write(rest));
      sink?.write(head.slice(line + 1));
      resolve(Number(match[1]));
    };
    guard.stdout.on('data', announced);
    guard.stderr.on('data', (chunk: Buffer) => (sink ?? process.stderr).write(chunk));
    guard.on('error', reject);
    guard.on('exit', (code) =>
      reject(new DuizhangError('DZ_SYSTEM_CHILD', `${options.command} could not be started (exit ${code})`)),
    );
  });
  // The guard's end of our pipe must not keep this process alive.
  guard.unref();
  return {
    pid,
    exited,
    stop: async () => {
      guard.kill('SIGTERM');
      await exited;
      sink?.end();
    },
    kill9: async () => {
      process.kill(pid, 'SIGKILL');
      await exited;
      sink?.end();
    },
  };
}
