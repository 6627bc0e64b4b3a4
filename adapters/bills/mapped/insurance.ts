import type { Words } from '../../../domain/words.ts';
import { refusal } from '../messages.ts';

/** Columns that hold what a medical insurance paid: the total of a visit is then larger than what the channel was paid. */
const INSURANCE = /医保|统筹|基金支付|基金金额|个人账户|个账|商保|insur|yibao|fund_?pay/i;
/** Names of the part that the patient paid, which is what went through the channel. */
const PAID_PART =
  /自付|自费|自理|现金支付|实付|实收|个人支付|个人现金|(?:渠道|线上|移动|微信|支付宝|银联|网上|第三方).{0,2}(?:支付|金额|实付|收款|付款)|^pay_?(?:money|amount|amt)$|^cash/i;
/** Columns that speak of a payment and are no amount: 渠道支付方式, 微信支付单号. */
const NO_AMOUNT = /方式|类型|类别|渠道$|时间|日期|号$|编号|流水|标志|状态|比例|备注|名称/;
/** Names of the whole fee of a visit. */
const TOTAL = /总|合计|应收|应付|费用|^total/i;

/**
 * A file that has a column for insurance, or both a total and the paid part, is read only by a mapping whose amount is
 * the paid part by its name, or by the configuration's own word.
 * @throws DZ_BILL_TOTAL_NOT_PAID
 */
export function checkAmountIsPaidPart(
  where: Words,
  amount: string,
  isChannelPaid: boolean,
  header: readonly string[],
): void {
  if (isChannelPaid || isPaidPart(amount)) return;
  const others = header.filter((name) => name !== amount && !NO_AMOUNT.test(name));
  const insurance = others.find((name) => INSURANCE.test(name));
  const paid = TOTAL.test(amount) ? others.find(isPaidPart) : undefined;
  const other = insurance ?? paid;
  if (other !== undefined) throw refusal('totalNotPaid', { where, column: amount, other });
}

function isPaidPart(name: string): boolean {
  return PAID_PART.test(name) && !NO_AMOUNT.test(name) && !INSURANCE.test(name);
}
