import { yuanOfFen } from '../../../domain/money.ts';
import type { Reply } from '../serve.ts';
import { json, problem } from '../wechatSignatures.ts';
import { fieldsOf, textAt } from './fields.ts';
import type { RefundBook } from './refundBook.ts';

// The channels' order queries, upon the same book as their refunds.
// WeChat Pay: https://pay.weixin.qq.com/doc/v3/merchant/4012791859; Alipay: https://opendocs.alipay.com/open/02e7gm

export const WECHAT_ORDERS_PATH = '/v3/pay/transactions/out-trade-no/';
export const ALIPAY_ORDER_METHOD = 'alipay.trade.query';

export function wechatPaymentNow(url: URL, caller: string, book: RefundBook): Reply {
  const orderNo = decodeURIComponent(url.pathname.slice(WECHAT_ORDERS_PATH.length));
  if (url.searchParams.get('mchid') !== caller) return problem(400, 'PARAM_ERROR', 'mchid');
  const order = book.order({ merchantNo: caller, orderNo });
  if (!order) return problem(404, 'ORDER_NOT_EXIST', '订单不存在');
  const total = Number(order.paidFen);
  return json(200, {
    mchid: caller,
    out_trade_no: orderNo,
    transaction_id: order.channelTxnNo,
    trade_state: book.totalOf(orderNo) > 0n ? 'REFUND' : 'SUCCESS',
    trade_state_desc: '支付成功',
    amount: { total, payer_total: total, currency: 'CNY', payer_currency: 'CNY' },
  });
}

/** What goes into the signed part of the answer. */
export function alipayPaymentNow(
  bizContent: string,
  pid: string,
  book: RefundBook,
): Readonly<Record<string, string>> {
  const orderNo = textAt(fieldsOf(bizContent), 'out_trade_no');
  const order = book.order({ merchantNo: pid, orderNo });
  if (!order) {
    const words = { sub_code: 'ACQ.TRADE_NOT_EXIST', sub_msg: '交易不存在' };
    return { code: '40004', msg: 'Business Failed', ...words };
  }
  // A part that was refunded does not show here.
  const isClosed = book.totalOf(orderNo) >= order.paidFen;
  return {
    code: '10000',
    msg: 'Success',
    out_trade_no: orderNo,
    trade_no: order.channelTxnNo,
    trade_status: isClosed ? 'TRADE_CLOSED' : 'TRADE_SUCCESS',
    total_amount: yuanOfFen(order.paidFen),
  };
}
