import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DEFAULT_RESOLUTION_RULES } from '../../domain/resolutionPorts.ts';
import { LiveConfig } from './liveConfig.ts';
import { loadConfig } from './loadConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-resolution-'));
const path = join(dir, 'c.yaml');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(defaults: string, own = ''): void {
  writeFileSync(
    path,
    `defaults: { ${defaults} }\nmerchants:\n  - { id: A, name: a, channels: { WECHAT: "1" }${own} }\n`,
  );
}

function rulesOf(defaults: string, own = '') {
  write(defaults, own);
  return loadConfig(path).resolution.get('A');
}

test('without a word the rules are the program’s, and those of the repository’s configuration', () => {
  expect(rulesOf('window: 5m')).toEqual(DEFAULT_RESOLUTION_RULES);
  const config = loadConfig(new URL('../../duizhang.config.yaml', import.meta.url).pathname);
  expect(config.resolution.get('H020')).toEqual(DEFAULT_RESOLUTION_RULES);
  expect(config.resolution.size).toBe(config.merchants.size);
});

test('a merchant’s own word wins over that of all, each amount for itself', () => {
  const all = 'approvals: { from: "100.5", bulkFrom: "200" }, supplementMethods: [CASH, VOUCHER]';
  expect(rulesOf(all)).toEqual({
    approvalFromFen: 10_050n,
    bulkApprovalFromFen: 20_000n,
    supplementMethods: ['CASH', 'VOUCHER'],
  });
  expect(rulesOf(all, ', approvals: { from: "0.01" }, supplementMethods: [TRANSFER]')).toEqual({
    approvalFromFen: 1n,
    bulkApprovalFromFen: 20_000n,
    supplementMethods: ['TRANSFER'],
  });
});

test('never is never, also where all others need a second person', () => {
  const rules = rulesOf('approvals: { from: "1" }', ', approvals: { from: never, bulkFrom: never }');
  expect(rules).toMatchObject({ approvalFromFen: null, bulkApprovalFromFen: null });
});

describe('what is wrong is named', () => {
  test.each([
    ['approvals: { from: "500.001" }', /c\.yaml:1: defaults\.approvals\.from: must be an amount in yuan/],
    ['approvals: { from: "-1" }', /defaults\.approvals\.from: must be an amount in yuan/],
    ['approvals: { from: 500.00 }', /defaults\.approvals\.from: must be string/],
    ['approvals: { form: "1" }', /defaults\.approvals\.form: is not known here/],
    ['supplementMethods: []', /defaults\.supplementMethods: /],
    ['supplementMethods: [cash]', /defaults\.supplementMethods\.0: /],
    ['supplementMethods: [CASH, CASH]', /defaults\.supplementMethods: /],
  ])('%s', (defaults, message) => {
    expect(() => rulesOf(defaults)).toThrow(message);
  });
});

test('a running process follows the rules, and is told to restart for another gateway', () => {
  write('approvals: { from: "1" }');
  const said: string[] = [];
  const live = new LiveConfig(path, {
    onLoaded: (needsRestart) => said.push(`loaded ${needsRestart.join()}`),
    onRefused: (error) => said.push(error.message),
  });
  const { resolution } = live.config;
  write('approvals: { from: "2" }');
  live.look();
  expect(resolution.get('A')?.approvalFromFen).toBe(200n);
  write('window: 5m', ', refunds: { upp: { url: "http://x", keyId: k, keyEnv: K } }');
  live.look();
  expect(said).toEqual(['loaded ', 'loaded refunds']);
});
