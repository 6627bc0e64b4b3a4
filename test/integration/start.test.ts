import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { descendantsOf, killStarted, start, stillRunning, untilServing } from './startHarness.ts';

const SMALL_DAY = ['--seconds', '8', '--merchants', '1', '--orders', '300'];

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-start-'));
});
afterAll(async () => {
  killStarted();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

test('a day is played, closed and found whole; started again, the folder tells it from its ledger', async () => {
  const data = join(dir, 'day');
  const first = await start(data, '--once', ...SMALL_DAY).ended;
  expect(first.stderr).not.toContain('DZ_');
  expect(first.stdout).toMatch(/three-way +recall 1\.000 +precision 1\.000/);
  expect(first.code).toBe(0);

  const again = await start(data, '--once').ended;
  expect(again).toMatchObject({ code: 0, stdout: first.stdout });
  const other = await start(data, '--once', '--orders', '301').ended;
  expect(other.code).toBe(2);
  expect(other.stderr).toMatch(/DZ_DEMO_OTHER: .*--fresh/);
});

test('a day that was broken off with -9 goes on where it stood', async () => {
  const data = join(dir, 'broken');
  const first = start(data, ...SMALL_DAY);
  await untilServing(data);
  await pause(2_000);
  const children = descendantsOf(first.process.pid);
  expect(children.length).toBeGreaterThanOrEqual(5);
  first.process.kill('SIGKILL');
  await expect.poll(() => stillRunning(children), { timeout: 5_000 }).toEqual([]);

  const rest = await start(data, '--once', '--seconds', '4').ended;
  expect(rest.stdout).toMatch(/three-way +recall 1\.000 +precision 1\.000/);
  expect(rest.code).toBe(0);
}, 90_000);

test('a running system is alone on its folder, heals what is killed, and leaves in order', async () => {
  const data = join(dir, 'serving');
  const serving = start(data, '--no-demo');
  const api = await untilServing(data);

  const second = await start(data, '--no-demo').ended;
  expect(second.code).toBe(2);
  expect(second.stderr).toMatch(/^DZ_DATA_IN_USE: .*in use by process \d+.*\n$/);

  const children = descendantsOf(serving.process.pid);
  expect(children.filter(({ command }) => command.includes('outsideMain.ts'))).toEqual([]);
  for (const part of ['redis-server', 'pipeline/main.ts', 'engineProcess.ts']) {
    // The guard of a child names it in its arguments, too.
    const victim = children.find(({ command }) => command.includes(part) && !command.includes('guard.mjs'));
    expect(victim, part).toBeDefined();
    if (victim) process.kill(victim.pid, 'SIGKILL');
  }
  await pause(100);
  await expect
    .poll(() => fetch(`${api}/readyz`).then((answer) => answer.status), { timeout: 15_000, interval: 200 })
    .toBe(200);
  expect((await fetch(`${api}/metrics`).then((answer) => answer.text())).match(/^duizhang_\w+/gm)).toEqual(
    expect.arrayContaining([
      'duizhang_http_request_seconds_bucket',
      'duizhang_pipeline_process_start_time_seconds',
    ]),
  );

  const healed = descendantsOf(serving.process.pid);
  serving.process.kill('SIGINT');
  const { code, stderr } = await serving.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/ledger ended \(its log: .*ledger\.log\); it is started again/);
  expect(stillRunning(healed)).toEqual([]);
  expect(readdirSync(data)).not.toContain('run.json');
});

test.each([
  [
    ['--merchants', '21'],
    /the configuration knows 20 hospitals; more are a few lines in duizhang\.config\.yaml/,
  ],
  [['--seconds', 'ten'], /--seconds must be a whole number from 1 to 86400, not "ten"/],
  [['--no-demo', '--orders', '5'], /--orders is about the demo day/],
  [['--quick'], /there is no option --quick/],
])('what cannot be done is said in a sentence: %o', async (args, sentence) => {
  const { code, stdout, stderr } = await start(join(dir, 'never'), ...args).ended;
  expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({
    code: 2,
    stdout: '',
    lines: 1,
  });
  expect(stderr).toMatch(sentence);
});

test('only a folder of ours is emptied', async () => {
  const data = join(dir, 'foreign');
  mkdirSync(data);
  writeFileSync(join(data, 'thesis.txt'), 'precious');
  const { code, stderr } = await start(data, '--fresh').ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^DZ_DATA_FOREIGN: /);
  expect(readdirSync(data)).toEqual(['thesis.txt']);
});
