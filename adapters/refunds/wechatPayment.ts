import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { PaymentAnswer } from '../../domain/selfHealing.ts';
import { jsonOf } from '../http/httpCall.ts';
import type { WechatAccess } from '../sources/wechat/wechatBills.ts';
import { brief } from './answers.ts';
import type { PaymentNow } from './paymentQueries.ts';
import { callWechat } from './wechatCall.ts';

// 商户订单号查询订单, WeChat Pay API v3: https://pay.weixin.qq.com/doc/v3/merchant/4012791859; of a service provider with
// /v3/pay/partner/… and both numbers

const WITHIN_MS = 5_000;
/** REFUND: money went back already, a part or all of it. */
const NOT_KEPT: readonly string[] = ['REFUND', 'NOTPAY', 'CLOSED', 'REVOKED', 'PAYERROR'];

const transaction = Compile(
  Type.Object({
    out_trade_no: Type.String(),
    trade_state: Type.String(),
    transaction_id: Type.Optional(Type.String()),
    amount: Type.Optional(Type.Object({ total: Type.Integer({ minimum: 0 }) })),
  }),
);
const problem = Compile(Type.Object({ code: Type.String() }));

export function wechatPayment(access: WechatAccess): PaymentNow {
  return async (orderNo, deps) => {
    const request = { method: 'GET', target: targetOf(orderNo, access), body: '' } as const;
    const said = await callWechat(request, WITHIN_MS, { access, deps });
    if ('state' in said) return unclear('detail' in said ? said.detail : said.state);
    return answerOf(said.status, jsonOf(said.text), orderNo);
  };
}

function targetOf(orderNo: string, { key, subMchid }: WechatAccess): string {
  const no = encodeURIComponent(orderNo);
  if (subMchid === null) {
    return `/v3/pay/transactions/out-trade-no/${no}?mchid=${encodeURIComponent(key.mchid)}`;
  }
  const query = new URLSearchParams({ sp_mchid: key.mchid, sub_mchid: subMchid });
  return `/v3/pay/partner/transactions/out-trade-no/${no}?${query.toString()}`;
}

function answerOf(status: number, value: unknown, orderNo: string): PaymentAnswer {
  if (status === 404 && problem.Check(value) && /^ORDER_?NOT_?EXIST$/.test(value.code)) {
    return { state: 'NOT_PAID', detail: 'WeChat Pay does not know the order' };
  }
  if (status !== 200 || !transaction.Check(value) || value.out_trade_no !== orderNo) {
    return unclear(`WeChat Pay answered ${status} with what is no such order`);
  }
  const { trade_state: state, transaction_id: channelTxnNo, amount } = value;
  if (NOT_KEPT.includes(state)) return { state: 'NOT_PAID', detail: `WeChat Pay: ${state}` };
  if (state !== 'SUCCESS' || channelTxnNo === undefined || amount === undefined) {
    return unclear(`WeChat Pay: ${brief(state)}`);
  }
  return { state: 'PAID', amountFen: BigInt(amount.total), channelTxnNo };
}

function unclear(detail: string): PaymentAnswer {
  return { state: 'UNCLEAR', detail };
}
