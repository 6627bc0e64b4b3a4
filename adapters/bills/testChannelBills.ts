import {
  alipayDetail,
  alipayRow,
  alipaySummary,
  backticked,
  gbk,
  PLAIN_HEADER,
  WECHAT_ALL_HEADER,
  ZM_REFUND,
  zmLine,
} from './testBills.ts';

/** One small day in every layout that channels write: two payments, a finished refund and one still PROCESSING. */

export type NamedCells = Readonly<Record<string, string>>;

export const WECHAT_SUCCESS_HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注';
export const WECHAT_REFUND_HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
export const WECHAT_LEGACY_ALL_HEADER =
  '交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,企业红包金额,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率';
export const WECHAT_LEGACY_SUCCESS_HEADER =
  '交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,企业红包金额,商品名称,商户数据包,手续费,费率';
export const WECHAT_LEGACY_REFUND_HEADER =
  '交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,企业红包金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率';
export const SUMMARY_7 =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
export const SUMMARY_4 = '总交易单数,应结订单总金额,手续费总金额,订单总金额';
export const SUMMARY_5 = '总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额';

const PAYMENT: NamedCells = {
  交易时间: '2026-03-05 10:15:22',
  公众账号ID: 'wx00000000000000aa',
  商户号: '1900000001',
  特约商户号: '0',
  微信订单号: '4200009900202603050000000001',
  商户订单号: 'HP20260305000001',
  用户标识: 'oSYNTHETICopenid000000000001',
  交易类型: 'JSAPI',
  交易状态: 'SUCCESS',
  付款银行: 'OTHERS',
  货币种类: 'CNY',
  应结订单金额: '25.00',
  代金券金额: '0.00',
  微信退款单号: '0',
  商户退款单号: '0',
  退款金额: '0.00',
  充值券退款金额: '0.00',
  商品名称: '门诊挂号',
  手续费: '0.15000',
  费率: '0.60%',
  订单金额: '25.00',
  申请退款金额: '0.00',
};
const PAYMENT_2: NamedCells = {
  ...PAYMENT,
  交易时间: '2026-03-05 08:02:41',
  微信订单号: '4200009900202603050000000002',
  商户订单号: 'HP20260305000002',
  交易类型: 'NATIVE',
  付款银行: 'CMB_DEBIT',
  应结订单金额: '318.46',
  商品名称: '门诊缴费',
  商户数据包: '{\\"biz\\":\\"MZ\\"}',
  手续费: '1.91000',
  订单金额: '318.46',
};
const REFUND: NamedCells = {
  ...PAYMENT_2,
  交易时间: '2026-03-05 16:40:09',
  交易状态: 'REFUND',
  应结订单金额: '0.00',
  微信退款单号: '50300009902026030500000000001',
  商户退款单号: 'RF20260305000001',
  退款金额: '118.46',
  退款类型: 'ORIGINAL',
  退款状态: 'SUCCESS',
  退款申请时间: '2026-03-05 16:40:09',
  退款成功时间: '2026-03-05 16:40:12',
  手续费: '-0.71000',
  订单金额: '0.00',
  申请退款金额: '118.46',
};
const PROCESSING_REFUND: NamedCells = {
  ...REFUND,
  交易时间: '2026-03-05 17:05:30',
  微信订单号: '4200009900202603040000000099',
  商户订单号: 'HP20260304000777',
  微信退款单号: '50300009902026030500000000002',
  商户退款单号: 'RF20260305000002',
  退款金额: '2000.00',
  退款状态: 'PROCESSING',
  退款申请时间: '2026-03-05 17:05:30',
  退款成功时间: '',
  手续费: '-12.00000',
  申请退款金额: '2000.00',
};
export const WECHAT_DAY = [PAYMENT, PAYMENT_2, REFUND, PROCESSING_REFUND] as const;
export const WECHAT_PAYMENTS = [PAYMENT, PAYMENT_2] as const;
export const WECHAT_REFUNDS = [REFUND, PROCESSING_REFUND] as const;

/** What a column of today goes by in legacy and RECHARGE_REFUND headers. */
const OTHER_NAMES: NamedCells = {
  子商户号: '特约商户号',
  服务商的APPID: '公众账号ID',
  总金额: '订单金额',
  企业红包金额: '代金券金额',
  代金券或立减优惠金额: '代金券金额',
  企业红包退款金额: '充值券退款金额',
  代金券或立减优惠退款金额: '充值券退款金额',
  返还手续费: '手续费',
};

const SUMMED: Readonly<Record<string, readonly [column: string, decimals: number]>> = {
  应结订单总金额: ['应结订单金额', 2],
  退款总金额: ['退款金额', 2],
  总退款金额: ['退款金额', 2],
  充值券退款总金额: ['充值券退款金额', 2],
  总企业红包退款金额: ['充值券退款金额', 2],
  总代金券或立减优惠退款金额: ['充值券退款金额', 2],
  手续费总金额: ['手续费', 5],
  订单总金额: ['订单金额', 2],
  总交易额: ['订单金额', 2],
  申请退款总金额: ['申请退款金额', 2],
};

/** A WeChat trade bill in the layout of its headers; the summary is what its rows add up to. */
export function wechatTradeBill(header: string, rows: readonly NamedCells[], summaryHeader: string): string {
  const cellsOf = (row: NamedCells) =>
    header.split(',').map((name) => row[name] ?? row[OTHER_NAMES[name] ?? ''] ?? '');
  const summary = summaryHeader.split(',').map((name) => {
    const [column, decimals] = SUMMED[name] ?? [];
    return column === undefined ? String(rows.length) : sumOf(rows, column, decimals ?? 2);
  });
  return textOf([header, ...rows.map((row) => backticked(cellsOf(row))), summaryHeader, backticked(summary)]);
}

function sumOf(rows: readonly NamedCells[], column: string, decimals: number): string {
  const units = rows.reduce((sum, row) => {
    const value = Number(row[column]);
    return Number.isFinite(value) && value < 1e12 ? sum + Math.round(value * 10 ** decimals) : sum;
  }, 0);
  return (units / 10 ** decimals).toFixed(decimals);
}

function textOf(lines: readonly string[]): string {
  return `\ufeff${lines.map((line) => `${line}\r\n`).join('')}`;
}

export const FUND_HEADER =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号';
export const FUND_SUMMARY_HEADER = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额';
export const FUND_ROWS = [
  '2026-03-05 10:15:22|4200009900202603050000000001|1900000001202603050000000001|交易|交易|收入|25.00|1025.00|system||HP20260305000001',
  '2026-03-05 10:15:22|4200009900202603050000000001|1900000001202603050000000002|交易|扣除交易手续费|支出|0.15|1024.85|system||HP20260305000001',
  '2026-03-05 16:40:09|50300009902026030500000000001|1900000001202603050000000003|退款|退款|支出|117.75|907.10|1900000001API|退款总金额118.46元;含手续费0.71元|RF20260305000001',
  '2026-03-05 18:00:00|50300009902026030500000000001|1900000001202603050000000004|退款|退还交易手续费|收入|0.03|907.13|system||RF20260305000001',
].map((row) => row.split('|'));

export function fundBill(
  rows: readonly (readonly string[])[] = FUND_ROWS,
  summary = ['4', '2', '25.03', '2', '117.90'],
  header = FUND_HEADER,
): string {
  return textOf([header, ...rows.map(backticked), FUND_SUMMARY_HEADER, backticked(summary)]);
}

export const ACCOUNT_HEADER =
  '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注';
export const ACCOUNT_ROWS = [
  '2026030500010000000000000001\t,20260305220\t,HP1\t,门诊挂号\t,2026-03-05 09:00:09,*三(138****0001)\t,18.00,0.00,1018.00,支付宝,在线支付,',
  '2026030500010000000000000002\t,20260305220\t,HP1\t,门诊挂号\t,2026-03-05 09:00:09,*三(138****0001)\t,0.00,-0.11,1017.89,支付宝,收费,',
  '2026030500010000000000000003\t,20260305220\t,HP1\t,门诊挂号\t,2026-03-05 15:02:10,*三(138****0001)\t,0.00,-6.00,1011.89,支付宝,交易退款,RF1',
  '2026030500010000000000000004\t,20260305220\t,HP1\t,门诊挂号\t,2026-03-05 15:02:10,*三(138****0001)\t,0.04,0.00,1011.93,支付宝,退费,RF1',
];

export function alipayAccountDetail(
  rows: readonly string[] = ACCOUNT_ROWS,
  totals = ['#支出合计：2笔，共-6.11元', '#收入合计：2笔，共18.04元'],
  header = ACCOUNT_HEADER,
): string {
  return [
    '#支付宝账务明细查询',
    '#账号：[20880000000000010156]',
    '#起始日期：[2026年03月05日 00:00:00]   终止日期：[2026年03月06日 00:00:00]',
    '#-----------------------------------------账务明细列表----------------------------------------',
    header,
    ...rows,
    '#----------------------------------------账务明细列表结束-------------------------------------',
    ...totals,
    '#导出时间：[2026年03月06日 06:27:10]',
    '',
  ].join('\r\n');
}

export function alipayAccountSummary(total = '合计\t,2,18.04,2,-6.11,11.93'): string {
  return [
    '#支付宝账务汇总查询',
    '#-----------------------------------------账务汇总列表----------------------------------------',
    '类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）',
    '在线支付\t,1,18.00,0,0.00,18.00',
    total,
    '#----------------------------------------账务汇总列表结束-------------------------------------',
    '',
  ].join('\r\n');
}

export const ALIPAY_29_HEADER =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号,服务费（元）,实收净额（元）,商户识别号,交易方式,备注,花呗分期手续费,花呗分期数';

/** A row of 25 columns as the institution variant of 29 has it. */
export function alipay29Row(row: string): string {
  const cells = row.split(',');
  return [...cells.slice(0, 23), '17.89', '0001', '扫码', '', '0.00', ''].join(',');
}

const ALIPAY_DAY_ROWS = [
  alipayRow({}),
  alipayRow({ txnNo: '2026030522001400000000000002', orderNo: 'HP2', amount: '260.00', fee: '-1.56' }),
  alipayRow({ type: '退款', amount: '-6.00', refundNo: 'RF1', time: '2026-03-05 15:02:10' }),
];
export const ALIPAY_DAY_TOTALS = {
  trade: '2笔，商家实收共278.00元',
  refund: '1笔，商家实收退款共-6.00元',
};
export const ALIPAY_DAY = alipayDetail(ALIPAY_DAY_ROWS, ALIPAY_DAY_TOTALS);
/** Its sums are net of refunds. */
export const ALIPAY_DAY_SUMMARY = alipaySummary('2,1', '272.00', '272.00', '-1.63');
export const ALIPAY_29_DAY = alipayDetail(ALIPAY_DAY_ROWS.map(alipay29Row), ALIPAY_DAY_TOTALS, {
  header: ALIPAY_29_HEADER,
});

const FEES_OF_PAYMENT = { 166: 'D000000000015', 180: 'C000000002485' };
const FEES_OF_REFUND = { 166: 'C000000000006', 180: 'D000000000994' };
const CRLF = Buffer.from('\r\n');
export const UNIONPAY_DAY = Buffer.concat([
  zmLine(FEES_OF_PAYMENT),
  CRLF,
  zmLine({ 87: '202603051200000000031', 112: 'HP20260305200002', 66: '000000084793' }),
  CRLF,
  zmLine({ ...ZM_REFUND, ...FEES_OF_REFUND }),
  CRLF,
]);

/** A line of ZME: 339 bytes, the fields that it shares with ZM and three of its own. */
export function zmeLine(fields: Readonly<Record<number, string>> = {}): Buffer {
  const line = Buffer.alloc(339, 0x20);
  const all = {
    0: 'E74',
    4: '01020000',
    16: '01020000',
    28: '000001',
    35: '0305101522',
    46: '621700******0001',
    66: '000000002500',
    79: '8062',
    84: '07',
    87: '01',
    90: '000001',
    97: '0305101522',
    ...fields,
  };
  for (const [at, text] of Object.entries(all)) gbk(text).copy(line, Number(at));
  return line;
}
export const ZME_DAY = Buffer.concat([zmeLine(), CRLF, zmeLine({ 66: '000000000100' }), CRLF]);

export const PLAIN_DAY = `${PLAIN_HEADER}
HP1,4200,,PAYMENT,25.00,2026-03-05 10:15:22,WECHAT,CHECKUP,R1
HP2,4201,,PAYMENT,318.46,2026-03-05 08:02:41,ALIPAY,"门诊,缴费",R2
HP2,4201,RF1,REFUND,118.46,2026-03-05 16:40:09,ALIPAY,OUTPATIENT_FEE,R3
`;

export const WECHAT_LAYOUTS = {
  ALL: wechatTradeBill(WECHAT_ALL_HEADER, WECHAT_DAY, SUMMARY_7),
  SUCCESS: wechatTradeBill(WECHAT_SUCCESS_HEADER, WECHAT_PAYMENTS, SUMMARY_4),
  'SUCCESS with 7 sums': wechatTradeBill(WECHAT_SUCCESS_HEADER, WECHAT_PAYMENTS, SUMMARY_7),
  REFUND: wechatTradeBill(WECHAT_REFUND_HEADER, WECHAT_REFUNDS, SUMMARY_7),
  RECHARGE_REFUND: wechatTradeBill(
    WECHAT_REFUND_HEADER.replace(',手续费,', ',返还手续费,'),
    WECHAT_REFUNDS,
    SUMMARY_7,
  ),
  'legacy ALL': wechatTradeBill(WECHAT_LEGACY_ALL_HEADER, WECHAT_DAY, SUMMARY_5),
  'legacy SUCCESS': wechatTradeBill(WECHAT_LEGACY_SUCCESS_HEADER, WECHAT_PAYMENTS, SUMMARY_5),
  'legacy REFUND': wechatTradeBill(WECHAT_LEGACY_REFUND_HEADER, WECHAT_REFUNDS, SUMMARY_5),
} as const;
