import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, businessDateOf, isBusinessDate } from '../../domain/businessDate.ts';
import type { SimulatedBill } from '../day.ts';
import type { Behaviour, Fault, Shelf } from './behaviour.ts';
import { CallCounter } from './behaviour.ts';
import { WECHAT_ORDERS_PATH, wechatPaymentNow } from './refunds/payments.ts';
import type { RefundDesk } from './refunds/refundDesk.ts';
import { REFUNDS_PATH, wechatRefund } from './refunds/wechat.ts';
import type { Endpoint, Reply } from './serve.ts';
import { serve } from './serve.ts';
import type { WechatSigners } from './wechatSignatures.ts';
import { callerOf, json, problem, signed } from './wechatSignatures.ts';

// WeChat Pay, API v3, 申请交易账单 and 下载账单: https://pay.weixin.qq.com/doc/v3/merchant/4012810615

export type WechatPayParts = WechatSigners & {
  readonly shelf: Shelf;
  readonly behaviour: Behaviour;
  /** Where refunds are taken; without it none are. */
  readonly refunds?: RefundDesk;
};

type Ticket = {
  readonly mchid: string;
  readonly bill: SimulatedBill;
  readonly expiresAtMs: number;
  readonly fault: Fault | null;
};

const HISTORY_DAYS = 92;

export async function startWechatPay(parts: WechatPayParts, port = 0): Promise<Endpoint> {
  const tickets = new Map<string, Ticket>();
  const counter = new CallCounter(parts.behaviour);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const signers = () => ({ ...parts, nowMs: parts.behaviour.now() });
  const endpoint: Endpoint = await serve((request, body, url) => {
    const caller = callerOf(request, body, signers());
    if (caller === null) return problem(401, 'SIGN_ERROR', '签名错误');
    if (parts.refunds !== undefined && url.pathname.startsWith(REFUNDS_PATH)) {
      const sign = (reply: Reply, isStranger: boolean): Reply =>
        signed(reply, isStranger ? stranger : null, signers());
      return wechatRefund({ method: request.method ?? '', url, body, caller }, parts.refunds, sign);
    }
    if (parts.refunds !== undefined && url.pathname.startsWith(WECHAT_ORDERS_PATH)) {
      return signed(wechatPaymentNow(url, caller, parts.refunds.book), null, signers());
    }
    if (url.pathname === '/v3/billdownload/file') return download(tickets, url, caller, parts.behaviour);
    if (url.pathname !== '/v3/bill/tradebill') return problem(404, 'RESOURCE_NOT_EXISTS', '');
    if (counter.isTooFast(caller))
      return signed(problem(429, 'FREQUENCY_LIMITED', '频率超限'), null, signers());
    const merchantNo = url.searchParams.get('sub_mchid') ?? caller;
    const call = counter.attempt(merchantNo, url.searchParams.get('bill_date') ?? '');
    const fault = parts.behaviour.fault(call);
    if (fault === 'SLOW') return null;
    if (fault === 'NONSENSE') return { status: 200, body: '<html>welcome to the hotel</html>' };
    const reply = tradebill(url, { caller, merchantNo, fault, tickets, parts, base: () => endpoint.url });
    return signed(reply, fault === 'BAD_SIGNATURE' ? stranger : null, signers());
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
