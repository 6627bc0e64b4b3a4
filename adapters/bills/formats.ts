import type { BillFormat } from './format.ts';
import { alipayAccount } from './formats/alipayAccount.ts';
import { alipayBusiness } from './formats/alipayBusiness.ts';
import { bankPos } from './formats/bankPos.ts';
import { plainCsv } from './formats/plainCsv.ts';
import { unionpay } from './formats/unionpay.ts';
import { wechatAnswer } from './formats/wechatAnswer.ts';
import { wechatFund } from './formats/wechatFund.ts';
import { wechatTrade } from './formats/wechatTrade.ts';

/** Every format that is read. A new one is its file under formats/ and its line here. */
export const BILL_FORMATS: readonly BillFormat[] = [
  wechatTrade,
  wechatFund,
  wechatAnswer,
  alipayBusiness,
  alipayAccount,
  unionpay,
  bankPos,
  plainCsv,
];
