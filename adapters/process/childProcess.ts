import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DuizhangError } from '../../domain/errors.ts';

export type Child = {
  /** The program itself, not its guard. */
  readonly pid: number;
  /** Settles when it is gone, with its exit code: 0 after SIGTERM and 1 after another signal that ended it. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL when that does not help within 10 s; resolves when it is gone. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, at once; resolves when it is gone. For tests of what survives it. */
  readonly kill9: () => Promise<void>;
};

export type ChildOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Its output goes here; without one, what it writes to stderr goes to ours. */
  readonly logFile?: string;
};

const MAX_COMPLAINT_CHARS = 1_000;
const GUARD = fileURLToPath(new URL('guard.mjs', import.meta.url));

/**
 * Starts a program that dies with this process, even when this one is killed with -9 (see guard.mjs). It does not keep
 * this process alive.
 * @throws DZ_SYSTEM_CHILD when it cannot be started
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const guard = spawn(process.execPath, [GUARD, options.command, ...options.args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: options.env ?? process.env,
  });
  const [, stdout, stderr, announcement] = guard.stdio;
  const sink = options.logFile === undefined ? null : createWriteStream(options.logFile, { flags: 'a' });
  sink?.on('error', (error) => process.stderr.write(`${options.logFile}: ${error.message}\n`));
  const exited = new Promise<number | null>((resolve) => guard.on('exit', resolve));
  // Output may still arrive after the exit; only when the pipes are closed it is all there.
  guard.on('close', () => sink?.end());

  const pid = await new Promise<number>((resolve, reject) => {
    let complaint = '';
    announcement?.once('data', (line: Buffer) => resolve(Number(line.toString('utf8'))));
    stdout?.on('data', (chunk: Buffer) => sink?.write(chunk));
    stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(0, MAX_COMPLAINT_CHARS);
      (sink ?? process.stderr).write(chunk);
    });
    guard.on('error', reject);
    guard.on('close', (code) =>
      reject(
        new DuizhangError(
          'DZ_SYSTEM_CHILD',
          `${options.command} could not be started: ${complaint.trim() || `exit ${code}`}`,
        ),
      ),
    );
  });

  for (const handle of [guard, ...guard.stdio]) unref(handle);
  let gone = false;
  guard.on('exit', (_, signal) => {
    gone = true;
    // A guard that was killed leaves its program without one, and whoever starts it again would find two.
    if (signal !== null) killIfThere(pid);
  });
  return {
    pid,
    exited,
    stop: async () => {
      guard.ref();
      guard.kill('SIGTERM');
      await exited;
    },
    kill9: async () => {
      guard.ref();
      // A pid that is gone may already be somebody else's.
      if (!gone) process.kill(pid, 'SIGKILL');
      await exited;
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Pipes of a child are sockets; the types of spawn do not say so. */
function unref(handle: object | null | undefined): void {
  if (handle && 'unref' in handle && typeof handle.unref === 'function') handle.unref();
}
