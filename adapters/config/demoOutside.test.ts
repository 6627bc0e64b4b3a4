import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { demoOutside } from './demoOutside.ts';
import { loadConfig } from './loadConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-outside-'));
const data = join(dir, 'data');
const path = join(data, 'access.json');
mkdirSync(data);
afterAll(() => rmSync(dir, { recursive: true }));

const reached = { url: 'http://127.0.0.1:1', keyId: 'duizhang', keyFile: 'k' };
const file = { merchants: ['H001', 'H002', 'H003'], upp: reached, hdp: reached };
const embedded = {
  DUIZHANG_DATA: data,
  DUIZHANG_LOG_URL: 'redis://127.0.0.1:1',
  DUIZHANG_WINDOW_URL: 'redis://127.0.0.1:2',
  DUIZHANG_CLICKHOUSE_URL: 'http://127.0.0.1:3',
  DUIZHANG_DEMO_OUTSIDE: path,
};

/** Of the demo day: H001, which has nothing of its own, H002 with a gateway, H003 with a front-end machine. H004 is none of it. */
function config(all = '# no gateway for all') {
  const configPath = join(dir, 'c.yaml');
  const text = [
    all,
    'merchants:',
    "  - { id: H001, name: a, channels: { WECHAT: '1', UNIONPAY: '2' } }",
    '  - id: H002',
    '    name: b',
    "    channels: { WECHAT: '3', ALIPAY: '4' }",
    '    sources: { wechat: { serialNo: S, keyEnv: K, platformKeys: [{ serialNo: P, file: p.pem }] } }',
    '    refunds: { routes: { WECHAT: wechat } }',
    '  - id: H003',
    '    name: c',
    "    channels: { WECHAT: '5' }",
    "    sources: { hdp: { url: 'https://hdp.example', keyId: k, keyEnv: K } }",
    "  - { id: H004, name: d, channels: { WECHAT: '6' } }",
  ];
  writeFileSync(configPath, text.join('\n'));
  return loadConfig(configPath);
}

function outside(env: NodeJS.ProcessEnv = embedded, said: unknown = file, all?: string) {
  writeFileSync(path, JSON.stringify(said));
  return demoOutside(config(all), env);
}

test('hospitals of the demo day that have nothing of their own are served by the simulated outside, and only they', () => {
  const { refunds, sources } = outside();
  expect([...refunds.keys()]).toEqual(['H001', 'H003']);
  expect([...(refunds.get('H001')?.routes ?? [])]).toEqual([
    ['WECHAT', 'upp'],
    ['UNIONPAY', 'upp'],
  ]);
  expect([...sources.keys()]).toEqual(['H001', 'H002']);
  // Bills are not asked for there, nor is anything else that H002 has in its own configuration.
  expect(Object.keys(sources.get('H002')?.raw ?? {})).toEqual(['hdp']);
});

test('a gateway for all leaves nobody to the simulated one', () => {
  const { refunds } = outside(
    embedded,
    file,
    "refunds: { upp: { url: 'https://upp.example', keyId: k, keyEnv: K } }",
  );
  expect(refunds.size).toBe(0);
});

test.each([{}, { ...embedded, DUIZHANG_DEMO_OUTSIDE: '' }])(
  'without the variable nobody is simulated',
  (env) => {
    const { refunds, sources } = outside(env);
    expect([refunds.size, sources.size]).toEqual([0, 0]);
  },
);

test.each([
  [
    { DUIZHANG_CLICKHOUSE_URL: 'https://clickhouse.example' },
    /DUIZHANG_CLICKHOUSE_URL is not on 127\.0\.0\.1/,
  ],
  [{ DUIZHANG_WINDOW_URL: 'redis://10.0.0.7:6379' }, /DUIZHANG_WINDOW_URL is not on/],
  [{ DUIZHANG_LOG_URL: '' }, /DUIZHANG_LOG_URL is not on/],
  [{ DUIZHANG_DATA: join(dir, 'other') }, /does not lie in the data folder/],
  [{ DUIZHANG_DATA: '' }, /does not lie in the data folder/],
])('a system that is not embedded is refused: %o', (env, message) => {
  const opening = () => outside({ ...embedded, ...env });
  expect(opening).toThrow(expect.objectContaining({ code: 'DZ_CONFIG_INVALID' }));
  expect(opening).toThrow(message);
});

test.each([
  [
    { ...file, upp: { ...reached, url: 'https://upp.example' } },
    /upp\.url is "https:\/\/upp\.example", not on/,
  ],
  [{ ...file, merchants: 'H001' }, /access\.json\/merchants: /],
  [{ upp: reached }, /access\.json: /],
])('a file that is wrong is refused: %j', (said, message) => {
  expect(() => outside(embedded, said)).toThrow(message);
});

test('a file that is not there is named', () => {
  const env = { ...embedded, DUIZHANG_DEMO_OUTSIDE: join(data, 'none.json') };
  expect(() => outside(env)).toThrow(/none\.json, named by DUIZHANG_DEMO_OUTSIDE, cannot be read/);
});
