import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from './loadConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-alerts-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const MERCHANT = 'merchants:\n  - { id: A, name: a, channels: { WECHAT: "1" } }\n';

function load(alerts: string) {
  const path = join(dir, 'c.yaml');
  writeFileSync(path, `${MERCHANT}${alerts}`);
  return loadConfig(path).alerts;
}

const CONTACTS = `alerts:
  contacts:
    duty: { type: dingtalk, keyEnv: DING_TOKEN, signEnv: DING_SIGN }
    chief: { type: email, host: mail.example.cn, from: dz@example.cn, to: [chief@example.cn] }
`;

test('without a word of it nobody outside is told', () => {
  expect(load('')).toBeNull();
});

test('routes have steps, and the quiet hours of all where they say nothing else', () => {
  const alerts = load(`${CONTACTS}  quietHours: { from: '22:00', to: '07:00' }
  routes:
    - merchants: [A]
      severities: [CRITICAL]
      kinds: [FEED_SILENT]
      steps: [{ to: [duty] }, { to: [duty, chief], after: 10m }]
    - { steps: [{ to: [duty] }], quietHours: { from: '12:30', to: '13:00', below: WARNING } }
`);
  expect(alerts?.routes).toEqual([
    {
      merchants: new Set(['A']),
      severities: new Set(['CRITICAL']),
      kinds: new Set(['FEED_SILENT']),
      steps: [
        { to: ['duty'], afterMs: 0 },
        { to: ['duty', 'chief'], afterMs: 600_000 },
      ],
      quietHours: { fromMinute: 1320, toMinute: 420, below: 'CRITICAL' },
    },
    {
      merchants: null,
      severities: null,
      kinds: null,
      steps: [{ to: ['duty'], afterMs: 0 }],
      quietHours: { fromMinute: 750, toMinute: 780, below: 'WARNING' },
    },
  ]);
});

test.each([
  [
    'a contact that is not there',
    '[{ steps: [{ to: [dutty] }] }]',
    /routes\.0\.steps\.0\.to: there is no contact dutty; alerts\.contacts has duty, chief/,
  ],
  [
    'a merchant that is not there',
    '[{ merchants: [B], steps: [{ to: [duty] }] }]',
    /routes\.0\.merchants: there is no merchant B/,
  ],
  [
    'a bad duration',
    '[{ steps: [{ to: [duty] }, { to: [chief], after: soon }] }]',
    /steps\.1\.after: must be a duration like 30s, 5m or 24h/,
  ],
  ['a step without its time', '[{ steps: [{ to: [duty] }, { to: [chief] }] }]', /steps\.1: lacks after/],
  [
    'a first step that waits',
    '[{ steps: [{ to: [duty], after: 1m }] }]',
    /steps\.0\.after: the first step is told at once/,
  ],
  [
    'steps out of order',
    '[{ steps: [{ to: [duty] }, { to: [chief], after: 9m }, { to: [duty], after: 5m }] }]',
    /steps\.2\.after: must be longer/,
  ],
  [
    'an unknown severity',
    '[{ severities: [BAD], steps: [{ to: [duty] }] }]',
    /severities\.0: must be one of NOTICE, WARNING, CRITICAL/,
  ],
  [
    'quiet hours of no length',
    "[{ steps: [{ to: [duty] }], quietHours: { from: '07:00', to: '07:00' } }]",
    /quietHours: from and to must differ/,
  ],
  [
    'a time of day that is none',
    "[{ steps: [{ to: [duty] }], quietHours: { from: '24:00', to: '07:00' } }]",
    /quietHours\.from: must be a time of day like 12:00/,
  ],
])('%s is told with its place', (_, routes, message) => {
  expect(() => load(`${CONTACTS}  routes: ${routes}\n`)).toThrow(message);
});

test.each([
  ['{ type: sms }', /contacts\.x\.type: must be one of dingtalk, wecom, feishu, webhook, email/],
  ['{ type: wecom }', /contacts\.x: name its key with keyFile or keyEnv/],
  ['{ type: wecom, keyEnv: K, signEnv: S }', /contacts\.x\.signEnv: is not known of wecom/],
  ['{ type: webhook, keyEnv: K }', /contacts\.x: webhook lacks url/],
  ['{ type: webhook, url: "http://example.cn/x", keyEnv: K }', /contacts\.x\.url: must be an https address/],
  ['{ type: email, host: h, from: a@b.cn }', /contacts\.x: email lacks to/],
  ['{ type: email, host: h, from: a@b.cn, to: [nobody] }', /contacts\.x\.to\.0: must be an e-mail address/],
  ['{ type: email, host: h, from: a@b.cn, to: [a@b.cn], keyEnv: K }', /contacts\.x\.user: lacks/],
  [
    '{ type: dingtalk, keyEnv: K, signEnv: S, signFile: F }',
    /contacts\.x: name signFile or signEnv, not both/,
  ],
])('a contact %s is refused', (contact, message) => {
  expect(() => load(`alerts: { contacts: { x: ${contact} }, routes: [] }\n`)).toThrow(message);
});
