import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHdp } from '../../simulator/endpoints/hdp.ts';
import { RefundBook } from '../../simulator/endpoints/refunds/refundBook.ts';
import type { PaidOrder } from '../../simulator/endpoints/refunds/refundBook.ts';
import type { RefundFault } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { RefundDesk } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { startUpp } from '../../simulator/endpoints/refunds/upp.ts';
import { startWechatPay } from '../../simulator/endpoints/wechatPay.ts';
import { keyPair, pkcs1 } from '../sources/channelWorld.ts';

/** Bills are not fetched from here: the test brings its own. */
const NO_BILLS = "window: { from: '23:59' }";

export type HisCall = { readonly merchantId: string; readonly orderNo: string; readonly atMs: number };

/** Those whom self-healing asks, over HTTP and signed; in memory they hold the truth about the money. */
export type HealingOutside = AsyncDisposable & {
  readonly upp: RefundDesk;
  readonly wechat: RefundDesk;
  /** Questions to HIS, which lacks every order that it is asked for. */
  readonly hisCalls: HisCall[];
  /** By hospital: taken by the payment platform's next call of it. */
  readonly uppFaults: Map<string, RefundFault>;
  /** YAML of a hospital's places, to stand in its line of the configuration. */
  readonly hdpYaml: string;
  readonly uppYaml: string;
  readonly wechatYaml: string;
  /** A payment that the gateway of these refunds has. */
  pay(desk: RefundDesk, order: Omit<PaidOrder, 'channel'>): void;
};

/** @param wechatNo the hospital's number at WeChat Pay */
export async function startHealingOutside(wechatNo: string): Promise<HealingOutside> {
  const dir = await mkdtemp(join(tmpdir(), 'dz-outside-'));
  const [uppKey, hdpKey] = [randomBytes(32), randomBytes(32)];
  const [merchantKeys, platformKeys] = [keyPair(), keyPair()];
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const files = {
    upp: await write('upp.key', uppKey.toString('base64')),
    hdp: await write('hdp.key', hdpKey.toString('base64')),
    merchant: await write('merchant.pem', pkcs1(merchantKeys.privateKey)),
    platform: await write(
      'platform.pem',
      String(platformKeys.publicKey.export({ type: 'spki', format: 'pem' })),
    ),
  };
  const now = Date.now;
  const uppFaults = new Map<string, RefundFault>();
  const upp = new RefundDesk({
    book: new RefundBook({ orders: [], now }),
    processingMs: 0,
    fault: ({ merchantNo }) => {
      const fault = uppFaults.get(merchantNo) ?? null;
      uppFaults.delete(merchantNo);
      return fault;
    },
  });
  const wechat = new RefundDesk({
    book: new RefundBook({ orders: [], now }),
    processingMs: 0,
    fault: () => null,
  });
  const hisCalls: HisCall[] = [];
  const behaviour = {
    now,
    readyAtMs: () => Number.POSITIVE_INFINITY,
    fault: () => null,
    maxCallsASecond: Number.POSITIVE_INFINITY,
    urlLivesMs: 0,
  };
  const shelf = { bill: () => null };
  const endpoints = {
    upp: await startUpp({ desk: upp, now, keyId: 'duizhang', key: uppKey }),
    hdp: await startHdp({
      shelf,
      behaviour,
      keyId: 'duizhang',
      key: hdpKey,
      orderNow(merchantId, orderNo) {
        hisCalls.push({ merchantId, orderNo, atMs: Date.now() });
        return null;
      },
    }),
    wechat: await startWechatPay({
      shelf,
      behaviour,
      merchants: new Map([[`${wechatNo} SERIAL1`, merchantKeys.publicKey]]),
      platform: { serialNo: 'PUB_KEY_ID_1', privateKey: platformKeys.privateKey },
      refunds: wechat,
    }),
  };
  return {
    upp,
    wechat,
    hisCalls,
    uppFaults,
    hdpYaml: `hdp: { url: '${endpoints.hdp.url}', keyId: duizhang, keyFile: ${files.hdp}, ${NO_BILLS} }`,
    uppYaml: `upp: { url: '${endpoints.upp.url}', keyId: duizhang, keyFile: ${files.upp} }`,
    wechatYaml:
      `wechat: { url: '${endpoints.wechat.url}', serialNo: SERIAL1, keyFile: ${files.merchant}, ` +
      `platformKeys: [{ serialNo: PUB_KEY_ID_1, file: ${files.platform} }], ${NO_BILLS} }`,
    pay: (desk, order) => desk.book.addOrder({ ...order, channel: 'WECHAT' }),
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(endpoints).map((endpoint) => endpoint.close()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
