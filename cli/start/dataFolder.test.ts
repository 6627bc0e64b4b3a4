import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDataFolder } from './dataFolder.ts';
import type { DemoRecord } from './demoRecord.ts';
import { demoOf, writeDemoRecord } from './demoRecord.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-folder-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a folder is made, kept as it is, and emptied when it is to be fresh', async () => {
  const data = join(dir, 'new');
  await (await openDataFolder(data, true)).release();
  writeFileSync(join(data, 'demo.json'), '{}');
  await (await openDataFolder(data, false)).release();
  expect(readdirSync(data)).toContain('demo.json');
  await (await openDataFolder(data, true)).release();
  expect(readdirSync(data).sort()).toEqual(['duizhang-data.json', 'logs']);
});

test('a folder that is in use is not emptied', async () => {
  const data = join(dir, 'used');
  const lock = await openDataFolder(data, false);
  writeFileSync(join(data, 'demo.json'), '{}');
  await expect(openDataFolder(data, true)).rejects.toThrow(/in use by process/);
  expect(readdirSync(data)).toContain('demo.json');
  await lock.release();
});

test('a folder of somebody else is not touched', async () => {
  const data = join(dir, 'foreign');
  mkdirSync(data);
  writeFileSync(join(data, 'thesis.txt'), 'precious');
  await expect(openDataFolder(data, true)).rejects.toMatchObject({ code: 'DZ_DATA_FOREIGN' });
  expect(readdirSync(data)).toEqual(['thesis.txt']);
});

test('a demo day is yesterday in Shanghai, goes on as it was begun, and is not mixed with another', () => {
  const data = join(dir, 'demo');
  mkdirSync(data);
  const options = { seed: 1, merchants: 3, orders: 5_000 };
  const evening = Date.parse('2026-03-10T17:30:00Z');
  const midnight = Date.parse('2026-03-10T16:10:00Z');
  expect(demoOf(data, options, {}, midnight).date).toBe('2026-03-09');
  expect(demoOf(data, options, {}, evening)).toEqual({ options, date: '2026-03-10', fed: 0, closed: false });
  const begun: DemoRecord = { options: { ...options, seed: 7 }, date: '2026-03-01', fed: 9, closed: false };
  writeDemoRecord(data, begun);
  expect(demoOf(data, options, {}, evening)).toEqual(begun);
  expect(demoOf(data, { ...options, seed: 7 }, { seed: 7 }, evening)).toEqual(begun);
  expect(() => demoOf(data, options, { seed: 1 }, evening)).toThrow(/--seed 7.*--fresh/);
});
