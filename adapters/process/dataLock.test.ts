import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDir } from './dataLock.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a second holder is refused with the first one’s pid, and may come when it has left', async () => {
  const lock = await lockDataDir(dir);
  await expect(lockDataDir(dir)).rejects.toThrow(new RegExp(`in use by process ${process.pid}`));
  await lock.release();
  await (await lockDataDir(dir)).release();
});

test('a holder that was killed with -9 holds nothing', async () => {
  const script = `
    import { lockDataDir } from ${JSON.stringify(new URL('dataLock.ts', import.meta.url).href)};
    await lockDataDir(${JSON.stringify(dir)});
    console.log('held');
    setInterval(() => undefined, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  await expect(lockDataDir(dir)).rejects.toThrow(/in use by process/);
  holder.kill('SIGKILL');
  await new Promise((resolve) => holder.once('exit', resolve));
  await (await lockDataDir(dir)).release();
});
