import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { readRunFile } from '../../adapters/process/runFile.ts';

// `npm start` as a process of its own, and the processes below it.

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;

const started: ChildProcess[] = [];
export type Started = { readonly process: ChildProcess; readonly ended: Promise<Ended> };
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Any command of ./duizhang. */
export function duizhang(env: NodeJS.ProcessEnv, ...args: string[]): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { process: child, ended };
}

export function start(data: string, ...args: string[]): Started {
  return duizhang({ DUIZHANG_DATA: data }, 'start', ...args);
}

/** A test that failed leaves its system running. */
export function killStarted(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** Resolves when a command has said this on stderr. */
export function untilSaid({ process: { stderr }, ended }: Started, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    void ended.then(({ code }) =>
      reject(new Error(`it ended with ${code} and never said "${text}": ${said}`)),
    );
  });
}

export async function untilServing(data: string): Promise<string> {
  await expect.poll(() => readdirSync(data).includes('run.json'), { timeout: 20_000 }).toBe(true);
  return readRunFile(data).apiUrl;
}

export type Process = { readonly pid: number; readonly parent: number; readonly command: string };

/** What a process has started, and what that has started. */
export function descendantsOf(pid: number | undefined): readonly Process[] {
  const all = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => /^ *(\d+) +(\d+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, own, parent, command]) => ({
      pid: Number(own),
      parent: Number(parent),
      command: command ?? '',
    }));
  const below = (parent: number): readonly Process[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid ?? -1);
}

/** Those that still run; one that has ended and is only not waited for yet does not. */
export function stillRunning(processes: readonly Process[]): readonly string[] {
  const pids = processes.map(({ pid }) => String(pid));
  const { stdout } = spawnSync('ps', ['-o', 'pid=,stat=,args=', '-p', pids.join(',')], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => /^ *\d+ +[^Z]/.test(line));
}

/** The running part whose command names this; its guard names it in its arguments, too. */
export function partOf(pid: number | undefined, named: string): Process | undefined {
  return descendantsOf(pid).find(({ command }) => command.includes(named) && !command.includes('guard.mjs'));
}
