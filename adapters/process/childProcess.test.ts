import { Redis } from 'ioredis';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRedis } from './redisServer.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-child-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
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
  expect(await goneWithin(pid, 5_000)).toBe(true);
});
