import { instantOfLocal } from '../../domain/businessDate.ts';
import { fenOfYuan, yuanOfFen } from '../../domain/money.ts';
import type { RefundAnswer, RefundGateway, RefundOrder } from '../../domain/resolutionPorts.ts';
import type { AlipayAccess } from '../sources/alipay/alipayBills.ts';
import type { CodeTable, GatewayDeps } from './answers.ts';
import type { Said } from './alipayCall.ts';
import { callAlipay, problemOf } from './alipayCall.ts';
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
      const said = await callAlipay('alipay.trade.refund', sentOf(order), withinMs, { access, deps });
      return 'state' in said ? said : answerOfSent(said, order, deps.now());
    },
    async ask(order, withinMs) {
      const said = await callAlipay('alipay.trade.fastpay.refund.query', askedOf(order), withinMs, {
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
