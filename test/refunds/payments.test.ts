import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alipayPayment } from '../../adapters/refunds/alipayPayment.ts';
import { wechatPayment } from '../../adapters/refunds/wechatPayment.ts';
import type { PaymentAnswer } from '../../domain/selfHealing.ts';
import { keyPair, pkcs1 } from '../sources/channelWorld.ts';
import type { RefundWorld } from './refundWorld.ts';
import { startRefundWorld } from './refundWorld.ts';

let world: RefundWorld;
beforeAll(async () => {
  world = await startRefundWorld();
});
afterAll(() => world.close());

describe.each(['wechat', 'alipay'] as const)('%s', (route) => {
  const ask = (orderNo: string): Promise<PaymentAnswer> => {
    const { wechat, alipay } = world.access;
    return (route === 'wechat' ? wechatPayment(wechat) : alipayPayment(alipay))(orderNo, world.deps);
  };

  test('a payment that the channel holds is told with its amount and number', async () => {
    const { orderNo, channelTxnNo } = world.newOrder(route);
    expect(await ask(orderNo)).toEqual({ state: 'PAID', amountFen: 2_500n, channelTxnNo });
  });

  test('an order that the channel does not know was not paid', async () => {
    expect(await ask('NO-SUCH')).toMatchObject({ state: 'NOT_PAID' });
  });

  test('one that went back is not held any more', async () => {
    const order = world.newOrder(route, { amountFen: 2_500n });
    await world.gateways[route].send(order, 5_000);
    expect(await ask(order.orderNo)).toMatchObject({ state: 'NOT_PAID' });
  });

  test('an answer that is not shown to be the channel’s says nothing, and so does none', async () => {
    const { orderNo } = world.newOrder(route);
    const { wechat, alipay } = world.access;
    const { publicKey, privateKey } = keyPair();
    const other = String(publicKey.export({ type: 'spki', format: 'pem' }));
    const strangers = [
      wechatPayment({ ...wechat, platformKeys: new Map([['PUB_KEY_ID_1', publicKey]]) }),
      wechatPayment({ ...wechat, key: { ...wechat.key, privateKey } }),
      wechatPayment({ ...wechat, url: new URL('http://127.0.0.1:9') }),
      alipayPayment({ ...alipay, alipayPublicKey: other }),
      alipayPayment({ ...alipay, privateKey: pkcs1(privateKey) }),
      alipayPayment({ ...alipay, url: new URL('http://127.0.0.1:9/gateway.do') }),
    ];
    for (const query of strangers) {
      expect(await query(orderNo, world.deps)).toMatchObject({ state: 'UNCLEAR' });
    }
  });
});
