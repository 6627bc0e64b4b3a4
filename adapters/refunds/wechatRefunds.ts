import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { RefundAnswer, RefundGateway, RefundOrder } from '../../domain/resolutionPorts.ts';
import { jsonOf } from '../http/httpCall.ts';
import type { WechatAccess } from '../sources/wechat/wechatBills.ts';
import type { GatewayProblem, CodeTable, GatewayDeps } from './answers.ts';
import { answerOfProblem, answerOfStanding, brief, instantOr, unknown } from './answers.ts';
import type { Said } from './wechatCall.ts';
import { callWechat } from './wechatCall.ts';

// 申请退款 and 查询单笔退款, WeChat Pay API v3: https://pay.weixin.qq.com/doc/v3/merchant/4012791862 and 4012791863

export const WECHAT_CODES: CodeTable = {
  NOT_ENOUGH: 'FAILED',
  NOTENOUGH: 'FAILED',
  FREQUENCY_LIMITED: 'FAILED',
  RATELIMIT_EXCEEDED: 'FAILED',
  PARAM_ERROR: 'FAILED',
  INVALID_REQUEST: 'FAILED',
  SIGN_ERROR: 'FAILED',
  NO_AUTH: 'FAILED',
  MCH_NOT_EXISTS: 'FAILED',
  // Seen of payments that were there a moment later, under the same number.
  RESOURCE_NOT_EXISTS: 'FAILED',
  USER_ACCOUNT_ABNORMAL: 'REFUSED',
  TRADE_OVERDUE: 'REFUSED',
  // Another refund has the number, and may have been paid.
  REFUND_FEE_MISMATCH: 'UNKNOWN',
  BIZERR_NEED_RETRY: 'UNKNOWN',
  SYSTEM_ERROR: 'UNKNOWN',
};

/** "同一笔订单多次退款的请求需相隔1分钟" */
const MIN_GAP_MS = 60_000;
const MAX_REASON = 80;
const PATH = '/v3/refund/domestic/refunds';

const Refund = Type.Object({
  refund_id: Type.String(),
  out_refund_no: Type.String(),
  out_trade_no: Type.String(),
  status: Type.Union([
    Type.Literal('SUCCESS'),
    Type.Literal('PROCESSING'),
    Type.Literal('CLOSED'),
    Type.Literal('ABNORMAL'),
  ]),
  success_time: Type.Optional(Type.String()),
  amount: Type.Object({ refund: Type.Integer() }),
});
const refund = Compile(Refund);
const problem = Compile(Type.Object({ code: Type.String(), message: Type.Optional(Type.String()) }));

export function wechatRefunds(access: WechatAccess, deps: GatewayDeps): RefundGateway {
  return {
    minGapMs: MIN_GAP_MS,
    async send(order, withinMs) {
      const request = { method: 'POST', target: PATH, body: bodyOf(order, access.subMchid) } as const;
      const said = await callWechat(request, withinMs, { access, deps });
      return 'state' in said ? said : answerOf(said, order, deps.now());
    },
    async ask(order, withinMs) {
      const query = access.subMchid === null ? '' : `?sub_mchid=${encodeURIComponent(access.subMchid)}`;
      const target = `${PATH}/${encodeURIComponent(order.refundNo)}${query}`;
      const said = await callWechat({ method: 'GET', target, body: '' }, withinMs, { access, deps });
      if ('state' in said) return said;
      if (said.status === 200) return answerOf(said, order, deps.now());
      const { code, detail } = problemOf(said);
      // Of a question only this answer says something about the refund.
      const isAbsent = said.status === 404 && code === 'RESOURCE_NOT_EXISTS';
      return { state: isAbsent ? 'NOT_FOUND' : 'UNKNOWN', code, detail };
    },
  };
}

function bodyOf(order: RefundOrder, subMchid: string | null): string {
  return JSON.stringify({
    ...(subMchid === null ? {} : { sub_mchid: subMchid }),
    ...(order.channelTxnNo === null
      ? { out_trade_no: order.orderNo }
      : { transaction_id: order.channelTxnNo }),
    out_refund_no: order.refundNo,
    reason: order.reason.slice(0, MAX_REASON),
    amount: { refund: Number(order.amountFen), total: Number(order.paidFen), currency: 'CNY' },
  });
}

function answerOf(said: Said, order: RefundOrder, nowMs: number): RefundAnswer {
  if (said.status !== 200) return answerOfProblem(said.status, problemOf(said), WECHAT_CODES);
  const value = jsonOf(said.text);
  if (!refund.Check(value)) return unknown('UNREADABLE', 'WeChat Pay answered 200 with what is no refund');
  const isOurs =
    value.out_refund_no === order.refundNo &&
    value.out_trade_no === order.orderNo &&
    BigInt(value.amount.refund) === order.amountFen;
  if (isOurs) return stateOf(value, nowMs);
  return unknown(
    'OTHER_REFUND',
    `WeChat Pay answered with the refund ${brief(value.out_refund_no)} of ${value.amount.refund} fen of order ${brief(value.out_trade_no)}`,
  );
}

function stateOf(value: Static<typeof Refund>, nowMs: number): RefundAnswer {
  const detail = `WeChat Pay: ${value.status}, refund ${brief(value.refund_id)}`;
  const refundedAtMs = instantOr(value.success_time, nowMs);
  return answerOfStanding(value.status, { gatewayRefundId: value.refund_id, refundedAtMs, detail });
}

function problemOf({ status, text }: Said): GatewayProblem {
  const value = jsonOf(text);
  if (!problem.Check(value)) return { code: null, detail: `WeChat Pay answered ${status}` };
  const code = brief(value.code);
  return { code, detail: brief(`WeChat Pay answered ${status} ${code} ${value.message ?? ''}`.trim()) };
}
