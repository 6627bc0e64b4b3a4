import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DEFAULT_ALERT_RULES } from '../../domain/alertRules.ts';
import { LiveConfig } from './liveConfig.ts';
import { loadConfig } from './loadConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-alert-rules-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(rules: string, own: string): string {
  const path = join(dir, 'c.yaml');
  writeFileSync(
    path,
    `${rules === '' ? '' : `alerts:\n  rules: ${rules}\n`}merchants:
  - { id: A, name: a, channels: { WECHAT: "1" }${own === '' ? '' : `, alertRules: ${own}`} }
  - { id: B, name: b, channels: { WECHAT: "2" } }
`,
  );
  return path;
}

const load = (rules: string, own = '') => loadConfig(write(rules, own));

test('without a word the defaults hold, for every hospital and for what is of none', () => {
  const { alertRules, alerts } = load('');
  expect([...alertRules]).toEqual(['', 'A', 'B'].map((id) => [id, DEFAULT_ALERT_RULES]));
  expect(alerts).toBeNull();
});

test('the defaults that the configuration of the repository describes are those that hold', () => {
  const text = readFileSync(new URL('../../duizhang.config.yaml', import.meta.url), 'utf8');
  const [, block = ''] = /^# alerts:\n#   rules:\n((?:#     .*\n)+)/m.exec(text) ?? [];
  const path = join(dir, 'described.yaml');
  const rules = block.replaceAll(/^# /gm, '');
  writeFileSync(
    path,
    `alerts:\n  rules:\n${rules}merchants: [{ id: A, name: a, channels: { WECHAT: "1" } }]\n`,
  );
  const hours = (of: number) => ({ atMs: of * 3_600_000 });
  expect(loadConfig(path).alertRules.get('A')).toEqual({
    ...DEFAULT_ALERT_RULES,
    closedBy: hours(18.5),
    billBy: hours(12),
  });
});

test('a hospital has its own rules, else those of all, else the defaults, number by number', () => {
  const { alertRules, alerts } = load(
    `{ criticalYuan: '8000.00', age: 4h, matchRate: { below: 0.8, within: 30m }, billBy: '11:15', deadLetters: 5 }`,
    `{ criticalOrders: 3, age: off, matchRate: { belowUsualBy: 0.2 }, closedBy: '10:30', feedSilence: 2m, refundStuck: off, ordersWithin: off }`,
  );
  const ofAll = {
    ...DEFAULT_ALERT_RULES,
    criticalFen: 800_000n,
    ageMs: 4 * 3_600_000,
    matchRate: { below: 0.8, belowUsualBy: 0.05, atLeastOrders: 50, withinMs: 30 * 60_000 },
    billBy: { atMs: (11 * 60 + 15) * 60_000 },
    deadLetters: 5,
  };
  expect(alertRules.get('B')).toEqual(ofAll);
  expect(alertRules.get('')).toEqual(ofAll);
  expect(alertRules.get('A')).toEqual({
    ...ofAll,
    criticalOrders: 3,
    ageMs: null,
    matchRate: { ...ofAll.matchRate, belowUsualBy: 0.2 },
    closedBy: { atMs: (10 * 60 + 30) * 60_000 },
    feedSilence: { leastMs: 120_000 },
    refundStuckMs: null,
    ordersWithin: null,
  });
  // Rules alone tell nobody outside.
  expect(alerts).toBeNull();
});

test('what is off for all can be on for one', () => {
  const { alertRules } = load('{ matchRate: off, feedSilence: off }', '{ matchRate: { below: 0.7 } }');
  expect(alertRules.get('B')).toMatchObject({ matchRate: null, feedSilence: null });
  expect(alertRules.get('A')?.matchRate).toEqual({ ...DEFAULT_ALERT_RULES.matchRate, below: 0.7 });
});

test.each([
  [
    'an amount that is none',
    "{ criticalYuan: 'a lot' }",
    '',
    "criticalYuan: must be an amount in yuan like '500.00'",
  ],
  ['a word for a duration', '{ age: long }', '', 'age: must be a duration like 30s, 5m or 24h, or off'],
  ['no time at all', '{ refundStuck: 0m }', '', 'refundStuck: must be longer than nothing; off turns it off'],
  [
    'a time that is no time of day',
    "{ closedBy: '25:00' }",
    '',
    "closedBy: must be a time of day like '10:30', or off",
  ],
  ['a share beyond one', '{ matchRate: { below: 98 } }', '', 'matchRate'],
  [
    'an hour that is a week',
    '{ matchRate: { within: 7d } }',
    '',
    'matchRate.within: must lie between 1m and 12h',
  ],
  [
    'a count within nothing',
    '{ ordersWithin: { orders: 5, within: 0s } }',
    '',
    'ordersWithin: must be longer',
  ],
  ['a count without its time', '{ ordersWithin: { orders: 5 } }', '', 'ordersWithin'],
  ['a rule that is not known', '{ loud: yes }', '', 'alerts.rules'],
  ["a hospital's dead letters", '', '{ deadLetters: 3 }', 'merchants.0.alertRules'],
  ["a hospital's wrong time", '', '{ age: 0s }', 'merchants.0.alertRules.age'],
])('%s is refused with its place', (_, rules, own, said) => {
  expect(() => load(rules, own)).toThrow(
    expect.objectContaining({ code: 'DZ_CONFIG_INVALID', message: expect.stringContaining(said) }),
  );
  expect(() => load(rules, own)).toThrow(/c\.yaml:\d+: /);
});

test('contacts without routes, routes without contacts and quiet hours of nothing are refused', () => {
  const path = join(dir, 'd.yaml');
  const merchants = 'merchants:\n  - { id: A, name: a, channels: { WECHAT: "1" } }\n';
  for (const [alerts, said] of [
    ['{ contacts: { x: { type: wecom, keyEnv: K } } }', 'lacks routes'],
    ['{ routes: [{ steps: [{ to: [x] }] }] }', 'lacks contacts'],
    ["{ quietHours: { from: '22:00', to: '07:00' } }", 'alerts.quietHours'],
  ] as const) {
    writeFileSync(path, `alerts: ${alerts}\n${merchants}`);
    expect(() => loadConfig(path)).toThrow(said);
  }
});

test('rules follow the file while the program runs', () => {
  const path = write('{ criticalOrders: 4 }', '');
  const changed: (readonly string[])[] = [];
  const live = new LiveConfig(path, {
    onLoaded: (_, { merchants }) => changed.push(merchants),
    onRefused: (error) => {
      throw error;
    },
  });
  const { alertRules } = live.config;
  write('{ criticalOrders: 4 }', '{ criticalOrders: 9 }');
  live.look();
  expect([alertRules.get('A')?.criticalOrders, alertRules.get('B')?.criticalOrders]).toEqual([9, 4]);
  expect(changed).toEqual([['A']]);
});
