import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Json } from '../../domain/canonicalJson.ts';
import type { ConfigChange, SettingsNow } from './liveConfig.ts';
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
  expect(changes).toEqual([{ before, after, revisions: [0, 0], merchants: ['B', 'C', 'D'], settings: [] }]);
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

const ALERTS = (to: string, more = ''): string =>
  `alerts: { contacts: { a: { type: wecom, keyEnv: A }, b: { type: wecom, keyEnv: B }${more} }, routes: [{ merchants: [${to}], steps: [{ to: [a] }] }] }\n`;

test('routes of alerts follow the file; whom they can lead to holds from the next start on, and that is said', () => {
  const said: string[] = [];
  write(['A', 'B'], ALERTS('A'));
  const live = new LiveConfig(path, {
    onLoaded: (needsRestart) => said.push(needsRestart.join()),
    onRefused: (error) => said.push(error.message),
  });
  const routes = live.config.alerts?.routes;
  const told = () => routes?.map(({ merchants }) => [...(merchants ?? [])]);
  write(['A', 'B'], ALERTS('B'));
  live.look();
  expect([said, told()]).toEqual([[''], [['B']]]);
  write(['A', 'B'], ALERTS('A', ', c: { type: wecom, keyEnv: C }'));
  live.look();
  expect([said, told()]).toEqual([['', 'alerts'], [['B']]]);
});

const set = (revision: number, values: Readonly<Record<string, Json>>): SettingsNow => ({
  revision,
  changeId: `change ${revision}`,
  overlay: new Map(
    Object.entries(values).map(([at, value]) => [
      at,
      { value, fileValue: null, by: 'chen', atMs: 0, reason: 'r', revision },
    ]),
  ),
});

test('what is set in the console counts over the file, through changes of the file, until it is taken back', () => {
  const said: unknown[] = [];
  write(['A', 'B']);
  const live = new LiveConfig(path, {
    onLoaded: (_, { revisions, merchants }) => said.push([revisions, merchants]),
    onRefused: (error) => said.push(error.message),
  });
  const { merchants } = live.config;
  const windowOf = (id: string): number | undefined => merchants.get(id)?.rules.windowMs;
  live.use(set(1, { '/merchants/A/rules/window': '9m', '/merchants/GONE/name': 'x' }));
  expect([windowOf('A'), windowOf('B')]).toEqual([540_000, 300_000]);
  write(['A', 'B'], 'defaults: { window: 7m }\n');
  live.look();
  expect([windowOf('A'), windowOf('B')]).toEqual([540_000, 420_000]);
  live.use(set(2, {}));
  expect([windowOf('A'), windowOf('B'), live.revision]).toEqual([420_000, 420_000, 2]);
  expect(said).toEqual([
    [[0, 1], ['A']],
    [[1, 1], ['B']],
    [[1, 2], ['A']],
  ]);
});

test('a file that no longer fits what is set in the console is refused with the place and who set it', () => {
  const said: string[] = [];
  write(['A', 'B'], ALERTS('A'));
  const options = { onLoaded: () => undefined, onRefused: (error: Error) => said.push(error.message) };
  const routes = [{ steps: [{ to: ['b'] }] }];
  const live = new LiveConfig(path, options, set(1, { '/alerts/routes': routes }));
  write(['A', 'C'], ALERTS('A').replace(', b: { type: wecom, keyEnv: B }', ''));
  live.look();
  expect(said).toEqual([
    expect.stringMatching(
      /c\.yaml:1: alerts\.routes\.0\.steps\.0\.to: there is no contact b.*set in the console by chen/,
    ),
  ]);
  expect([...live.config.merchants.keys()]).toEqual(['A', 'B']);
});
