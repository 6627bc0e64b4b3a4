import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LiveConfig } from './liveConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-live-'));
const path = join(dir, 'c.yaml');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(ids: readonly string[], more = ''): void {
  const merchants = ids.map((id) => `  - { id: ${id}, name: a, channels: { WECHAT: "1" } }\n`);
  writeFileSync(path, `${more}merchants:\n${merchants.join('')}`);
}

test('hospitals follow the file; what is wrong or needs a restart is said, and what held still holds', () => {
  const said: string[] = [];
  write(['A']);
  const live = new LiveConfig(path, {
    onLoaded: (needsRestart) => said.push(`loaded ${needsRestart.join()}`),
    onRefused: (error) => said.push(error.message),
  });
  const { merchants } = live.config;
  live.look();
  expect(said).toEqual([]);
  write(['A', 'B']);
  live.look();
  live.look();
  expect([said, [...merchants.keys()]]).toEqual([['loaded '], ['A', 'B']]);
  writeFileSync(path, 'merchants: []\n');
  live.look();
  live.look();
  expect(said.slice(1)).toEqual([expect.stringContaining('c.yaml:1: merchants')]);
  expect([...merchants.keys()]).toEqual(['A', 'B']);
  write(['C'], 'slots: 8\n');
  live.look();
  expect([said[2], [...merchants.keys()], live.config.slots]).toEqual(['loaded slots', ['C'], 16]);
});
