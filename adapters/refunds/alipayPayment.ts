import { fenOfYuan } from '../../domain/money.ts';
import type { PaymentAnswer } from '../../domain/selfHealing.ts';
import type { AlipayAccess } from '../sources/alipay/alipayBills.ts';
import type { Said } from './alipayCall.ts';
import { callAlipay, problemOf } from './alipayCall.ts';
import { brief } from './answers.ts';
import type { PaymentNow } from './paymentQueries.ts';

// alipay.trade.query: https://opendocs.alipay.com/open/02e7gm

const WITHIN_MS = 5_000;
/** TRADE_FINISHED: paid, and refunded no more. TRADE_CLOSED: never paid, or refunded in full. */
const NOT_KEPT: readonly string[] = ['TRADE_CLOSED', 'TRADE_FINISHED'];

export function alipayPayment(access: AlipayAccess): PaymentNow {
  return async (orderNo, deps) => {
    const said = await callAlipay('alipay.trade.query', { out_trade_no: orderNo }, WITHIN_MS, {
      access,
      deps,
    });
    if ('state' in said) return unclear('detail' in said ? said.detail : said.state);
    return answerOf(said, orderNo);
  };
}

function answerOf(said: Said, orderNo: string): PaymentAnswer {
  if (said.code !== '10000') {
    const { name, detail } = problemOf(said);
    return name === 'TRADE_NOT_EXIST' ? { state: 'NOT_PAID', detail } : unclear(detail);
  }
  const [status, channelTxnNo] = [said.text('tradeStatus'), said.text('tradeNo')];
  if (said.text('outTradeNo') !== orderNo) return unclear('Alipay answered with another order');
  if (NOT_KEPT.includes(status)) return { state: 'NOT_PAID', detail: `Alipay: ${status}` };
  const amountFen = fenOfYuan(said.text('totalAmount'));
  if (status !== 'TRADE_SUCCESS' || channelTxnNo === '' || amountFen === null) {
    return unclear(`Alipay: ${brief(status)}`);
  }
  return { state: 'PAID', amountFen, channelTxnNo };
}

function unclear(detail: string): PaymentAnswer {
  return { state: 'UNCLEAR', detail };
}
