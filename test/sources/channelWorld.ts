import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { AlipayAccess } from '../../adapters/sources/alipay/alipayBills.ts';
import { alipayBills } from '../../adapters/sources/alipay/alipayBills.ts';
import { hdpBills } from '../../adapters/sources/hdp/hdpBills.ts';
import type { HdpAccess } from '../../adapters/sources/hdp/hdpClient.ts';
import type { WechatAccess } from '../../adapters/sources/wechat/wechatBills.ts';
import { wechatBills } from '../../adapters/sources/wechat/wechatBills.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { BillAnswer, BillSource, WantedBill } from '../../domain/billSource.ts';
import type { Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { SimulatedBill } from '../../simulator/day.ts';
import { startAlipay } from '../../simulator/endpoints/alipay.ts';
import type { Behaviour, BillCall, Fault } from '../../simulator/endpoints/behaviour.ts';
import { shelfOf } from '../../simulator/endpoints/behaviour.ts';
import { startHdp } from '../../simulator/endpoints/hdp.ts';
import type { Endpoint } from '../../simulator/endpoints/serve.ts';
import { startWechatPay } from '../../simulator/endpoints/wechatPay.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';

export const DATE = '2026-03-09';
export const MERCHANT: Merchant = {
  merchantId: 'H001',
  name: '示例医院',
  mode: 'THREE_WAY',
  channels: [
    { channel: 'WECHAT', merchantNo: '1900000001' },
    { channel: 'ALIPAY', merchantNo: '2088000000000001' },
  ],
  rules: DEFAULT_RULES,
  graceMs: 0,
};
export const HIS_ORDER = {
  state: 'BOOKED',
  hisOrderNo: 'R1',
  amountFen: '2500',
  occurredAt: '2026-03-09T10:00:02+08:00',
  refunds: [{ amountFen: '500', occurredAt: '2026-03-09T11:00:00+08:00' }],
};

/** Short: what is slow must not make a test slow. */
const LIMITS = { answerWithinMs: 300, idleMs: 300, totalMs: 5_000 };
export const TEN = 10 * 3_600_000;
const NEVER = new AbortController().signal;

export type World = {
  /** Of the endpoints and of the sources, in milliseconds. */
  nowMs: number;
  maxCallsASecond: number;
  urlLivesMs: number;
  /** Of the date's next day, in milliseconds after Shanghai midnight. */
  readyAfterMs: number;
  /** Taken one after another by the calls that come; then all goes well. */
  readonly faults: Fault[];
  /** Goes before `faults`. */
  faultOf: ((call: BillCall) => Fault | null) | null;
  readonly calls: BillCall[];
  readonly bills: readonly SimulatedBill[];
  readonly sources: { readonly wechat: BillSource; readonly alipay: BillSource; readonly hdp: BillSource };
  readonly access: {
    readonly wechat: WechatAccess;
    readonly alipay: AlipayAccess;
    readonly hdp: HdpAccess;
  };
  readonly deps: { now: () => number; nonce: () => string };
  readonly privateKeys: readonly string[];
  fetch(source: BillSource, date?: BusinessDate): Promise<BillAnswer>;
  close(): Promise<void>;
};

/** The three places that bills come from, over real HTTP, with a simulated hospital's days. */
export async function startWorld(dates: readonly BusinessDate[] = [addDays(DATE, -1), DATE]): Promise<World> {
  const bills = dates.flatMap((date, seed) =>
    simulateDay({ seed, merchants: [MERCHANT], orders: 20, date, defects: {} }).bills.filter(
      (bill) => bill.date === date,
    ),
  );
  const [merchantKeys, platformKeys, appKeys, alipayKeys] = [keyPair(), keyPair(), keyPair(), keyPair()];
  const hdpKey = randomBytes(32);
  const calls: BillCall[] = [];
  const faults: Fault[] = [];
  const behaviour: Behaviour = {
    now: () => world.nowMs,
    readyAtMs: (date) => startOfDate(addDays(date, 1)) + world.readyAfterMs,
    fault: (call) => {
      calls.push(call);
      return world.faultOf ? world.faultOf(call) : (faults.shift() ?? null);
    },
    get maxCallsASecond() {
      return world.maxCallsASecond;
    },
    get urlLivesMs() {
      return world.urlLivesMs;
    },
  };
  const [wechatNo, alipayNo] = [numberAt('WECHAT'), numberAt('ALIPAY')];
  const wechat = await startWechatPay({
    shelf: shelfOf(bills, (bill) => (bill.channel === 'WECHAT' ? wechatNo : null)),
    behaviour,
    merchants: new Map([[`${wechatNo} SERIAL1`, merchantKeys.publicKey]]),
    platform: { serialNo: 'PUB_KEY_ID_1', privateKey: platformKeys.privateKey },
  });
  const alipay = await startAlipay({
    shelf: shelfOf(bills, (bill) => (bill.channel === 'ALIPAY' ? alipayNo : null)),
    behaviour,
    apps: new Map([['2021000000000001', { pid: alipayNo, publicKey: appKeys.publicKey }]]),
    alipayPrivateKey: alipayKeys.privateKey,
  });
  const hdp = await startHdp({
    shelf: shelfOf(bills, (bill) => (bill.book === 'MERCHANT' ? bill.merchantId : null)),
    behaviour,
    keyId: 'duizhang',
    key: hdpKey,
    orderNow: (_, orderNo) => (orderNo === 'A1' ? HIS_ORDER : null),
  });
  const endpoints: readonly Endpoint[] = [wechat, alipay, hdp];
  const deps = { now: () => world.nowMs, nonce: () => randomBytes(16).toString('hex') };
  const access = {
    wechat: {
      url: new URL(wechat.url),
      key: { mchid: wechatNo, serialNo: 'SERIAL1', privateKey: merchantKeys.privateKey },
      platformKeys: new Map([['PUB_KEY_ID_1', platformKeys.publicKey]]),
      subMchid: null,
      limits: LIMITS,
    },
    alipay: {
      url: new URL(`${alipay.url}/gateway.do`),
      appId: '2021000000000001',
      privateKey: pkcs1(appKeys.privateKey),
      alipayPublicKey: String(alipayKeys.publicKey.export({ type: 'spki', format: 'pem' })),
      appAuthToken: null,
      limits: LIMITS,
    },
    hdp: { url: new URL(hdp.url), key: { keyId: 'duizhang', key: hdpKey }, tls: null, limits: LIMITS },
  };
  const world: World = {
    nowMs: startOfDate(addDays(DATE, 1)) + TEN,
    maxCallsASecond: 100,
    urlLivesMs: 30_000,
    readyAfterMs: 0,
    faults,
    faultOf: null,
    calls,
    bills,
    access,
    deps,
    sources: {
      wechat: wechatBills(access.wechat, deps),
      alipay: alipayBills(access.alipay, deps),
      hdp: hdpBills(access.hdp, deps),
    },
    privateKeys: [pkcs1(merchantKeys.privateKey), pkcs1(appKeys.privateKey), hdpKey.toString('base64')],
    fetch: (source, date = DATE) => source.fetch(wantedOf(source, date), NEVER),
    close: async () => void (await Promise.all(endpoints.map((endpoint) => endpoint.close()))),
  };
  return world;
}

export function wantedOf(source: Pick<BillSource, 'name'>, date: BusinessDate): WantedBill {
  const { merchantId } = MERCHANT;
  if (source.name === 'hdp') return { merchantId, book: 'MERCHANT', channel: null, date };
  return { merchantId, book: 'CHANNEL', channel: source.name === 'wechat' ? 'WECHAT' : 'ALIPAY', date };
}

/** The bytes of an answer that is a bill; it is disposed of. */
export async function bytesOf(answer: BillAnswer): Promise<Buffer> {
  if (answer.kind !== 'bill') throw new Error(`no bill: ${JSON.stringify(answer)}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.bill.open()) chunks.push(chunk);
  await answer.bill.dispose();
  return Buffer.concat(chunks);
}

export function keyPair() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

export function pkcs1(key: ReturnType<typeof keyPair>['privateKey']): string {
  return String(key.export({ type: 'pkcs1', format: 'pem' }));
}

function numberAt(channel: Channel): string {
  return MERCHANT.channels.find((own) => own.channel === channel)?.merchantNo ?? '';
}
