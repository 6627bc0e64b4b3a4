import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ConfigChange } from './liveConfig.ts';
import { LiveConfig } from './liveConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-live-'));
const path = join(dir, 'c.yaml');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(ids: readonly string[], more = ''): void {
  const merchants = ids.map((id) => `  - { id: ${id}, name: a, channels: { WECHAT: "1" } }\n`);
  writeFileSync(path, `${more}merchants:\n${merchants.join('')}`);
}

test('a change names the hospitals that came, went or are otherwise now, and the file before and after', () => {
  const changes: ConfigChange[] = [];
  const books =
    'books: { merchant: [{ orderNo: 号, amount: { column: 额, unit: yuan }, time: { column: 时 }, kind: PAYMENT }] }';
  const write = (...lines: string[]): string => {
    const text = `merchants:\n${lines.map((line) => `  - { ${line} }\n`).join('')}`;
    writeFileSync(path, text);
    return hash('sha256', text, 'hex');
  };
  const line = (id: string, more = ''): string => `id: ${id}, name: a, channels: { WECHAT: "1" }${more}`;
  const before = write(line('A', `, ${books}`), line('B'), line('C'));
  const live = new LiveConfig(path, {
    onLoaded: (_, change) => changes.push(change),
    onRefused: () => undefined,
  });
  const after = write(line('A', `, ${books}`), line('B', ', rules: { window: 9m }'), line('D'));
  live.look();
  expect(changes).toEqual([{ before, after, merchants: ['B', 'C', 'D'], settings: [] }]);
});

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

test('whom alerts are told to holds from the next start on, and that is said', () => {
  const said: string[] = [];
  const alerts = (to: string): string =>
    `alerts: { contacts: { a: { type: wecom, keyEnv: A }, b: { type: wecom, keyEnv: B } }, routes: [{ merchants: [${to}], steps: [{ to: [a] }] }] }\n`;
  write(['A', 'B'], alerts('A'));
  const live = new LiveConfig(path, {
    onLoaded: (needsRestart) => said.push(needsRestart.join()),
    onRefused: (error) => said.push(error.message),
  });
  write(['A', 'B'], alerts('B'));
  live.look();
  expect(said).toEqual(['alerts']);
});
