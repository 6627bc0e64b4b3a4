import { randomBytes } from 'node:crypto';
import { alipayRefunds } from '../../adapters/refunds/alipayRefunds.ts';
import { uppRefunds } from '../../adapters/refunds/uppRefunds.ts';
import { wechatRefunds } from '../../adapters/refunds/wechatRefunds.ts';
import type { AlipayAccess } from '../../adapters/sources/alipay/alipayBills.ts';
import type { UppAccess } from '../../adapters/refunds/uppRefunds.ts';
import type { WechatAccess } from '../../adapters/sources/wechat/wechatBills.ts';
import type { GatewayRoute, RefundGateway, RefundOrder } from '../../domain/resolutionPorts.ts';
import { startAlipay } from '../../simulator/endpoints/alipay.ts';
import { RefundBook } from '../../simulator/endpoints/refunds/refundBook.ts';
import type { RefundFault, SaidCode } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { RefundDesk } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { startUpp } from '../../simulator/endpoints/refunds/upp.ts';
import { startWechatPay } from '../../simulator/endpoints/wechatPay.ts';
import { keyPair, pkcs1 } from '../sources/channelWorld.ts';

export const PAID_AT_MS = Date.parse('2026-03-09T10:00:00+08:00');
export const PROCESSING_MS = 600_000;
export const APP_AUTH_TOKEN = '202603BBtoken0000000000000000';
export const WITHIN_MS = 5_000;

/** What never answers must not make a test slow. */
export function withinMs(fault: string): number {
  return fault.startsWith('TIMEOUT') ? 200 : WITHIN_MS;
}

const CHANNEL = { upp: 'UNIONPAY', wechat: 'WECHAT', alipay: 'ALIPAY' } as const;
const MERCHANT_NO = { upp: 'H001', wechat: '1900000001', alipay: '2088000000000001' } as const;

export type Fault = RefundFault | SaidCode;

export type RefundWorld = {
  nowMs: number;
  readonly gateways: Readonly<Record<GatewayRoute, RefundGateway>>;
  readonly desks: Readonly<Record<GatewayRoute, RefundDesk>>;
  readonly access: {
    readonly upp: UppAccess;
    readonly wechat: WechatAccess;
    readonly alipay: AlipayAccess;
  };
  readonly deps: { readonly now: () => number; readonly nonce: () => string };
  /** PEM or base64. */
  readonly secrets: readonly string[];
  /** Taken by the next calls, one after another; then all goes well. */
  readonly faults: (Fault | null)[];
  /** A refund of 10 yuan of a new order of 25 yuan. */
  newOrder(route: GatewayRoute, over?: Partial<RefundOrder>): RefundOrder;
  close(): Promise<void>;
};

/** The three gateways over real HTTP. */
export async function startRefundWorld(): Promise<RefundWorld> {
  const [merchantKeys, platformKeys, appKeys, alipayKeys] = [keyPair(), keyPair(), keyPair(), keyPair()];
  const uppKey = randomBytes(32);
  const faults: (Fault | null)[] = [];
  const now = (): number => world.nowMs;
  const deskOf = (): RefundDesk =>
    new RefundDesk({
      book: new RefundBook({ orders: [], now }),
      fault: () => faults.shift() ?? null,
      processingMs: PROCESSING_MS,
    });
  const desks = { upp: deskOf(), wechat: deskOf(), alipay: deskOf() };
  const behaviour = {
    now,
    readyAtMs: () => 0,
    fault: () => null,
    maxCallsASecond: 1_000,
    urlLivesMs: 30_000,
  };
  const shelf = { bill: () => null };
  const upp = await startUpp({ desk: desks.upp, now, keyId: 'duizhang', key: uppKey });
  const wechat = await startWechatPay({
    shelf,
    behaviour,
    merchants: new Map([[`${MERCHANT_NO.wechat} SERIAL1`, merchantKeys.publicKey]]),
    platform: { serialNo: 'PUB_KEY_ID_1', privateKey: platformKeys.privateKey },
    refunds: desks.wechat,
  });
  const alipay = await startAlipay({
    shelf,
    behaviour,
    apps: new Map([['2021000000000001', { pid: MERCHANT_NO.alipay, publicKey: appKeys.publicKey }]]),
    alipayPrivateKey: alipayKeys.privateKey,
    refunds: desks.alipay,
  });
  const access = {
    upp: { url: new URL(upp.url), key: { keyId: 'duizhang', key: uppKey } },
    wechat: {
      url: new URL(wechat.url),
      key: { mchid: MERCHANT_NO.wechat, serialNo: 'SERIAL1', privateKey: merchantKeys.privateKey },
      platformKeys: new Map([['PUB_KEY_ID_1', platformKeys.publicKey]]),
      subMchid: null,
    },
    alipay: {
      url: new URL(`${alipay.url}/gateway.do`),
      appId: '2021000000000001',
      privateKey: pkcs1(appKeys.privateKey),
      alipayPublicKey: String(alipayKeys.publicKey.export({ type: 'spki', format: 'pem' })),
      appAuthToken: APP_AUTH_TOKEN,
    },
  };
  const deps = { now, nonce: () => randomBytes(16).toString('hex') };
  let orders = 0;
  const world: RefundWorld = {
    nowMs: PAID_AT_MS + 86_400_000,
    gateways: {
      upp: uppRefunds(access.upp, deps),
      wechat: wechatRefunds(access.wechat, deps),
      alipay: alipayRefunds(access.alipay, deps),
    },
    desks,
    access,
    deps,
    secrets: [pkcs1(merchantKeys.privateKey), pkcs1(appKeys.privateKey), uppKey.toString('base64')],
    faults,
    newOrder(route, over = {}) {
      orders += 1;
      const [orderNo, channelTxnNo] = [`ORDER${orders}`, `42000${orders}`];
      desks[route].book.addOrder({
        merchantNo: MERCHANT_NO[route],
        orderNo,
        channel: CHANNEL[route],
        channelTxnNo,
        paidFen: 2_500n,
        paidAtMs: PAID_AT_MS,
      });
      return {
        merchantId: 'H001',
        channel: CHANNEL[route],
        merchantNo: MERCHANT_NO[route],
        orderNo,
        channelTxnNo,
        refundNo: `DZ${orders}-1`,
        amountFen: 1_000n,
        paidFen: 2_500n,
        reason: '对账差错退款',
        ...over,
      };
    },
    close: async () => void (await Promise.all([upp, wechat, alipay].map((endpoint) => endpoint.close()))),
  };
  return world;
}
