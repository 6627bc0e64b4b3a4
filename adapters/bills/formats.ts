import type { BillFormat } from './format.ts';
import { alipayBusiness } from './formats/alipayBusiness.ts';
import { plainCsv } from './formats/plainCsv.ts';
import { unionpayZm } from './formats/unionpayZm.ts';
import { wechatAnswer } from './formats/wechatAnswer.ts';
import { wechatTrade } from './formats/wechatTrade.ts';

/** Every format that is read. A new one is its file under formats/ and its line here. */
export const BILL_FORMATS: readonly BillFormat[] = [
  wechatTrade,
  wechatAnswer,
  alipayBusiness,
  unionpayZm,
  plainCsv,
];
