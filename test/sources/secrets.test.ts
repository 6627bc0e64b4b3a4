import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { openSources } from '../../adapters/sources/openSources.ts';
import type { BillFetch } from '../../domain/billFetch.ts';
import { BillCollector } from '../../pipeline/collect/billCollector.ts';
import { keepCollecting } from '../../pipeline/collect/keepCollecting.ts';
import { DEFAULT_BACK_OFF } from '../../pipeline/collect/schedule.ts';
import { FAULTS } from '../../simulator/endpoints/behaviour.ts';
import type { World } from './channelWorld.ts';
import { bytesOf, DATE, pkcs1, startWorld, wantedOf } from './channelWorld.ts';

let world: World;
let dir: string;
const deps = () => ({ ...world.deps });

beforeAll(async () => {
  world = await startWorld();
  dir = mkdtempSync(join(tmpdir(), 'dz-secrets-'));
  const [wechatKey, appKey, hdpKey] = world.privateKeys;
  const { platformKeys } = world.access.wechat;
  const platformKey = [...platformKeys.values()][0]?.export({ type: 'spki', format: 'pem' });
  secret('wechat.pem', wechatKey ?? '');
  // As Alipay's tool writes it: base64 without a frame.
  secret('app.txt', (appKey ?? '').replaceAll(/-----[A-Z ]+-----|\n/g, ''));
  secret('hdp.key', hdpKey ?? '');
  secret('platform.pem', String(platformKey));
  secret('alipay.pem', world.access.alipay.alipayPublicKey);
  secret('weak.key', Buffer.alloc(32).toString('base64'));
  secret('short.key', randomBytes(16).toString('base64'));
  secret('open.key', randomBytes(32).toString('base64'), 0o644);
  secret('empty.key', '');
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await world.close();
});

function secret(name: string, text: string, mode = 0o600): void {
  writeFileSync(join(dir, name), `${text}\n`);
  chmodSync(join(dir, name), mode);
}

const MERCHANT_LINES = [
  'merchants:',
  '  - id: H001',
  '    name: x',
  "    channels: { WECHAT: '1900000001', ALIPAY: '2088000000000001' }",
  '    sources:',
];

function config(...sources: string[]) {
  const path = join(dir, 'c.yaml');
  writeFileSync(path, [...MERCHANT_LINES, ...sources.map((line) => `      ${line}`), ''].join('\n'));
  return loadConfig(path);
}

const lines = {
  hdp: () => `hdp: { url: '${world.access.hdp.url.href}', keyId: duizhang, keyFile: hdp.key }`,
  wechat: () =>
    `wechat: { url: '${world.access.wechat.url.href}', serialNo: SERIAL1, keyFile: wechat.pem, platformKeys: [{ serialNo: PUB_KEY_ID_1, file: platform.pem }] }`,
  alipay: () =>
    `alipay: { url: '${world.access.alipay.url.href}', appId: '2021000000000001', keyEnv: APP_KEY, alipayKeyFile: alipay.pem }`,
};
const env = () => ({ APP_KEY: (world.privateKeys[1] ?? '').replaceAll(/-----[A-Z ]+-----|\n/g, '') });

test('sources as the configuration names them bring the bills', async () => {
  const opened = openSources(config(lines.hdp(), lines.wechat(), lines.alipay()), env(), deps());
  expect(
    opened.sources.map(({ book, channel, window }) => [book, channel, window.fromMs / 3_600_000]),
  ).toEqual([
    ['MERCHANT', null, 1],
    ['CHANNEL', 'WECHAT', 10],
    ['CHANNEL', 'ALIPAY', 9],
  ]);
  for (const { source } of opened.sources) {
    const answer = await source.fetch(wantedOf(source, DATE), new AbortController().signal);
    expect((await bytesOf(answer)).length).toBeGreaterThan(100);
  }
});

test('the annotated example in the repository’s configuration is right', () => {
  const text = readFileSync(new URL('../../duizhang.config.yaml', import.meta.url), 'utf8');
  /** The commented lines that belong to a block which begins so. */
  const block = (opening: string): readonly string[] => {
    const all = text.split('\n');
    const from = all.indexOf(opening);
    const end = all.findIndex((line, at) => at > from && !/^# {3,}/.test(line));
    return all.slice(from, end).map((line) => line.slice(1));
  };
  const path = join(dir, 'example.yaml');
  const lines = [
    ...MERCHANT_LINES.slice(0, 4),
    ...block('#    sources:'),
    ...block('#  machines:').map((line) => line.slice(2)),
  ];
  writeFileSync(path, lines.join('\n'));
  const { sources, machines } = loadConfig(path);
  expect(Object.keys(sources.get('H001')?.raw ?? {})).toEqual(['hdp', 'wechat', 'alipay', 'drop']);
  expect(machines.map(({ raw }) => raw.mayUpload)).toEqual([['merchant']]);
});

describe('what is wrong is named with its file, line and path', () => {
  test.each([
    [["hdp: { url: 'ftp://x', keyId: k, keyFile: hdp.key }"], /c\.yaml:6: merchants\.0\.sources\.hdp\.url: /],
    [["hdp: { url: 'http://x', keyId: k }"], /c\.yaml:6: merchants\.0\.sources\.hdp: name its key/],
    [
      ["hdp: { url: 'http://x', keyId: k, keyFile: a, keyEnv: B }"],
      /sources\.hdp: name keyFile or keyEnv, not both/,
    ],
    [
      ["hdp: { url: 'http://x', keyId: k, key: abc, keyFile: hdp.key }"],
      /c\.yaml:6: merchants\.0\.sources\.hdp\.key: is not known/,
    ],
    [
      ['drop: { folder: x, settle: soon }'],
      /c\.yaml:6: merchants\.0\.sources\.drop\.settle: must be a duration/,
    ],
    [
      ["hdp: { url: 'http://x', keyId: k, keyFile: a, window: { from: '9' } }"],
      /window\.from: must be a time of day like 12:00/,
    ],
  ])('at load: %j', (sources, message) => {
    expect(() => config(...sources)).toThrow(message);
  });

  test.each([
    [
      "hdp: { url: 'http://x', keyId: k, keyFile: none.key }",
      /c\.yaml:6: merchants\.0\.sources\.hdp: .*none\.key cannot be read \(ENOENT\)/,
    ],
    ["hdp: { url: 'http://x', keyId: k, keyFile: weak.key }", /32 or more random bytes/],
    ["hdp: { url: 'http://x', keyId: k, keyFile: short.key }", /32 or more random bytes/],
    ["hdp: { url: 'http://x', keyId: k, keyFile: open.key }", /everybody may read .*open\.key/],
    ["hdp: { url: 'http://x', keyId: k, keyFile: empty.key }", /empty\.key is empty/],
    ["hdp: { url: 'http://x', keyId: k, keyEnv: NOT_SET }", /the environment variable NOT_SET is not set/],
    [
      "hdp: { url: 'http://x', keyId: k, keyFile: hdp.key, tls: { certFile: alipay.pem } }",
      /sources\.hdp\.tls: certFile and keyFile/,
    ],
    [
      'wechat: { serialNo: S, keyFile: alipay.pem, platformKeys: [{ serialNo: P, file: platform.pem }] }',
      /c\.yaml:6: merchants\.0\.sources\.wechat: it holds no private RSA key/,
    ],
    [
      'wechat: { serialNo: S, keyFile: wechat.pem, platformKeys: [{ serialNo: P, file: hdp.key }] }',
      /sources\.wechat: it holds no public RSA key/,
    ],
  ])('at start: %s', (source, message) => {
    const loaded = config(source);
    expect(() => openSources(loaded, env(), deps())).toThrow(message);
  });

  test('a source of a channel that the merchant has not', () => {
    const path = join(dir, 'c.yaml');
    const text = [...MERCHANT_LINES.with(3, "    channels: { ALIPAY: '1' }"), `      ${lines.wechat()}`].join(
      '\n',
    );
    writeFileSync(path, text);
    expect(() => loadConfig(path)).toThrow(
      /c\.yaml:6: merchants\.0\.sources\.wechat: the merchant has no number/,
    );
  });
});

test('neither the logs of a bad morning nor any error tells a secret, a signature or a token', async () => {
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) });
  const opened = openSources(config(lines.hdp(), lines.wechat(), lines.alipay()), env(), deps());
  let n = 0;
  // SLOW takes the sources' own patience, which is longer than a test's.
  const faults = FAULTS.filter((fault) => fault !== 'SLOW');
  world.faultOf = () => faults[n++ % faults.length] ?? null;
  const known = new Map<string, BillFetch>();
  const stopping = new AbortController();
  const collector = new BillCollector({
    plans: opened.sources,
    fetches: {
      fetchesBetween: async () => [...known.values()],
      waitingSince: async () => [],
      record: async (fetch) => void known.set(`${fetch.source} ${fetch.date}`, fetch),
    },
    bills: { billsBetween: async () => [] },
    importBill: async () => {
      throw new Error('an import that fails in an unforeseen way');
    },
    isTradeExpected: async () => true,
    now: world.deps.now,
    random: () => 0,
    pause: async () => undefined,
    lookBackDays: 2,
    hasLeft: () => false,
    backOff: { ...DEFAULT_BACK_OFF, tries: 100 },
    spacingMs: 0,
    onFetch: (fetch) => log.info(fetch, 'a bill was asked for'),
  });
  let rounds = 0;
  await keepCollecting({
    collector: {
      round: async (signal) => {
        world.nowMs += 1_800_000;
        rounds += 1;
        if (rounds > 12) stopping.abort();
        return collector.round(signal);
      },
    },
    inboxes: [],
    inboxParts: {
      merchants: new Map(),
      importBill: async () => Promise.reject(new Error('unused')),
      onEnd: () => undefined,
    },
    everyMs: 1,
    isAway: () => false,
    onAway: () => undefined,
    onBroken: (error) => log.error({ err: error }, 'broken'),
    signal: stopping.signal,
  });
  for (const name of ['app.txt', 'wechat.pem']) {
    const source = `hdp: { url: 'http://x', keyId: k, keyFile: ${name} }`;
    const loaded = config(source);
    try {
      openSources(loaded, env(), deps());
    } catch (error) {
      log.error({ err: error }, 'configuration');
    }
  }
  const text = logged.join('');
  expect(logged.length).toBeGreaterThan(30);
  expect(text).toContain('unforeseen');
  expect(text).toContain('merchants.0.sources.hdp');
  for (const code of [
    'DZ_SOURCE_CUT',
    'DZ_SOURCE_HASH',
    'DZ_WECHAT_SIGNATURE',
    'DZ_ALIPAY_FAILED',
    'DZ_HDP_FAILED',
  ]) {
    expect(text).toContain(code);
  }
  expect(text).not.toMatch(/token=|signature=|signature\\*":|sign=|nonce|BEGIN|Authorization/i);
  for (const key of world.privateKeys) {
    const bare = key.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    for (let at = 0; at + 16 <= bare.length; at += 16) expect(text).not.toContain(bare.slice(at, at + 16));
  }
});

test('an RSA key that is too short for our time is refused', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  secret('small.pem', pkcs1(privateKey));
  const loaded = config(lines.wechat().replace('wechat.pem', 'small.pem'));
  expect(() => openSources(loaded, env(), deps())).toThrow(/sources\.wechat: the key has 1024 bits/);
});
