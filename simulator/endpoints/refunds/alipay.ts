import type { KeyObject } from 'node:crypto';
import { localOfInstant } from '../../../domain/businessDate.ts';
import { fenOfYuan, yuanOfFen } from '../../../domain/money.ts';
import { signedAnswer } from '../alipaySignatures.ts';
import type { Reply } from '../serve.ts';
import { fieldsOf, textAt } from './fields.ts';
import type { AskedRefund, NotTaken, PaidOrder, RefundBook, Taken } from './refundBook.ts';
import type { RefundDesk, RefundFault, SaidCode } from './refundDesk.ts';
import { delivered } from './refundDesk.ts';

// alipay.trade.refund and alipay.trade.fastpay.refund.query: https://opendocs.alipay.com/open/02e7go

const SEND = 'alipay.trade.refund';
const ASK = 'alipay.trade.fastpay.refund.query';

const NOT_TAKEN: Readonly<Record<NotTaken, string>> = {
  ORDER_NOT_FOUND: 'ACQ.TRADE_NOT_EXIST',
  DISCORDANT: 'ACQ.DISCORDANT_REPEAT_REQUEST',
  AMOUNT_EXCEEDED: 'ACQ.REASON_TRADE_REFUND_FEE_ERR',
  OVERDUE: 'ACQ.TRADE_HAS_FINISHED',
  TOO_FREQUENT: 'ACQ.TRADE_STATUS_ERROR',
  NOT_ENOUGH: 'ACQ.SELLER_BALANCE_NOT_ENOUGH',
};

export function isRefundMethod(method: string): boolean {
  return method === SEND || method === ASK;
}

type Request = { readonly params: ReadonlyMap<string, string>; readonly pid: string };
type Keys = { readonly own: KeyObject; readonly stranger: KeyObject };
type Answer = Readonly<Record<string, string>>;

export function alipayRefund(
  method: string,
  { params, pid }: Request,
  desk: RefundDesk,
  keys: Keys,
): Reply | null {
  const fields = fieldsOf(params.get('biz_content') ?? '');
  const say = (answer: Answer, fault: RefundFault | null = null): Reply | null => {
    // What is signed is the part of the body that the signature stands beside.
    const voice = {
      sign: (reply: Reply, isStranger: boolean): Reply =>
        reply.status === 200 && !String(reply.body).startsWith('<')
          ? signedAnswer(method, answer, isStranger ? keys.stranger : keys.own)
          : reply,
      systemError: () => signedAnswer(method, answer, null),
    };
    return delivered(fault, () => signedAnswer(method, answer, null), voice);
  };
  const refundNo = textAt(fields, 'out_request_no');
  const trade = {
    merchantNo: pid,
    ...(textAt(fields, 'trade_no') === ''
      ? { orderNo: textAt(fields, 'out_trade_no') }
      : { channelTxnNo: textAt(fields, 'trade_no') }),
  };
  if (refundNo === '') return say(problem('ACQ.INVALID_PARAMETER'));
  const outcome =
    method === SEND ? sent(fields, { ...trade, refundNo }, desk) : asked({ ...trade, refundNo }, desk);
  if (outcome === null) return say(problem('ACQ.INVALID_PARAMETER'));
  if ('said' in outcome) return say(saidCode(outcome.said));
  const { answer, fault } = outcome;
  return say(fault?.startsWith('SYSTEM_ERROR') ? problem('ACQ.SYSTEM_ERROR') : answer, fault);
}

type Outcome =
  { readonly answer: Answer; readonly fault: RefundFault | null } | { readonly said: SaidCode } | null;
type Named = Omit<AskedRefund, 'amountFen'>;

function sent(fields: ReadonlyMap<string, unknown>, named: Named, desk: RefundDesk): Outcome {
  const amount = textAt(fields, 'refund_amount');
  const amountFen = /^\d+\.\d{2}$/.test(amount) ? fenOfYuan(amount) : null;
  if (amountFen === null || amountFen < 1n || textAt(fields, 'refund_reason').length > 256) return null;
  const outcome = desk.send({ ...named, amountFen });
  if (outcome.kind === 'SAYS') return { said: outcome.said };
  const answer = outcome.kind === 'DONE' ? takenAnswer(outcome.value, desk.book) : {};
  return { answer, fault: outcome.fault };
}

function takenAnswer(taken: Taken, book: RefundBook): Answer {
  if (taken.kind === 'NOT_TAKEN') return problem(NOT_TAKEN[taken.why]);
  const { order, refund, isNew } = taken;
  const refundedFen = book
    .refundsOf(order.orderNo)
    .reduce((total, { state, amountFen }) => (state === 'SUCCESS' ? total + amountFen : total), 0n);
  return {
    code: '10000',
    msg: 'Success',
    ...tradeAnswer(order),
    buyer_logon_id: '159****5620',
    fund_change: isNew && refund.state === 'SUCCESS' ? 'Y' : 'N',
    refund_fee: yuanOfFen(refundedFen),
    ...(refund.refundedAtMs === null ? {} : { gmt_refund_pay: localOfInstant(refund.refundedAtMs) }),
  };
}

function asked(named: Named, desk: RefundDesk): Outcome {
  const outcome = desk.ask(named.merchantNo, named.refundNo);
  if (outcome.kind === 'SAYS') return { said: outcome.said };
  const order = desk.book.order(named);
  if (order === null) return { answer: problem('ACQ.TRADE_NOT_EXIST'), fault: outcome.fault };
  const found = outcome.kind === 'DONE' ? outcome.value : null;
  // The query says nothing of a refund that is under way, failed or was never received.
  const isDone = found?.state === 'SUCCESS' && found.orderNo === order.orderNo;
  const answer = {
    code: '10000',
    msg: 'Success',
    ...(isDone
      ? {
          ...tradeAnswer(order),
          out_request_no: found.refundNo,
          total_amount: yuanOfFen(order.paidFen),
          refund_amount: yuanOfFen(found.amountFen),
          refund_status: 'REFUND_SUCCESS',
          gmt_refund_pay: localOfInstant(found.refundedAtMs ?? 0),
        }
      : {}),
  };
  return { answer, fault: outcome.fault };
}

function tradeAnswer(order: PaidOrder): Answer {
  return { trade_no: order.channelTxnNo, out_trade_no: order.orderNo };
}

function problem(subCode: string, code = '40004', message = subCode): Answer {
  return { code, msg: 'Business Failed', sub_code: subCode, sub_msg: message };
}

function saidCode({ code, status, message }: SaidCode): Answer {
  if (status === 500) return problem(code, '20000', message);
  if (status === 429) return problem(code, '40005', message);
  return problem(code, code.startsWith('isv.') ? '40002' : '40004', message);
}
