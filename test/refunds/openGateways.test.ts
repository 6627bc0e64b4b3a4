import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { openGateways } from '../../adapters/refunds/openGateways.ts';
import type { RefundWorld } from './refundWorld.ts';
import { startRefundWorld, WITHIN_MS } from './refundWorld.ts';

let world: RefundWorld;
let dir: string;

beforeAll(async () => {
  world = await startRefundWorld();
  dir = mkdtempSync(join(tmpdir(), 'dz-gateways-'));
  const [wechatKey = '', appKey = '', uppKey = ''] = world.secrets;
  const platformKey = [...world.access.wechat.platformKeys.values()][0]?.export({
    type: 'spki',
    format: 'pem',
  });
  secret('wechat.pem', wechatKey);
  secret('app.pem', appKey);
  secret('upp.key', uppKey);
  secret('platform.pem', String(platformKey));
  secret('alipay.pem', world.access.alipay.alipayPublicKey);
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await world.close();
});

function secret(name: string, text: string): void {
  writeFileSync(join(dir, name), `${text}\n`);
  chmodSync(join(dir, name), 0o600);
}

const lines = {
  upp: () => `upp: { url: '${world.access.upp.url.href}', keyId: duizhang, keyFile: upp.key }`,
  wechat: () =>
    `wechat: { url: '${world.access.wechat.url.href}', serialNo: SERIAL1, keyFile: wechat.pem, platformKeys: [{ serialNo: PUB_KEY_ID_1, file: platform.pem }] }`,
  alipay: () =>
    `alipay: { url: '${world.access.alipay.url.href}', appId: '2021000000000001', keyFile: app.pem, alipayKeyFile: alipay.pem }`,
};

type Written = { readonly all?: string; readonly own?: string; readonly sources?: readonly string[] };

function config({ all, own, sources = [] }: Written) {
  const path = join(dir, 'c.yaml');
  const text = [
    all === undefined ? '# nothing for all' : `refunds: { ${all} }`,
    'merchants:',
    '  - id: H001',
    '    name: x',
    "    channels: { WECHAT: '1900000001', ALIPAY: '2088000000000001' }",
    ...(own === undefined ? [] : [`    refunds: { ${own} }`]),
    ...(sources.length === 0 ? [] : ['    sources:', ...sources.map((line) => `      ${line}`)]),
    '',
  ];
  writeFileSync(path, text.join('\n'));
  return loadConfig(path);
}
const open = (written: Written, env: NodeJS.ProcessEnv = {}) =>
  openGateways(config(written), env, world.deps);

test('each channel is refunded through the way that its route names, and the platform where none does', async () => {
  const gateways = open({
    own: `${lines.upp()}, routes: { WECHAT: wechat }`,
    sources: [lines.wechat()],
  });
  expect([gateways.routeOf('H001', 'WECHAT'), gateways.routeOf('H001', 'ALIPAY')]).toEqual(['wechat', 'upp']);
  for (const route of ['wechat', 'upp'] as const) {
    const order = world.newOrder(route);
    const gateway = gateways.gateway('H001', route);
    expect(await gateway.send(order, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
    expect(world.desks[route].book.totalOf(order.orderNo)).toBe(1_000n);
  }
});

test('Alipay is taken where its route says so', async () => {
  const gateways = open({ own: 'routes: { ALIPAY: alipay }', sources: [lines.alipay()] });
  const gateway = gateways.gateway('H001', gateways.routeOf('H001', 'ALIPAY'));
  expect(await gateway.send(world.newOrder('alipay'), WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
  expect(gateway.minGapMs).toBe(3_000);
});

test('the platform of all is the way of merchants that name none, and their own goes before it', () => {
  expect(open({ all: lines.upp() }).routeOf('H001', 'WECHAT')).toBe('upp');
  const own = config({ all: lines.upp(), own: "upp: { url: 'http://own', keyId: own, keyFile: upp.key }" });
  expect(own.refunds.get('H001')?.upp?.raw.keyId).toBe('own');
});

test('a key comes from the environment where the configuration says so', async () => {
  const own = lines.upp().replace('keyFile: upp.key', 'keyEnv: UPP_KEY');
  const gateways = open({ own }, { UPP_KEY: world.secrets[2] });
  const answer = await gateways.gateway('H001', 'upp').send(world.newOrder('upp'), WITHIN_MS);
  expect(answer).toMatchObject({ state: 'SUCCEEDED' });
});

test('failures of an opened gateway are held against its book', async () => {
  const gateway = open({ all: lines.upp() }).gateway('H001', 'upp');
  const order = world.newOrder('upp');
  world.faults.push('TIMEOUT_AFTER');
  await gateway.send(order, 200);
  world.faults.push({ code: 'REFUND_OVERDUE' });
  expect(await gateway.send(order, WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
});

describe('without a way nothing is refunded', () => {
  test('through keys that are there for bills alone', () => {
    const gateways = open({ sources: [lines.wechat()] });
    expect(() => gateways.routeOf('H001', 'WECHAT')).toThrow(
      expect.objectContaining({ code: 'DZ_REFUND_NO_ROUTE' }),
    );
  });

  test('of a channel or a merchant that there is not', () => {
    const gateways = open({ all: lines.upp() });
    for (const ask of [
      () => gateways.routeOf('H001', 'UNIONPAY'),
      () => gateways.routeOf('H002', 'WECHAT'),
      () => gateways.gateway('H002', 'upp'),
      () => gateways.gateway('H001', 'alipay'),
    ]) {
      expect(ask).toThrow(expect.objectContaining({ code: 'DZ_REFUND_NO_ROUTE' }));
    }
  });
});

test('a refund that began through another way can still be asked for there', async () => {
  const order = world.newOrder('wechat');
  await world.gateways.wechat.send(order, WITHIN_MS);
  const gateways = open({ all: lines.upp(), sources: [lines.wechat()] });
  expect(await gateways.gateway('H001', 'wechat').ask(order, WITHIN_MS)).toMatchObject({
    state: 'SUCCEEDED',
  });
});

describe('what is wrong is named with its file, line and path', () => {
  test.each([
    [
      { own: 'routes: { WECHAT: wechat }' },
      /c\.yaml:6: merchants\.0\.refunds\.routes\.WECHAT: it needs the keys/,
    ],
    [
      { own: 'routes: { WECHAT: upp }' },
      /c\.yaml:6: merchants\.0\.refunds\.routes\.WECHAT: say how the platform/,
    ],
    [{ own: 'routes: { WECHAT: alipay }' }, /routes\.WECHAT: must be one of wechat, upp/],
    [
      { own: 'routes: { UNIONPAY: upp }' },
      /routes\.UNIONPAY: the merchant has no number under channels\.UNIONPAY/,
    ],
    [{ own: "upp: { url: 'http://x', keyId: k }" }, /c\.yaml:6: merchants\.0\.refunds\.upp: name its key/],
    [{ all: "upp: { url: 'http://x', keyId: k }" }, /c\.yaml:1: refunds\.upp: name its key/],
    [{ all: "upp: { url: 'ftp://x', keyId: k, keyEnv: K }" }, /c\.yaml:1: refunds\.upp\.url: /],
    [
      { all: "upp: { url: 'http://x', keyId: k, key: abc }" },
      /c\.yaml:1: refunds\.upp\.key: is not known here/,
    ],
    [{ all: 'routes: { WECHAT: upp }' }, /c\.yaml:1: refunds/],
  ])('at load: %j', (written, message) => {
    expect(() => config(written)).toThrow(message);
  });

  test.each([
    [
      { all: "upp: { url: 'http://x', keyId: k, keyFile: none.key }" },
      /c\.yaml:1: refunds\.upp: .*none\.key cannot/,
    ],
    [
      { own: "upp: { url: 'http://x', keyId: k, keyEnv: NOT_SET }" },
      /c\.yaml:6: merchants\.0\.refunds\.upp: .*NOT_SET/,
    ],
    [
      {
        own: 'routes: { WECHAT: wechat }',
        sources: [
          'wechat: { serialNo: S, keyFile: upp.key, platformKeys: [{ serialNo: P, file: platform.pem }] }',
        ],
      },
      /c\.yaml:8: merchants\.0\.sources\.wechat: it holds no private RSA key/,
    ],
  ])('at start: %j', (written, message) => {
    const loaded = config(written);
    const opening = () => openGateways(loaded, {}, world.deps);
    expect(opening).toThrow(message);
    expect(opening).not.toThrow(world.secrets[2]);
  });
});

test('the annotated example in the repository’s configuration is right', () => {
  const text = readFileSync(new URL('../../duizhang.config.yaml', import.meta.url), 'utf8').split('\n');
  const block = (opening: string): readonly string[] => {
    const from = text.indexOf(opening);
    const end = text.findIndex((line, at) => at > from && !/^# {3,}/.test(line));
    return text.slice(from, end).map((line) => line.slice(1));
  };
  const path = join(dir, 'example.yaml');
  const written = [
    ...text.filter((line) => line.startsWith('# refunds:')).map((line) => line.slice(2)),
    'merchants:',
    '  - id: H001',
    '    name: x',
    "    channels: { WECHAT: '1', ALIPAY: '2', UNIONPAY: '3' }",
    ...block('#    sources:'),
    ...block('#    refunds:'),
    "  - { id: H002, name: y, channels: { WECHAT: '4' } }",
  ];
  writeFileSync(path, written.join('\n'));
  const { refunds } = loadConfig(path);
  expect([...(refunds.get('H001')?.routes ?? [])]).toEqual([
    ['WECHAT', 'wechat'],
    ['ALIPAY', 'alipay'],
    ['UNIONPAY', 'upp'],
  ]);
  expect(refunds.get('H001')?.upp?.raw.keyEnv).toBe('UPP_KEY_H001');
  expect([...(refunds.get('H002')?.routes ?? [])]).toEqual([['WECHAT', 'upp']]);
});
