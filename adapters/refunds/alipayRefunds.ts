import { setTimeout as pause } from 'node:timers/promises';
import { AlipayRequestError, AlipaySdk } from 'alipay-sdk';
import { instantOfLocal, localOfInstant } from '../../domain/businessDate.ts';
import { fenOfYuan, yuanOfFen } from '../../domain/money.ts';
import type { RefundAnswer, RefundGateway, RefundOrder } from '../../domain/resolutionPorts.ts';
import type { AlipayAccess } from '../sources/alipay/alipayBills.ts';
import type { CodeTable, GatewayDeps } from './answers.ts';
import { answerOfCode, brief, unknown } from './answers.ts';

// alipay.trade.refund and alipay.trade.fastpay.refund.query: https://opendocs.alipay.com/open/02e7go and 02e7gq

/** Without `ACQ.`, `aop.ACQ.`, `isv.` and `isp.`, which come and go. */
export const ALIPAY_CODES: CodeTable = {
  SELLER_BALANCE_NOT_ENOUGH: 'FAILED',
  INVALID_PARAMETER: 'FAILED',
  TRADE_NOT_EXIST: 'FAILED',
  TRADE_STATUS_ERROR: 'FAILED',
  REASON_TRADE_BEEN_FREEZEN: 'FAILED',
  'APP-CALL-LIMITED': 'FAILED',
  'CALL-LIMITED': 'FAILED',
  'INVALID-SIGNATURE': 'FAILED',
  'INVALID-APP-ID': 'FAILED',
  'INSUFFICIENT-ISV-PERMISSIONS': 'FAILED',
  TRADE_HAS_FINISHED: 'REFUSED',
  TRADE_HAS_CLOSE: 'REFUSED',
  TRADE_NOT_ALLOW_REFUND: 'REFUSED',
  NOT_ALLOW_PARTIAL_REFUND: 'REFUSED',
  REFUND_AMT_NOT_EQUAL_TOTAL: 'REFUSED',
  REASON_TRADE_REFUND_FEE_ERR: 'REFUSED',
  BUYER_NOT_EXIST: 'REFUSED',
  BUYER_ERROR: 'REFUSED',
  // Another refund has the number, and may have been paid.
  DISCORDANT_REPEAT_REQUEST: 'UNKNOWN',
  SYSTEM_ERROR: 'UNKNOWN',
};

const MIN_GAP_MS = 3_000;
const MAX_REASON = 256;

export function alipayRefunds(access: AlipayAccess, deps: GatewayDeps): RefundGateway {
  return {
    minGapMs: MIN_GAP_MS,
    async send(order, withinMs) {
      const said = await call('alipay.trade.refund', sentOf(order), withinMs, { access, deps });
      return 'state' in said ? said : answerOfSent(said, order, deps.now());
    },
    async ask(order, withinMs) {
      const said = await call('alipay.trade.fastpay.refund.query', askedOf(order), withinMs, {
        access,
        deps,
      });
      return 'state' in said ? said : answerOfAsked(said, order, deps.now());
    },
  };
}

function tradeOf({ channelTxnNo, orderNo }: RefundOrder): Record<string, string> {
  return channelTxnNo === null ? { out_trade_no: orderNo } : { trade_no: channelTxnNo };
}

function sentOf(order: RefundOrder): Record<string, unknown> {
  return {
    ...tradeOf(order),
    refund_amount: yuanOfFen(order.amountFen),
    refund_reason: order.reason.slice(0, MAX_REASON),
    out_request_no: order.refundNo,
  };
}

function askedOf(order: RefundOrder): Record<string, unknown> {
  return { ...tradeOf(order), out_request_no: order.refundNo, query_options: ['gmt_refund_pay'] };
}

type Context = { readonly access: AlipayAccess; readonly deps: GatewayDeps };
/** An answer whose signature was found right; texts only, '' where there is none. */
type Said = { readonly code: string; readonly text: (name: string) => string };

async function call(
  method: string,
  bizContent: Record<string, unknown>,
  withinMs: number,
  { access, deps }: Context,
): Promise<Said | RefundAnswer> {
  const sdk = new AlipaySdk({
    appId: access.appId,
    privateKey: access.privateKey,
    keyType: 'PKCS1',
    alipayPublicKey: access.alipayPublicKey,
    gateway: access.url.href,
    timeout: withinMs,
  });
  const { appAuthToken } = access;
  const params = {
    // The SDK would write this machine's local time, the gateway expects Beijing's.
    timestamp: localOfInstant(deps.now()),
    bizContent,
    ...(appAuthToken === null ? {} : { appAuthToken }),
  };
  const answered = sdk.exec(method, params, { validateSign: true }).then(
    (said): Said | RefundAnswer => ({
      code: said.code,
      text: (name) => (typeof said[name] === 'string' ? said[name] : ''),
    }),
    (error: unknown) => unknownOf(error),
  );
  // The SDK's own limit is for each part of a call.
  const ending = new AbortController();
  const late = pause(withinMs, unknown('NO_ANSWER', `Alipay did not answer within ${withinMs} ms`), ending);
  try {
    return await Promise.race([answered, late]);
  } finally {
    ending.abort();
    late.catch(ignoreAbort);
  }
}

/** The SDK's messages hold what was signed, tokens and all: only what kind of failure it was goes on. */
function unknownOf(error: unknown): RefundAnswer {
  if (!(error instanceof AlipayRequestError)) {
    // An answer without a signature makes the SDK hand `undefined` to Node's verifier.
    if (!(error instanceof TypeError && 'code' in error)) throw error;
    return unknown('UNVERIFIED', "Alipay's answer carries no signature that can be checked");
  }
  const { responseDataRaw } = error;
  if (responseDataRaw === undefined) {
    return unknown('NO_ANSWER', 'Alipay cannot be reached, or did not answer in time');
  }
  const [kind = ''] = error.message.split(/[，,:(]/);
  const code = kind.includes('验签') ? 'UNVERIFIED' : kind.includes('HTTP') ? 'SERVER_ERROR' : 'UNREADABLE';
  return unknown(code, `Alipay's answer cannot be taken: ${kind}`);
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

function answerOfSent(said: Said, order: RefundOrder, nowMs: number): RefundAnswer {
  if (said.code !== '10000') {
    const { name, detail } = problemOf(said);
    // 20000: the service is not available, whatever else it says.
    return said.code === '20000' ? unknown('SERVER_ERROR', detail) : answerOfCode(ALIPAY_CODES, name, detail);
  }
  if (!isOfTrade(said, order)) return otherRefund(said);
  if (said.text('fundChange') !== 'Y') {
    return unknown('FUND_CHANGE_N', 'Alipay took the refund, and does not say that money moved');
  }
  // refund_fee is what the trade has had refunded in all.
  const refundedFen = fenOfYuan(said.text('refundFee'));
  if (refundedFen === null || refundedFen < order.amountFen) return otherRefund(said);
  return {
    state: 'SUCCEEDED',
    gatewayRefundId: null,
    refundedAtMs: instantOfLocal(said.text('gmtRefundPay')) ?? nowMs,
  };
}

function answerOfAsked(said: Said, order: RefundOrder, nowMs: number): RefundAnswer {
  if (said.code !== '10000') {
    const { name, detail } = problemOf(said);
    return { state: name === 'TRADE_NOT_EXIST' ? 'NOT_FOUND' : 'UNKNOWN', code: name, detail };
  }
  const status = said.text('refundStatus');
  if (status === '') {
    return {
      state: 'NOT_FOUND',
      code: null,
      detail: 'Alipay has no such refund: it was not received, or failed',
    };
  }
  if (status !== 'REFUND_SUCCESS') {
    return { state: 'UNKNOWN', code: brief(status), detail: 'Alipay says what is not known here' };
  }
  const isOurs =
    isOfTrade(said, order) &&
    said.text('outRequestNo') === order.refundNo &&
    fenOfYuan(said.text('refundAmount')) === order.amountFen;
  if (!isOurs) return otherRefund(said);
  return {
    state: 'SUCCEEDED',
    gatewayRefundId: null,
    refundedAtMs: instantOfLocal(said.text('gmtRefundPay')) ?? nowMs,
  };
}

function isOfTrade(said: Said, { orderNo, channelTxnNo }: RefundOrder): boolean {
  return said.text('outTradeNo') === orderNo && [said.text('tradeNo'), null].includes(channelTxnNo);
}

function otherRefund(said: Said): RefundAnswer {
  const [orderNo, no] = [said.text('outTradeNo'), said.text('outRequestNo')].map(brief);
  return unknown(
    'OTHER_REFUND',
    `Alipay answered with a refund ${no ?? ''} of order ${orderNo ?? ''}, of ${brief(said.text('refundAmount'))} yuan`,
  );
}

function problemOf(said: Said): { readonly name: string; readonly detail: string } {
  const subCode = brief(said.text('subCode'));
  const name = subCode.replace(/^(aop\.)?(ACQ\.|is[pv]\.)?/i, '').toUpperCase();
  // What the gateway itself says of a request repeats what was signed, a token too.
  const words = /^is[pv]\./i.test(subCode) ? '' : said.text('subMsg');
  const isLimited = said.code === '40005';
  return {
    name: isLimited ? 'APP-CALL-LIMITED' : name,
    detail: brief(`Alipay answered ${said.code} ${subCode} ${words}`.trim()),
  };
}
