import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from './loadConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function load(text: string) {
  const path = join(dir, 'c.yaml');
  writeFileSync(path, text);
  return loadConfig(path);
}

test('the configuration of the repository knows H001 to H020', () => {
  const config = loadConfig(new URL('../../duizhang.config.yaml', import.meta.url).pathname);
  expect([...config.merchants.keys()]).toEqual(
    Array.from({ length: 20 }, (_, i) => `H${String(i + 1).padStart(3, '0')}`),
  );
  expect(config.merchants.get('H001')).toMatchObject({
    mode: 'THREE_WAY',
    rules: { windowMs: 300_000, crossDayMarginMs: 1_800_000, crossDayDays: 7, cutOffMs: 0 },
    graceMs: 600_000,
    channels: [
      { channel: 'WECHAT', merchantNo: '1900000001' },
      { channel: 'ALIPAY', merchantNo: '2088000000000001' },
      { channel: 'UNIONPAY', merchantNo: '777000000000001' },
    ],
  });
});

test('a merchant’s own rules win over the defaults', () => {
  const config = load(
    'defaults: { window: 5m, cutOff: -1h }\nmerchants:\n  - { id: A, name: a, channels: { WECHAT: "1" }, rules: { window: 90s } }\n',
  );
  expect(config.merchants.get('A')?.rules).toMatchObject({ windowMs: 90_000, cutOffMs: -3_600_000 });
});

test('a merchant’s own schedule wins over that of all', () => {
  const config = load(
    'schedule: { at: "09:30" }\nmerchants:\n  - { id: A, name: a, channels: { WECHAT: "1" }, schedule: { billPatience: 90m } }\n',
  );
  expect(config.merchants.get('A')?.schedule).toEqual({ atMs: 34_200_000, billPatienceMs: 5_400_000 });
});

test('a hospital’s books say how its own files are read', () => {
  const books =
    'books: { merchant: { orderNo: no, amount: { column: fee, unit: fen }, time: { column: t, pattern: yyyy-MM }, kind: SIGN } }';
  const text = `merchants:\n  - id: A\n    name: a\n    channels: { WECHAT: "1" }\n    ${books}\n`;
  expect(() => load(text)).toThrow(/c\.yaml:5: merchants\.0\.books\.merchant\.time\.pattern: must say yyyy/);
  const { MERCHANT } = load(text.replace('yyyy-MM', 'epochMillis')).books.get('A') ?? {};
  expect(MERCHANT).toMatchObject({
    where: 'books.merchant of A',
    files: [{ kind: { by: 'SIGN' }, amount: { unit: 'FEN' } }],
  });
});

test.each([
  [
    'schedule: { at: noon }\nmerchants:\n  - { id: A, name: a, channels: { WECHAT: "1" } }\n',
    /c\.yaml:1: schedule\.at: must be a time of day like 12:00/,
  ],
  ['merchants: []\n', /c\.yaml:1: merchants: /],
  ['merchants:\n  - id: A\n    name: a\n    channels: {}\n', /c\.yaml:4: merchants\.0\.channels: /],
  [
    'merchants:\n  - id: A\n    name: a\n    channels:\n      PAYPAL: "1"\n',
    /c\.yaml:\d: merchants\.0\.channels/,
  ],
  [
    'merchants:\n  - id: A\n    name: a\n    channels: { WECHAT: "1" }\n    rules:\n      window: 5 minutes\n',
    /c\.yaml:6: merchants\.0\.rules\.window: must be a duration like 30s/,
  ],
  [
    'merchants:\n  - { id: A, name: a, channels: { WECHAT: "1" } }\n  - { id: A, name: b, channels: { WECHAT: "2" } }\n',
    /c\.yaml:3: merchants\.1: the merchant A stands twice/,
  ],
  ['merchants: [\n', /c\.yaml:\d/],
  [
    'merchants:\n  - { id: A, name: a, colour: red, channels: { WECHAT: "1" } }\n',
    /c\.yaml:2: merchants\.0\.colour: is not known here/,
  ],
  [
    'defaults: { window: -5m }\nmerchants:\n  - { id: A, name: a, channels: { WECHAT: "1" } }\n',
    /c\.yaml:1: defaults\.window: must be a duration/,
  ],
  ['port: 70000\nmerchants:\n  - { id: A, name: a, channels: { WECHAT: "1" } }\n', /c\.yaml:1: port: /],
])('what is wrong is named with its line: %j', (text, message) => {
  expect(() => load(text)).toThrow(message);
});
