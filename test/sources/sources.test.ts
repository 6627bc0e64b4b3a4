import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { alipayBills } from '../../adapters/sources/alipay/alipayBills.ts';
import { parse } from 'yaml';
import { hdpBills } from '../../adapters/sources/hdp/hdpBills.ts';
import { hdpOrders } from '../../adapters/sources/hdp/hdpOrders.ts';
import { wechatBills } from '../../adapters/sources/wechat/wechatBills.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { BillSource } from '../../domain/billSource.ts';
import { SIGNATURE_SCHEME } from '../../domain/machineSignature.ts';
import type { World } from './channelWorld.ts';
import { bytesOf, DATE, keyPair, pkcs1, startWorld, TEN } from './channelWorld.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.faults.length = 0;
  world.calls.length = 0;
  Object.assign(world, { maxCallsASecond: 100, urlLivesMs: 30_000, readyAfterMs: 0 });
  world.nowMs = startOfDate(addDays(DATE, 1)) + TEN;
});

const NAMES = ['wechat', 'alipay', 'hdp'] as const;
const bookOf = { wechat: 'WECHAT', alipay: 'ALIPAY', hdp: null } as const;

function shelved(name: (typeof NAMES)[number], date = DATE): Buffer {
  const book = name === 'hdp' ? 'MERCHANT' : 'CHANNEL';
  const bill = world.bills.find((b) => b.book === book && b.channel === bookOf[name] && b.date === date);
  return Buffer.from(bill?.bytes ?? []);
}

describe.each(NAMES)('%s', (name) => {
  const source = (): BillSource => world.sources[name];

  test('gives the original bytes, as often as they are read', async () => {
    const answer = await world.fetch(source());
    if (answer.kind !== 'bill') throw new Error(JSON.stringify(answer));
    for await (const chunk of answer.bill.open()) expect(chunk.length).toBeGreaterThan(0);
    expect(await bytesOf(answer)).toEqual(shelved(name));
    expect(answer.bill.from).not.toMatch(/\?/);
  });

  test.each([
    ['SERVER_ERROR', { hdp: 'DZ_HDP_FAILED', wechat: 'DZ_WECHAT_FAILED', alipay: 'DZ_ALIPAY_FAILED' }],
    [
      'RATE_LIMITED',
      { hdp: 'DZ_HDP_FAILED', wechat: 'DZ_SOURCE_RATE_LIMITED', alipay: 'DZ_SOURCE_RATE_LIMITED' },
    ],
    ['SLOW', { hdp: 'DZ_HDP_FAILED', wechat: 'DZ_SOURCE_SLOW', alipay: 'DZ_SOURCE_UNREACHABLE' }],
    ['NONSENSE', { hdp: 'DZ_HDP_FAILED', wechat: 'DZ_WECHAT_SIGNATURE', alipay: 'DZ_ALIPAY_FAILED' }],
    ['BAD_SIGNATURE', { hdp: 'DZ_HDP_FAILED', wechat: 'DZ_WECHAT_SIGNATURE', alipay: 'DZ_ALIPAY_FAILED' }],
    ['CUT_BODY', { hdp: 'DZ_HDP_FAILED', wechat: 'DZ_SOURCE_CUT', alipay: 'DZ_SOURCE_CUT' }],
  ] as const)('%s is a failure with a code and a detail, and the next try succeeds', async (fault, codes) => {
    world.faults.push(fault);
    expect(await world.fetch(source())).toMatchObject({
      kind: 'failed',
      code: codes[name],
      needsPerson: false,
    });
    expect(await bytesOf(await world.fetch(source()))).toEqual(shelved(name));
  });

  test('a place that is down is a failure, and so is one whose name there is not', async () => {
    const down = {
      hdp: () => hdpBills({ ...world.access.hdp, url: new URL('http://127.0.0.1:1') }, world.deps),
      wechat: () => wechatBills({ ...world.access.wechat, url: new URL('http://127.0.0.1:1') }, world.deps),
      alipay: () => alipayBills({ ...world.access.alipay, url: new URL('http://127.0.0.1:1/g') }, world.deps),
    };
    const code = name === 'hdp' ? 'DZ_HDP_FAILED' : 'DZ_SOURCE_UNREACHABLE';
    expect(await world.fetch(down[name]())).toMatchObject({ kind: 'failed', code, needsPerson: false });
  });

  test('no failure tells a key, a signature or a token', async () => {
    const said: unknown[] = [];
    for (const fault of [
      'SERVER_ERROR',
      'NONSENSE',
      'BAD_SIGNATURE',
      'CUT_BODY',
      'WRONG_HASH',
      'SLOW',
    ] as const) {
      world.faults.push(fault);
      const answer = await world.fetch(source());
      if (answer.kind === 'bill') await answer.bill.dispose();
      else said.push(answer);
    }
    expect(said.length).toBeGreaterThanOrEqual(5);
    const text = JSON.stringify(said);
    expect(text).not.toMatch(/token=|signature="|sign=|BEGIN|nonce="/);
    for (const key of world.privateKeys) expect(text).not.toContain(key.slice(40, 80));
  });
});

test('the contract of front-end machines names what the client sends and expects', () => {
  const text = readFileSync(new URL('../../schemas/hdp.openapi.yaml', import.meta.url), 'utf8');
  const contract: unknown = parse(text);
  expect(contract).toMatchObject({
    openapi: '3.1.0',
    paths: { '/hdp/v1/bills': { get: {} }, '/hdp/v1/orders/{orderNo}': { get: {} } },
  });
  for (const word of [SIGNATURE_SCHEME, 'Duizhang-File-Name', 'Duizhang-Timestamp', 'Duizhang-Signature']) {
    expect(text).toContain(word);
  }
});

describe('WeChat Pay', () => {
  const wechat = () => world.sources.wechat;

  test('before the bill exists says when to ask again: after half an hour', async () => {
    world.readyAfterMs = TEN + 1;
    const answer = await world.fetch(wechat());
    expect(answer).toMatchObject({ kind: 'not-ready', askAgainAtMs: world.nowMs + 1_800_000 });
    world.nowMs += 1_800_000;
    expect(await bytesOf(await world.fetch(wechat()))).toEqual(shelved('wechat'));
  });

  test('a day without trade is certain', async () => {
    expect(await world.fetch(wechat(), addDays(DATE, -20))).toMatchObject({
      kind: 'no-trade',
      isCertain: true,
    });
  });

  test('a bill with another hash than was announced is not taken', async () => {
    world.faults.push('WRONG_HASH');
    expect(await world.fetch(wechat())).toMatchObject({ kind: 'failed', code: 'DZ_SOURCE_HASH' });
  });

  test('the hash is over the decompressed bill', async () => {
    expect(gunzipSync(await bytesOf(await world.fetch(wechat()))).subarray(0, 3)).toEqual(
      Buffer.from([0xef, 0xbb, 0xbf]),
    );
  });

  test('an URL that expired is asked for once more', async () => {
    world.faults.push('EXPIRED_URL');
    expect(await bytesOf(await world.fetch(wechat()))).toEqual(shelved('wechat'));
    world.faults.push('EXPIRED_URL', 'EXPIRED_URL');
    expect(await world.fetch(wechat())).toMatchObject({ kind: 'failed', code: 'DZ_WECHAT_URL' });
  });

  test('calls that come too fast are told so', async () => {
    world.maxCallsASecond = 0;
    expect(await world.fetch(wechat())).toMatchObject({ kind: 'failed', code: 'DZ_SOURCE_RATE_LIMITED' });
  });

  test.each([
    [
      'another private key',
      () => ({ key: { ...world.access.wechat.key, privateKey: keyPair().privateKey } }),
    ],
    ['an unknown serial number', () => ({ key: { ...world.access.wechat.key, serialNo: 'X' } })],
  ])('a request signed with %s needs a person', async (_, change) => {
    const source = wechatBills({ ...world.access.wechat, ...change() }, world.deps);
    expect(await world.fetch(source)).toMatchObject({ code: 'DZ_WECHAT_REFUSED', needsPerson: true });
  });

  test('an answer under a key that we do not hold is not believed', async () => {
    const source = wechatBills({ ...world.access.wechat, platformKeys: new Map() }, world.deps);
    expect(await world.fetch(source)).toMatchObject({ code: 'DZ_WECHAT_SIGNATURE' });
    expect(await world.fetch(source, addDays(DATE, -20))).toMatchObject({ code: 'DZ_WECHAT_SIGNATURE' });
  });
});

describe('Alipay', () => {
  const alipay = () => world.sources.alipay;

  test('not generated yet and no trade are one answer, and that is said', async () => {
    world.readyAfterMs = TEN + 1;
    expect(await world.fetch(alipay())).toMatchObject({ kind: 'no-trade', isCertain: false });
    expect(await world.fetch(alipay(), addDays(DATE, -20))).toMatchObject({
      kind: 'no-trade',
      isCertain: false,
    });
  });

  test('an URL that expired is asked for once more', async () => {
    world.faults.push('EXPIRED_URL');
    expect(await bytesOf(await world.fetch(alipay()))).toEqual(shelved('alipay'));
    world.urlLivesMs = -1;
    expect(await world.fetch(alipay())).toMatchObject({ kind: 'failed', code: 'DZ_ALIPAY_URL' });
  });

  test('a request that is not signed by the application needs a person', async () => {
    const stranger = { ...world.access.alipay, privateKey: pkcs1(keyPair().privateKey) };
    expect(await world.fetch(alipayBills(stranger, world.deps))).toMatchObject({
      code: 'DZ_ALIPAY_REFUSED',
      needsPerson: true,
    });
  });

  test('calls that come too fast are told so', async () => {
    world.maxCallsASecond = 0;
    expect(await world.fetch(alipay())).toMatchObject({ kind: 'failed', code: 'DZ_SOURCE_RATE_LIMITED' });
  });
});

describe('a front-end machine', () => {
  const hdp = () => world.sources.hdp;

  test('that has not made the bill says when to ask again', async () => {
    world.readyAfterMs = TEN + 1;
    expect(await world.fetch(hdp())).toMatchObject({
      kind: 'not-ready',
      askAgainAtMs: world.nowMs + 600_000,
    });
  });

  test('says that a day had no trade', async () => {
    expect(await world.fetch(hdp(), addDays(DATE, -20))).toMatchObject({ kind: 'no-trade', isCertain: true });
  });

  test('whose bytes are not those that it signed is not believed', async () => {
    world.faults.push('WRONG_HASH');
    const answer = await world.fetch(hdp());
    expect(answer).toMatchObject({ kind: 'failed', code: 'DZ_HDP_FAILED' });
    expect(JSON.stringify(answer)).toContain('DZ_HDP_UNSIGNED');
  });

  test.each([
    ['another key', () => ({ keyId: 'duizhang', key: Buffer.alloc(32) })],
    ['another key’s name', () => ({ ...world.access.hdp.key, keyId: 'other' })],
  ])('refuses %s, which needs a person', async (_, key) => {
    const source = hdpBills({ ...world.access.hdp, key: key() }, world.deps);
    expect(await world.fetch(source)).toMatchObject({ code: 'DZ_HDP_FAILED', needsPerson: true });
  });

  test('refuses a nonce that it has seen', async () => {
    const source = hdpBills(world.access.hdp, { ...world.deps, nonce: () => 'n'.repeat(32) });
    await bytesOf(await world.fetch(source));
    expect(await world.fetch(source)).toMatchObject({ kind: 'failed', code: 'DZ_HDP_FAILED' });
  });

  test('whose clock is an hour off is not believed', async () => {
    const source = hdpBills(world.access.hdp, { ...world.deps, now: () => world.nowMs + 3_600_000 });
    expect(await world.fetch(source)).toMatchObject({ kind: 'failed', code: 'DZ_HDP_FAILED' });
  });

  test('tells an order just now, or that it is absent', async () => {
    const orders = hdpOrders((id) => (id === 'H001' ? world.access.hdp : null), world.deps);
    expect(await orders.orderNow('H001', 'A1')).toEqual({
      state: 'BOOKED',
      hisOrderNo: 'R1',
      amountFen: 2500n,
      occurredAtMs: Date.parse('2026-03-09T10:00:02+08:00'),
      refunds: [{ refundNo: null, amountFen: 500n, occurredAtMs: Date.parse('2026-03-09T11:00:00+08:00') }],
    });
    expect(await orders.orderNow('H001', 'A/2?x=y')).toEqual({ state: 'ABSENT' });
  });

  test.each(['SERVER_ERROR', 'SLOW', 'NONSENSE', 'BAD_SIGNATURE'] as const)(
    'that answers %s never means "absent"',
    async (fault) => {
      const orders = hdpOrders(() => world.access.hdp, world.deps);
      world.faults.push(fault);
      await expect(orders.orderNow('H001', 'A2')).rejects.toMatchObject({ code: 'DZ_HDP_FAILED' });
    },
  );
});
