import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    where: { en: 'books.merchant of A', zh: 'A 的 books.merchant' },
    files: [{ kind: { by: 'SIGN' }, amount: { unit: 'FEN' } }],
  });
});

const BOOK = [
  'orderNo: 平台单号',
  'amount: { column: 自付, unit: yuan }',
  'time: { column: 时间 }',
  'kind: PAYMENT',
];
const book = (...lines: readonly string[]) =>
  `merchants:\n  - id: A\n    name: a\n    channels: { WECHAT: '1' }\n    books:\n      merchant:\n${lines.map((line) => `        ${line}\n`).join('')}`;

test('a mapping of a book is read, codes of cells as numbers too', () => {
  const text = book(
    ...BOOK.with(3, 'kind: { column: 标志, PAYMENT: 1, REFUND: [2, 退] }'),
    'records: data.list',
  );
  expect(load(text).books.get('A')?.MERCHANT).toMatchObject({
    where: { en: 'books.merchant of A', zh: 'A 的 books.merchant' },
    files: [
      {
        records: 'data.list',
        delimiter: null,
        checkTotals: true,
        kind: {
          values: new Map([
            ['1', 'PAYMENT'],
            ['2', 'REFUND'],
            ['退', 'REFUND'],
          ]),
        },
      },
    ],
  });
});

test('the mapping that the repository’s configuration explains is one', () => {
  const text = readFileSync(new URL('../../duizhang.config.yaml', import.meta.url), 'utf8');
  const shown = /^#   books:\n(?:#.*\n)+/m.exec(text)?.[0].replaceAll(/^# /gm, '  ');
  const config = load(`merchants:\n  - id: A\n    name: a\n    channels: { WECHAT: '1' }\n${shown}`);
  expect(config.books.get('A')?.MERCHANT?.files).toMatchObject([
    { amount: { names: ['个人支付'] }, kind: { by: 'COLUMN' }, channel: { by: 'COLUMN' } },
  ]);
});

test.each([
  [
    'a name that is not known',
    [...BOOK, 'orderN: x'],
    /:11: merchants\.0\.books\.merchant\.orderN: is not known here/,
  ],
  [
    'another unit',
    BOOK.with(1, 'amount: { column: a, unit: jiao }'),
    /:8: .*amount\.unit: must be one of yuan, fen/,
  ],
  ['no unit', BOOK.with(1, 'amount: { column: a }'), /:8: .*amount: lacks unit/],
  ['no order number', BOOK.slice(1), /:7: .*merchant: lacks orderNo/],
  ['a kind column without its words', BOOK.with(3, 'kind: { column: k }'), /:10: .*kind: lacks PAYMENT/],
  [
    'one word for two kinds',
    BOOK.with(3, 'kind: { column: k, PAYMENT: 1, REFUND: 1 }'),
    /:10: .*kind: "1" has two/,
  ],
  [
    'a pattern without hours',
    BOOK.with(2, 'time: { column: t, pattern: yyyy-MM-dd }'),
    /:9: .*time\.pattern: must say/,
  ],
  ['a delimiter of two', [...BOOK, "delimiter: '||'"], /:11: .*delimiter: /],
  ['another format', [...BOOK, 'format: xls'], /:11: .*format: must be one of csv, xlsx, json/],
  [
    'a fault in a list of files',
    ['- { orderNo: x, sheat: a }'],
    /:7: .*books\.merchant\.0\.sheat: is not known here/,
  ],
])('a mapping with %s is named with its line', (_, lines, message) => {
  expect(() => load(book(...lines))).toThrow(message);
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
