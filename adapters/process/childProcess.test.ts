import { Redis } from 'ioredis';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startChild } from './childProcess.ts';
import { startRedis } from './redisServer.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-child-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ESRCH', 'ENOENT'].includes(String(error.code)))
      return false;
    throw error;
  }
}

/** Dead, and not yet collected by the parent that it got when its own died. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return /^State:\s+Z/m.test(status);
}

async function goneWithin(pid: number, ms: number): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until;) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

test('a server that is stopped is gone, and what it acknowledged is there again', async () => {
  const first = await startRedis({ dir, appendfsync: 'always' });
  const client = new Redis(first.url);
  await client.set('a', '1');
  client.disconnect();
  await first.kill9();
  expect(isAlive(first.pid)).toBe(false);
  const second = await startRedis({ dir, appendfsync: 'always' });
  const again = new Redis(second.url);
  expect(await again.get('a')).toBe('1');
  again.disconnect();
  await second.stop();
  expect(isAlive(second.pid)).toBe(false);
});

test('a child dies within seconds when its parent is killed with -9', async () => {
  const script = `
    import { startRedis } from ${JSON.stringify(new URL('redisServer.ts', import.meta.url).href)};
    const server = await startRedis({ dir: ${JSON.stringify(dir)}, appendfsync: 'everysec' });
    console.log(server.pid);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (chunk) => resolve(Number(chunk))),
  );
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  expect(await goneWithin(pid, 2_000)).toBe(true);
});

test('a child that ignores SIGTERM dies with its parent all the same', async () => {
  const stubborn = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000);";
  const script = `
    import { startChild } from ${JSON.stringify(new URL('childProcess.ts', import.meta.url).href)};
    const child = await startChild({ command: process.execPath, args: ['-e', ${JSON.stringify(stubborn)}] });
    console.log(child.pid);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (chunk) => resolve(Number(chunk))),
  );
  // Long enough for its handler to be in place.
  await new Promise((resolve) => setTimeout(resolve, 300));
  parent.kill('SIGKILL');
  expect(await goneWithin(pid, 2_000)).toBe(true);
});

test('a parent that has nothing left to do ends, and its child with it', async () => {
  const script = `
    import { startChild } from ${JSON.stringify(new URL('childProcess.ts', import.meta.url).href)};
    const child = await startChild({ command: 'sleep', args: ['60'] });
    console.log(child.pid);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => parent.once('exit', resolve));
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (chunk) => resolve(Number(chunk))),
  );
  expect(await ended).toBe(0);
  expect(await goneWithin(pid, 2_000)).toBe(true);
});

test('what a child says before it ends is in its log, and stopping it twice is fine', async () => {
  const logFile = join(dir, 'child.log');
  const child = await startChild({
    command: 'sh',
    args: ['-c', 'echo hello; echo sorry >&2; exit 7'],
    logFile,
  });
  expect(await child.exited).toBe(7);
  await child.stop();
  await child.kill9();
  await expect.poll(() => readFile(logFile, 'utf8')).toMatch(/^(hello\nsorry|sorry\nhello)\n$/);
});

test('a program that does not exist is named', async () => {
  await expect(startChild({ command: 'no-such-program', args: [], logFile: join(dir, 'x') })).rejects.toThrow(
    /no-such-program could not be started: .*ENOENT/,
  );
});

test.runIf(process.platform === 'linux')(
  'a child whose guard is killed with -9 is taken down with it',
  async () => {
    const child = await startChild({ command: 'sleep', args: ['60'] });
    const parentLine = /^PPid:\s+(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'));
    process.kill(Number(parentLine?.[1]), 'SIGKILL');
    await child.exited;
    expect(await goneWithin(child.pid, 2_000)).toBe(true);
  },
);
