import type { ColumnAliases, ColumnMap } from '../columns.ts';
import { ExactSum, FEN_SCALE, MAX_DECIMALS, type Exact } from '../decimal.ts';

/** Names of current and legacy headers (WeChat Pay documentation, 下载交易账单; legacy: before the coupon format). */
export const COLUMNS = {
  time: { names: ['交易时间'], required: true },
  appId: { names: ['公众账号ID', '服务商的APPID'], required: false },
  merchantNo: { names: ['商户号'], required: false },
  subMerchantNo: { names: ['特约商户号', '子商户号'], required: false },
  txnNo: { names: ['微信订单号'], required: true },
  orderNo: { names: ['商户订单号'], required: true },
  state: { names: ['交易状态'], required: true },
  refundNo: { names: ['商户退款单号'], required: false },
  refundState: { names: ['退款状态'], required: false },
  refundAskedAt: { names: ['退款申请时间'], required: false },
  refundDoneAt: { names: ['退款成功时间'], required: false },
  rechargeFee: { names: ['返还手续费'], required: false },
  orderAmount: { names: ['订单金额', '总金额'], required: true },
  settled: { names: ['应结订单金额'], required: false },
  askedRefund: { names: ['申请退款金额'], required: false },
  refund: { names: ['退款金额'], required: false },
  coupon: { names: ['代金券金额', '企业红包金额', '代金券或立减优惠金额'], required: false },
  couponRefund: {
    names: ['充值券退款金额', '企业红包退款金额', '代金券或立减优惠退款金额'],
    required: false,
  },
  fee: { names: ['手续费', '返还手续费'], required: false },
} as const satisfies ColumnAliases<string>;
export type Column = keyof typeof COLUMNS;

/** The amounts of a row, and what the summary calls their sums. No summary adds up 代金券金额. */
const AMOUNTS = {
  orderAmount: { scale: FEN_SCALE, totals: ['订单总金额', '总交易额'] },
  settled: { scale: FEN_SCALE, totals: ['应结订单总金额'] },
  askedRefund: { scale: FEN_SCALE, totals: ['申请退款总金额'] },
  refund: { scale: FEN_SCALE, totals: ['退款总金额', '总退款金额'] },
  coupon: { scale: FEN_SCALE, totals: [] },
  couponRefund: {
    scale: FEN_SCALE,
    totals: ['充值券退款总金额', '总企业红包退款金额', '总代金券或立减优惠退款金额'],
  },
  fee: { scale: MAX_DECIMALS, totals: ['手续费总金额', '返还手续费总金额'] },
} as const satisfies Partial<Record<Column, { scale: number; totals: readonly string[] }>>;
export type AmountName = keyof typeof AMOUNTS;

/** Counts every detail row, refunds too. */
export const ROW_COUNT = '总交易单数';

export type BillType = 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND';

export function billTypeOf(columns: ColumnMap<Column>): BillType {
  if (columns.rechargeFee >= 0) return 'RECHARGE_REFUND';
  if (columns.refundDoneAt >= 0 || columns.refundAskedAt >= 0) return 'REFUND';
  return columns.refundNo >= 0 ? 'ALL' : 'SUCCESS';
}

/** One amount column: the figure of the row under reading, and the sum of all rows. */
export class AmountColumn {
  readonly name: string;
  readonly at: number;
  readonly scale: number;
  readonly totals: readonly string[];
  readonly total = new ExactSum();
  /** Fees are negative on refunds; no other amount is. */
  readonly maySink: boolean;
  readable = true;
  /** The summary states this sum. */
  isStated = false;
  value: Exact = 0;

  constructor(column: AmountName, columns: ColumnMap<Column>) {
    this.name = COLUMNS[column].names[0];
    this.at = columns[column];
    this.scale = AMOUNTS[column].scale;
    this.totals = AMOUNTS[column].totals;
    this.maySink = column === 'fee';
  }
}

export function amountColumnsOf(columns: ColumnMap<Column>): Record<AmountName, AmountColumn> {
  const amount = (name: AmountName) => new AmountColumn(name, columns);
  return {
    orderAmount: amount('orderAmount'),
    settled: amount('settled'),
    askedRefund: amount('askedRefund'),
    refund: amount('refund'),
    coupon: amount('coupon'),
    couponRefund: amount('couponRefund'),
    fee: amount('fee'),
  };
}
