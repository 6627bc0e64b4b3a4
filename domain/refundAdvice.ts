import type { Words } from './words.ts';
// What can be done about a refund that did not come through, by the code of its answer (adapters/refunds). A code of a gateway
// stands as the gateway writes it (Alipay's without `ACQ.`), so that its documentation can be searched for it.

export type Advice = Words;

type Group = Advice & { readonly codes: readonly string[] };

const GROUPS: readonly Group[] = [
  {
    codes: ['NOT_ENOUGH', 'NOTENOUGH', 'SELLER_BALANCE_NOT_ENOUGH'],
    en: 'The merchant account at the channel does not hold the amount. Top it up, then try again: the same number is used, so the patient is paid once.',
    zh: '商户账户余额不足。请先充值，再重试：仍使用同一退款单号，不会重复退款。',
  },
  {
    codes: ['TOO_FREQUENT', 'FREQUENCY_LIMITED', 'RATELIMIT_EXCEEDED', 'APP-CALL-LIMITED', 'CALL-LIMITED'],
    en: 'Too soon after another refund of the order, or too many calls. Wait a minute, then try again: the same number is used.',
    zh: '与该订单上一笔退款间隔过短，或请求过于频繁。请等待一分钟后重试：仍使用同一退款单号。',
  },
  {
    codes: ['AMOUNT_EXCEEDED', 'REASON_TRADE_REFUND_FEE_ERR'],
    en: 'The amount is more than the channel has left of the payment. Look at the refunds that the order already has, at the channel, too.',
    zh: '退款金额超过该笔支付的可退余额。请核对该订单已有的退款（包括在渠道后台发起的）。',
  },
  {
    codes: ['NOT_ALLOW_PARTIAL_REFUND', 'REFUND_AMT_NOT_EQUAL_TOTAL'],
    en: 'The payment can only be refunded as a whole. Refund the whole amount, or settle the part outside of the channel.',
    zh: '该笔支付不支持部分退款。请全额退款，或在线下处理差额。',
  },
  {
    codes: ['ORDER_NOT_FOUND', 'RESOURCE_NOT_EXISTS', 'TRADE_NOT_EXIST', 'MCH_NOT_EXISTS'],
    en: 'The gateway does not know the payment. Check that the merchant number and the route in duizhang.config.yaml are those that it was paid through, then try again or refund in the back office of the channel.',
    zh: '网关查无此笔支付。请联系平台管理员核对配置中的商户号和退款通道是否与支付时一致，再重试或在渠道后台退款。',
  },
  {
    codes: [
      'REFUND_OVERDUE',
      'TRADE_OVERDUE',
      'TRADE_HAS_FINISHED',
      'TRADE_HAS_CLOSE',
      'TRADE_NOT_ALLOW_REFUND',
    ],
    en: 'The channel refunds this payment no more. Pay the patient in another way and record it as an external refund.',
    zh: '该笔支付已超过退款期限或不可再退。请以其他方式退还患者，并登记为外部退款。',
  },
  {
    codes: ['USER_ACCOUNT_ABNORMAL', 'BUYER_NOT_EXIST', 'BUYER_ERROR'],
    en: 'The account of the patient cannot take the money. Pay the patient in another way and record it as an external refund.',
    zh: '患者的支付账户已注销或异常，无法收款。请以其他方式退还患者，并登记为外部退款。',
  },
  {
    codes: ['CLOSED'],
    en: 'The channel closed the refund without paying. Find the reason in its back office (balance, fund account); a new refund has a new number.',
    zh: '渠道已关闭该笔退款，款项未退。请在渠道后台查明原因（余额、出资账户）；重新发起将使用新的退款单号。',
  },
  {
    codes: ['ABNORMAL'],
    en: 'The card of the patient is dead. Handle the refund in the back office of the channel (abnormal refund); it is asked about until then.',
    zh: '患者银行卡已作废或冻结，退款异常。请在渠道后台做异常退款处理；处理前系统会持续查询。',
  },
  {
    codes: ['DISCORDANT_REPEAT', 'DISCORDANT_REPEAT_REQUEST', 'REFUND_FEE_MISMATCH', 'OTHER_REFUND'],
    en: 'The gateway has another refund under this number. Look in its back office what was paid before anything else is done.',
    zh: '网关中该退款单号对应另一笔退款（订单或金额不同）。请先在其后台核实已退金额，再做任何处理。',
  },
  {
    codes: ['TRADE_STATUS_ERROR', 'REASON_TRADE_BEEN_FREEZEN', 'INVALID_REQUEST', 'ERROR'],
    en: 'The channel does not take a refund of this payment as it stands. Look at the payment in its back office, then try again: the same number is used.',
    zh: '该笔支付当前状态不允许退款。请在渠道后台查看该笔支付，再重试：仍使用同一退款单号。',
  },
  {
    codes: ['BAD_REQUEST', 'PARAM_ERROR', 'INVALID_PARAMETER'],
    en: 'The gateway could not read the request. Tell whoever runs the system.',
    zh: '网关无法识别请求。请联系平台管理员。',
  },
  {
    codes: ['SIGN_ERROR', 'NO_AUTH', 'INVALID-SIGNATURE', 'INVALID-APP-ID', 'INSUFFICIENT-ISV-PERMISSIONS'],
    en: 'The gateway does not accept our keys or rights. Check the keys in duizhang.config.yaml and the rights to refund, then try again.',
    zh: '网关不接受我方的密钥或权限。请联系平台管理员核对配置中的密钥及退款权限，再重试。',
  },
  {
    codes: ['GIVEN_UP'],
    en: 'It failed, the gateway did not know it, and its number is sent no more. Another refund of the order has another number.',
    zh: '该笔退款失败且网关查无此单，退款单号已作废。该订单重新退款将使用新的退款单号。',
  },
  {
    codes: ['DZ_HIS_HAS_IT'],
    en: 'The hospital has booked the order since: nothing was refunded. The exception heals when the books show it; otherwise look at the order in HIS.',
    zh: '医院 HIS 已补记该订单，未退款。各方账单齐全后异常会自行对平；否则请在 HIS 中核实该订单。',
  },
  {
    codes: ['DZ_HEALING_STOPPED'],
    en: 'Self-healing was stopped before the refund was sent: nothing was refunded. A person may refund it.',
    zh: '自动处理在发送退款前已被停止，未退款。可由人工发起退款。',
  },
  {
    codes: [
      'NO_ANSWER',
      'UNVERIFIED',
      'UNREADABLE',
      'SERVER_ERROR',
      'SYSTEM_ERROR',
      'BIZERR_NEED_RETRY',
      'FUND_CHANGE_N',
    ],
    en: 'Nobody knows yet whether it was paid. The gateway is asked until it says so; do not refund in another way meanwhile.',
    zh: '尚不确定款项是否已退。系统会持续向网关查询，期间请勿以其他方式退款。',
  },
];

const BY_CODE: ReadonlyMap<string, Advice> = new Map(
  GROUPS.flatMap(({ codes, en, zh }) => codes.map((code) => [code, { en, zh }] as const)),
);

/** @param code of a RefundAnswer @returns null when it is not known here: the answer's detail is all there is */
export function refundAdvice(code: string | null): Advice | null {
  return BY_CODE.get((code ?? '').toUpperCase()) ?? null;
}
