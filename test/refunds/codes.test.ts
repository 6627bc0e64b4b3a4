import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ALIPAY_CODES } from '../../adapters/refunds/alipayRefunds.ts';
import { UPP_CODES } from '../../adapters/refunds/uppRefunds.ts';
import { WECHAT_CODES } from '../../adapters/refunds/wechatRefunds.ts';
import { refundAdvice } from '../../domain/refundAdvice.ts';
import type { RefundWorld } from './refundWorld.ts';
import { APP_AUTH_TOKEN, startRefundWorld, WITHIN_MS } from './refundWorld.ts';

let world: RefundWorld;
beforeAll(async () => {
  world = await startRefundWorld();
});
afterAll(() => world.close());

const TABLES = { upp: UPP_CODES, wechat: WECHAT_CODES, alipay: ALIPAY_CODES };
const rows = Object.values(['upp', 'wechat', 'alipay'] as const).flatMap((route) =>
  Object.entries(TABLES[route]).map(([code, state]) => ({ route, code, state })),
);

test.each(rows)(
  '$route: $code is $state, pays nothing, and has its advice',
  async ({ route, code, state }) => {
    const order = world.newOrder(route);
    // The SDK of Alipay is told codes as Alipay writes them.
    const written =
      route !== 'alipay' ? code : code.includes('-') ? `isv.${code.toLowerCase()}` : `ACQ.${code}`;
    world.faults.push({ code: written });
    const answer = await world.gateways[route].send(order, WITHIN_MS);
    expect(answer).toMatchObject({ state, code, detail: expect.stringContaining(written) });
    expect(world.desks[route].book.refundsOf(order.orderNo)).toEqual([]);
    expect(refundAdvice(code)).not.toBeNull();
  },
);

describe('what frees money for another way', () => {
  const refused = Object.fromEntries(
    Object.entries(TABLES).map(([route, table]) => [
      route,
      Object.keys(table).filter((code) => table[code] === 'REFUSED'),
    ]),
  );

  test('is written down here once more, so that nobody adds to it in passing', () => {
    expect(refused).toEqual({
      upp: ['AMOUNT_EXCEEDED', 'ORDER_NOT_FOUND', 'REFUND_OVERDUE'],
      wechat: ['USER_ACCOUNT_ABNORMAL', 'TRADE_OVERDUE'],
      alipay: [
        'TRADE_HAS_FINISHED',
        'TRADE_HAS_CLOSE',
        'TRADE_NOT_ALLOW_REFUND',
        'NOT_ALLOW_PARTIAL_REFUND',
        'REFUND_AMT_NOT_EQUAL_TOTAL',
        'REASON_TRADE_REFUND_FEE_ERR',
        'BUYER_NOT_EXIST',
        'BUYER_ERROR',
      ],
    });
  });

  test.each(['SYSTEM_ERROR', 'BIZERR_NEED_RETRY', 'DISCORDANT_REPEAT', 'REFUND_FEE_MISMATCH'])(
    'is never %s',
    (code) => {
      for (const table of Object.values(TABLES)) expect([undefined, 'UNKNOWN']).toContain(table[code]);
    },
  );
});

test('each code of the contract stands in the table, but those that are no word on a refund', () => {
  const contract: { components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } } } =
    parse(readFileSync(new URL('../../schemas/upp.openapi.yaml', import.meta.url), 'utf8'));
  const { enum: codes } = contract.components.schemas.Problem.properties.code;
  const others = ['UNAUTHENTICATED', 'REFUND_NOT_FOUND'];
  expect(codes.filter((code) => !others.includes(code)).toSorted()).toEqual(
    Object.keys(UPP_CODES).toSorted(),
  );
});

describe('Alipay', () => {
  test.each([
    'SELLER_BALANCE_NOT_ENOUGH',
    'ACQ.SELLER_BALANCE_NOT_ENOUGH',
    'aop.ACQ.SELLER_BALANCE_NOT_ENOUGH',
  ])('%s is one code', async (code) => {
    world.faults.push({ code });
    expect(await world.gateways.alipay.send(world.newOrder('alipay'), WITHIN_MS)).toMatchObject({
      state: 'FAILED',
      code: 'SELLER_BALANCE_NOT_ENOUGH',
    });
  });

  test('calls that come too fast are a failure whatever the code beside 40005 is', async () => {
    world.faults.push({ code: 'isv.something', status: 429 });
    expect(await world.gateways.alipay.send(world.newOrder('alipay'), WITHIN_MS)).toMatchObject({
      state: 'FAILED',
      code: 'APP-CALL-LIMITED',
    });
  });

  test('what it repeats of a request that it does not accept goes no further', async () => {
    const message = `验签出错，网关生成的验签字符串为：app_auth_token=${APP_AUTH_TOKEN}&app_id=2021000000000001`;
    world.faults.push({ code: 'isv.invalid-signature', message }, { code: 'isv.invalid-signature', message });
    const order = world.newOrder('alipay');
    const said = [
      await world.gateways.alipay.send(order, WITHIN_MS),
      await world.gateways.alipay.ask(order, WITHIN_MS),
    ];
    expect(said.map(({ state }) => state)).toEqual(['FAILED', 'UNKNOWN']);
    expect(JSON.stringify(said)).not.toContain(APP_AUTH_TOKEN);
  });
});

test('a long text of a gateway is cut', async () => {
  world.faults.push({ code: 'NOT_ENOUGH', message: 'x'.repeat(5_000) });
  const answer = await world.gateways.upp.send(world.newOrder('upp'), WITHIN_MS);
  expect(answer).toMatchObject({ state: 'FAILED' });
  expect(JSON.stringify(answer).length).toBeLessThan(500);
});
