import { createHash, createSign, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, businessDateOf, isBusinessDate } from '../../domain/businessDate.ts';
import type { SimulatedBill } from '../day.ts';
import type { Behaviour, Fault, Shelf } from './behaviour.ts';
import { CallCounter } from './behaviour.ts';
import type { Endpoint, Reply } from './serve.ts';
import { serve } from './serve.ts';

// WeChat Pay, API v3, 申请交易账单 and 下载账单: https://pay.weixin.qq.com/doc/v3/merchant/4012810615

export type WechatPayParts = {
  readonly shelf: Shelf;
  readonly behaviour: Behaviour;
  /** Public keys of the merchants' API certificates, by `mchid serial`. */
  readonly merchants: ReadonlyMap<string, KeyObject>;
  /** What the platform signs with. */
  readonly platform: { readonly serialNo: string; readonly privateKey: KeyObject };
};

type Ticket = {
  readonly mchid: string;
  readonly bill: SimulatedBill;
  readonly expiresAtMs: number;
  readonly fault: Fault | null;
};

const MAX_SKEW_MS = 300_000;
const HISTORY_DAYS = 92;

export async function startWechatPay(parts: WechatPayParts, port = 0): Promise<Endpoint> {
  const tickets = new Map<string, Ticket>();
  const counter = new CallCounter(parts.behaviour);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const endpoint: Endpoint = await serve((request, body, url) => {
    const caller = callerOf(request, body, parts);
    if (caller === null) return problem(401, 'SIGN_ERROR', '签名错误');
    if (url.pathname === '/v3/billdownload/file') return download(tickets, url, caller, parts.behaviour);
    if (url.pathname !== '/v3/bill/tradebill') return problem(404, 'RESOURCE_NOT_EXISTS', '');
    if (counter.isTooFast(caller)) return signed(problem(429, 'FREQUENCY_LIMITED', '频率超限'), parts, null);
    const merchantNo = url.searchParams.get('sub_mchid') ?? caller;
    const call = counter.attempt(merchantNo, url.searchParams.get('bill_date') ?? '');
    const fault = parts.behaviour.fault(call);
    if (fault === 'SLOW') return null;
    if (fault === 'NONSENSE') return { status: 200, body: '<html>welcome to the hotel</html>' };
    const reply = tradebill(url, { caller, merchantNo, fault, tickets, parts, base: () => endpoint.url });
    return signed(reply, parts, fault === 'BAD_SIGNATURE' ? stranger : null);
  }, port);
  return endpoint;
}

type Asked = {
  readonly caller: string;
  readonly merchantNo: string;
  readonly fault: Fault | null;
  readonly tickets: Map<string, Ticket>;
  readonly parts: WechatPayParts;
  readonly base: () => string;
};

function tradebill(url: URL, { caller, merchantNo, fault, tickets, parts, base }: Asked): Reply {
  const { behaviour, shelf } = parts;
  const date: BusinessDate = url.searchParams.get('bill_date') ?? '';
  const today = businessDateOf(behaviour.now());
  if (url.searchParams.get('bill_type') !== 'ALL' || url.searchParams.get('tar_type') !== 'GZIP') {
    return problem(400, 'PARAM_ERROR', '参数错误');
  }
  if (!isBusinessDate(date) || date >= today || date < addDays(today, -HISTORY_DAYS)) {
    return problem(400, 'INVALID_REQUEST', '账单日期不合法');
  }
  if (fault === 'SERVER_ERROR') return problem(500, 'SYSTEM_ERROR', '系统错误');
  if (fault === 'RATE_LIMITED') return problem(429, 'FREQUENCY_LIMITED', '频率超限');
  if (behaviour.now() < behaviour.readyAtMs(date)) return problem(400, 'STATEMENT_CREATING', '账单生成中');
  const bill = shelf.bill(merchantNo, fault === 'OTHER_DATE' ? addDays(date, -1) : date);
  if (bill === null) return problem(400, 'NO_STATEMENT_EXIST', '请求的账单文件不存在');
  const token = randomBytes(24).toString('hex');
  const livesMs = fault === 'EXPIRED_URL' ? -1 : behaviour.urlLivesMs;
  tickets.set(token, { mchid: caller, bill, expiresAtMs: behaviour.now() + livesMs, fault });
  const hash_value = createHash('sha1').update(gunzipSync(bill.bytes)).digest('hex');
  return json(200, {
    hash_type: 'SHA1',
    hash_value: fault === 'WRONG_HASH' ? hash_value.split('').reverse().join('') : hash_value,
    download_url: `${base()}/v3/billdownload/file?token=${token}`,
  });
}

/** Carries no signature of the platform. */
function download(tickets: Map<string, Ticket>, url: URL, caller: string, behaviour: Behaviour): Reply {
  const ticket = tickets.get(url.searchParams.get('token') ?? '');
  if (!ticket || ticket.expiresAtMs < behaviour.now())
    return problem(400, 'INVALID_REQUEST', '下载链接已失效');
  if (ticket.mchid !== caller) return problem(403, 'NO_AUTH', '无权限');
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream' },
    body: ticket.bill.bytes,
    isCut: ticket.fault === 'CUT_BODY',
  };
}

const AUTHORIZATION =
  /^WECHATPAY2-SHA256-RSA2048 mchid="([^"]+)",nonce_str="([^"]+)",signature="([^"]+)",timestamp="(\d+)",serial_no="([^"]+)"$/;

/** @returns the merchant number that signed the request; null: nobody we know did */
function callerOf(
  request: IncomingMessage,
  body: string,
  { merchants, behaviour }: WechatPayParts,
): string | null {
  const [, mchid, nonce, signature, timestamp, serial] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (!mchid || !signature) return null;
  const key = merchants.get(`${mchid} ${serial ?? ''}`);
  if (!key || Math.abs(Number(timestamp) * 1000 - behaviour.now()) > MAX_SKEW_MS) return null;
  const text = `${request.method ?? ''}\n${request.url ?? ''}\n${timestamp ?? ''}\n${nonce ?? ''}\n${body}\n`;
  return createVerify('RSA-SHA256').update(text).verify(key, signature, 'base64') ? mchid : null;
}

function signed(reply: Reply, { platform, behaviour }: WechatPayParts, stranger: KeyObject | null): Reply {
  const timestamp = String(Math.floor(behaviour.now() / 1000));
  const nonce = randomBytes(16).toString('hex');
  const signature = createSign('RSA-SHA256')
    .update(`${timestamp}\n${nonce}\n${String(reply.body ?? '')}\n`)
    .sign(stranger ?? platform.privateKey, 'base64');
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'Wechatpay-Serial': platform.serialNo,
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Signature': signature,
    },
  };
}

function problem(status: number, code: string, message: string): Reply {
  return json(status, { code, message });
}

function json(status: number, value: object): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
