import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import iconv from 'iconv-lite';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, businessDateOf, instantOfLocal, isBusinessDate } from '../../domain/businessDate.ts';
import type { SimulatedBill } from '../day.ts';
import { isSigned, signedAnswer } from './alipaySignatures.ts';
import type { Behaviour, Fault, Shelf } from './behaviour.ts';
import { CallCounter } from './behaviour.ts';
import { alipayRefund, isRefundMethod } from './refunds/alipay.ts';
import { ALIPAY_ORDER_METHOD, alipayPaymentNow } from './refunds/payments.ts';
import type { RefundDesk } from './refunds/refundDesk.ts';
import type { Endpoint, Reply } from './serve.ts';
import { serve } from './serve.ts';

// Alipay's gateway with alipay.data.dataservice.bill.downloadurl.query, RSA2: https://opendocs.alipay.com/common/02kf5q

export type AlipayParts = {
  /** By the merchant's PID. */
  readonly shelf: Shelf;
  readonly behaviour: Behaviour;
  /** Applications by their id: whose they are, and what they sign with. */
  readonly apps: ReadonlyMap<string, { readonly pid: string; readonly publicKey: KeyObject }>;
  readonly alipayPrivateKey: KeyObject;
  /** Where refunds are taken; without it none are. */
  readonly refunds?: RefundDesk;
};

type Ticket = { readonly bill: SimulatedBill; readonly expiresAtMs: number; readonly fault: Fault | null };

const METHOD = 'alipay.data.dataservice.bill.downloadurl.query';
const MAX_SKEW_MS = 24 * 3_600_000;

export async function startAlipay(parts: AlipayParts, port = 0): Promise<Endpoint> {
  const tickets = new Map<string, Ticket>();
  const counter = new CallCounter(parts.behaviour);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const endpoint: Endpoint = await serve((_, body, url) => {
    if (url.pathname === '/downloadBillFile.resource') return download(tickets, url, parts.behaviour);
    if (url.pathname !== '/gateway.do') return { status: 404 };
    const params = new Map([...url.searchParams, ...new URLSearchParams(body)]);
    const app = parts.apps.get(params.get('app_id') ?? '');
    const method = params.get('method') ?? '';
    if (!app) return problem('40002', 'isv.invalid-app-id', parts.alipayPrivateKey, method);
    if (!isSigned(params, app.publicKey))
      return problem('40002', 'isv.invalid-signature', parts.alipayPrivateKey, method);
    const sentAtMs = instantOfLocal(params.get('timestamp') ?? '');
    const isTimely = sentAtMs !== null && Math.abs(sentAtMs - parts.behaviour.now()) <= MAX_SKEW_MS;
    if (!isTimely) return problem('40002', 'isv.invalid-timestamp', parts.alipayPrivateKey, method);
    if (parts.refunds !== undefined && isRefundMethod(method)) {
      const keys = { own: parts.alipayPrivateKey, stranger };
      return alipayRefund(method, { params, pid: app.pid }, parts.refunds, keys);
    }
    if (parts.refunds !== undefined && method === ALIPAY_ORDER_METHOD) {
      const said = alipayPaymentNow(params.get('biz_content') ?? '', app.pid, parts.refunds.book);
      return signedAnswer(method, said, parts.alipayPrivateKey);
    }
    const asked = askedOf(params);
    if (asked === null) return problem('40002', 'isv.invalid-parameter', parts.alipayPrivateKey);
    if (counter.isTooFast(app.pid)) return problem('40005', 'isv.app-call-limited', parts.alipayPrivateKey);
    const fault = parts.behaviour.fault(counter.attempt(app.pid, asked));
    if (fault === 'SLOW') return null;
    if (fault === 'NONSENSE') return { status: 200, body: '<html>welcome to the hotel</html>' };
    const key = fault === 'BAD_SIGNATURE' ? stranger : parts.alipayPrivateKey;
    return downloadUrl(asked, { pid: app.pid, fault, tickets, parts, key, base: endpoint.url });
  }, port);
  return endpoint;
}

type Asked = {
  readonly pid: string;
  readonly fault: Fault | null;
  readonly tickets: Map<string, Ticket>;
  readonly parts: AlipayParts;
  readonly key: KeyObject;
  readonly base: string;
};

function downloadUrl(date: BusinessDate, { pid, fault, tickets, parts, key, base }: Asked): Reply {
  const { behaviour, shelf } = parts;
  if (fault === 'SERVER_ERROR') return { status: 502, body: 'Bad Gateway' };
  if (fault === 'RATE_LIMITED') return problem('40005', 'isv.app-call-limited', key);
  if (date >= businessDateOf(behaviour.now())) return problem('40004', 'isv.invalid_arguments', key);
  const bill = shelf.bill(pid, fault === 'OTHER_DATE' ? addDays(date, -1) : date);
  // The same answer for "not yet" and "no trade that day".
  if (behaviour.now() < behaviour.readyAtMs(date) || bill === null) {
    return problem('40004', 'isp.bill_not_exist', key);
  }
  const token = randomBytes(24).toString('hex');
  const livesMs = fault === 'EXPIRED_URL' ? -1 : behaviour.urlLivesMs;
  tickets.set(token, { bill, expiresAtMs: behaviour.now() + livesMs, fault });
  const query = new URLSearchParams({ bizType: 'trade', userId: `${pid}0156`, fileType: 'csv.zip', token });
  return signedAnswer(
    METHOD,
    {
      code: '10000',
      msg: 'Success',
      bill_download_url: `${base}/downloadBillFile.resource?${query.toString()}`,
    },
    key,
  );
}

function download(tickets: Map<string, Ticket>, url: URL, behaviour: Behaviour): Reply {
  const ticket = tickets.get(url.searchParams.get('token') ?? '');
  if (!ticket || ticket.expiresAtMs < behaviour.now()) {
    return {
      status: 200,
      headers: { 'content-type': 'text/html;charset=GBK' },
      body: iconv.encode('下载超时,请重新下载', 'gbk'),
    };
  }
  return { status: 200, body: ticket.bill.bytes, isCut: ticket.fault === 'CUT_BODY' };
}

/** @returns the date of a day's trade bill; null when something else is asked for */
function askedOf(params: ReadonlyMap<string, string>): BusinessDate | null {
  if (params.get('method') !== METHOD) return null;
  try {
    const content: unknown = JSON.parse(params.get('biz_content') ?? '');
    const fields = new Map(Object.entries(Object(content)));
    const date = String(fields.get('bill_date'));
    return fields.get('bill_type') === 'trade' && isBusinessDate(date) ? date : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function problem(code: string, subCode: string, key: KeyObject, method = METHOD): Reply {
  return signedAnswer(method, { code, msg: 'Business Failed', sub_code: subCode, sub_msg: subCode }, key);
}
