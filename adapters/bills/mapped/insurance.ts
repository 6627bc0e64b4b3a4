import { refusal } from '../messages.ts';

/** Columns that hold what a medical insurance paid (hospital-domain: a HIS total is then larger than the payment). */
const INSURANCE = /医保|统筹|基金支付|基金金额|个人账户|个账|商保|insur|yibao|fundpay/i;
/** Names of the part that the patient paid, which is what went through the channel. */
const PAID_PART =
  /自付|自费|自理|现金支付|实付|实收|个人支付|个人现金|渠道|线上|移动支付|微信|支付宝|银联|^payMoney$|^pay_?(money|amount|amt)$|^cash/i;
/** Names of the whole fee of a visit. */
const TOTAL = /总|合计|应收|应付|费用|^total/i;

export function isTotalName(name: string): boolean {
  return TOTAL.test(name) && !PAID_PART.test(name);
}

/**
 * With medical insurance the total is larger than what the channel was paid: a file that has an insurance column is read
 * only by a mapping whose amount is the paid part by its name or by the configuration's own word.
 * @throws DZ_BILL_TOTAL_NOT_PAID
 */
export function checkAmountIsPaidPart(
  where: string,
  amount: { readonly name: string; readonly isChannelPaid: boolean },
  header: readonly string[],
): void {
  if (amount.isChannelPaid || PAID_PART.test(amount.name)) return;
  const insurance = header.find((name) => name !== amount.name && INSURANCE.test(name));
  if (insurance !== undefined) throw refusal('totalNotPaid', { where, column: amount.name, insurance });
}
