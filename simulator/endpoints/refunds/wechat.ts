import type { Reply } from '../serve.ts';
import { json, problem } from '../wechatSignatures.ts';
import { fieldsIn, fieldsOf, textAt } from './fields.ts';
import type { AskedRefund, KeptRefund, NotTaken, PaidOrder } from './refundBook.ts';
import type { Outcome, RefundDesk, Voice } from './refundDesk.ts';
import { delivered } from './refundDesk.ts';

// WeChat Pay, API v3, 申请退款 and 查询单笔退款: https://pay.weixin.qq.com/doc/v3/merchant/4012791862

export const REFUNDS_PATH = '/v3/refund/domestic/refunds';

export type WechatRefundRequest = {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  /** The merchant number that signed it. */
  readonly caller: string;
};

const NOT_TAKEN: Readonly<Record<NotTaken, readonly [status: number, code: string, message: string]>> = {
  ORDER_NOT_FOUND: [404, 'RESOURCE_NOT_EXISTS', '订单不存在'],
  DISCORDANT: [400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试'],
  AMOUNT_EXCEEDED: [400, 'INVALID_REQUEST', '退款金额大于可退金额'],
  OVERDUE: [400, 'TRADE_OVERDUE', '订单已超过退款期限'],
  TOO_FREQUENT: [429, 'FREQUENCY_LIMITED', '频率限制'],
  NOT_ENOUGH: [403, 'NOT_ENOUGH', '基本账户余额不足，请充值后重新发起'],
};

export function wechatRefund(
  { method, url, body, caller }: WechatRefundRequest,
  desk: RefundDesk,
  sign: Voice['sign'],
): Reply | null {
  const voice: Voice = { sign, systemError: () => problem(500, 'SYSTEM_ERROR', '系统错误') };
  if (method === 'POST' && url.pathname === REFUNDS_PATH) {
    const asked = askedOf(body, caller, desk);
    if (typeof asked === 'string') return sign(problem(400, 'PARAM_ERROR', asked), false);
    return answer(
      desk.send(asked),
      (taken) =>
        taken.kind === 'TAKEN' ? refundJson(taken.refund, taken.order) : problem(...NOT_TAKEN[taken.why]),
      voice,
    );
  }
  const refundNo = decodeURIComponent(url.pathname.slice(REFUNDS_PATH.length + 1));
  const merchantNo = url.searchParams.get('sub_mchid') ?? caller;
  if (method !== 'GET' || refundNo === '') return sign(problem(404, 'RESOURCE_NOT_EXISTS', ''), false);
  return answer(
    desk.ask(merchantNo, refundNo),
    (refund) => {
      const order = refund && desk.book.order({ merchantNo, orderNo: refund.orderNo });
      return order ? refundJson(refund, order) : problem(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
    },
    voice,
  );
}

function answer<T>(outcome: Outcome<T>, replyTo: (value: T) => Reply, voice: Voice): Reply | null {
  if (outcome.kind === 'SAYS') {
    const { status = 400, code, message = '' } = outcome.said;
    return voice.sign(problem(status, code, message), false);
  }
  return delivered(
    outcome.fault,
    () => (outcome.kind === 'DONE' ? replyTo(outcome.value) : voice.systemError()),
    voice,
  );
}

/** @returns what is wrong with the parameters, as a text */
function askedOf(body: string, caller: string, { book }: RefundDesk): AskedRefund | string {
  const fields = fieldsOf(body);
  const amount = fieldsIn(fields.get('amount'));
  const [refund, total] = [amount.get('refund'), amount.get('total')].map(Number);
  const refundNo = textAt(fields, 'out_refund_no');
  const merchantNo = textAt(fields, 'sub_mchid') || caller;
  if (!/^[0-9A-Za-z_\-|*@]{1,64}$/.test(refundNo)) return 'out_refund_no';
  if (!Number.isSafeInteger(refund) || !Number.isSafeInteger(total) || Number(refund) < 1) return 'amount';
  if (amount.get('currency') !== 'CNY') return 'currency';
  if (textAt(fields, 'reason').length > 80) return 'reason';
  const channelTxnNo = textAt(fields, 'transaction_id');
  const orderNo = textAt(fields, 'out_trade_no');
  if ((channelTxnNo === '') === (orderNo === '')) return 'transaction_id, out_trade_no: one of the two';
  const asked = {
    merchantNo,
    ...(channelTxnNo === '' ? { orderNo } : { channelTxnNo }),
    refundNo,
    amountFen: BigInt(refund ?? 0),
  };
  const paidFen = book.order(asked)?.paidFen;
  return paidFen === undefined || paidFen === BigInt(total ?? 0) ? asked : 'amount.total';
}

function refundJson(refund: KeptRefund, order: PaidOrder): Reply {
  return json(200, {
    refund_id: refund.refundId,
    out_refund_no: refund.refundNo,
    transaction_id: order.channelTxnNo,
    out_trade_no: order.orderNo,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    ...(refund.refundedAtMs === null ? {} : { success_time: beijing(refund.refundedAtMs) }),
    create_time: beijing(refund.takenAtMs),
    status: refund.state,
    amount: {
      total: Number(order.paidFen),
      refund: Number(refund.amountFen),
      payer_total: Number(order.paidFen),
      payer_refund: Number(refund.amountFen),
      currency: 'CNY',
    },
  });
}

function beijing(ms: number): string {
  return `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}
