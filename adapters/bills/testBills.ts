import iconv from 'iconv-lite';
import yazl from 'yazl';
import type { BillLine } from '../../domain/ports.ts';
import { readBill, type BillReadHints, type CheckedBillReport } from './readBill.ts';

/** Builders of small bills for tests: each writes a bill as its channel does, from the few cells that matter. */

export const WECHAT_ALL_HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';

export type WechatRow = {
  time?: string;
  txnNo?: string;
  orderNo?: string;
  state?: string;
  refundNo?: string;
  product?: string;
  fee?: string;
  amount?: string;
  refund?: string;
  settledRefund?: string;
};

export function wechatCells(row: WechatRow): string[] {
  const isPayment = (row.state ?? 'SUCCESS') === 'SUCCESS';
  const amount = isPayment ? (row.amount ?? '25.00') : '0.00';
  const refund = isPayment ? '0.00' : (row.refund ?? '10.00');
  return [
    row.time ?? '2026-03-05 10:15:22',
    'wx00000000000000aa',
    '1900000001',
    '0',
    '',
    row.txnNo ?? '4200009900202603050000000001',
    row.orderNo ?? 'HP20260305000001',
    'oSYNTHETIC',
    'JSAPI',
    row.state ?? 'SUCCESS',
    'OTHERS',
    'CNY',
    amount,
    '0.00',
    isPayment ? '0' : '50300009902026030500000000001',
    row.refundNo ?? (isPayment ? '0' : 'RF20260305000001'),
    row.settledRefund ?? refund,
    '0.00',
    isPayment ? '' : 'ORIGINAL',
    isPayment ? '' : 'SUCCESS',
    row.product ?? '门诊挂号',
    '{\\"biz\\":\\"MZ\\"}',
    row.fee ?? (isPayment ? '0.15000' : '-0.06000'),
    '0.60%',
    amount,
    refund,
    '',
  ];
}

const WECHAT_SUMMARY_HEADER =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

/** `summary` overrides cells of the summary, which is otherwise stated as the cells need it. */
export function wechatBill(
  rows: readonly WechatRow[],
  options: { summary?: Record<number, string>; end?: string; bom?: boolean; tail?: boolean } = {},
): string {
  const end = options.end ?? '\r\n';
  const cells = rows.map(wechatCells);
  const summary = [
    String(rows.length),
    sum(cells, 12, 2),
    sum(cells, 16, 2),
    sum(cells, 17, 2),
    sum(cells, 22, 5),
    sum(cells, 24, 2),
    sum(cells, 25, 2),
  ].map((cell, at) => options.summary?.[at] ?? cell);
  const lines = [WECHAT_ALL_HEADER, ...cells.map(backticked)];
  if (options.tail !== false) lines.push(WECHAT_SUMMARY_HEADER, backticked(summary));
  return (options.bom === false ? '' : '\ufeff') + lines.map((line) => line + end).join('');
}

export function backticked(cells: readonly string[]): string {
  return cells.map((cell) => `\`${cell}`).join(',');
}

/** Adds up what can be read; what cannot counts as the 0 that a test then overrides or does not compare. */
function sum(rows: readonly (readonly string[])[], column: number, decimals: number): string {
  const units = rows.reduce((total, row) => {
    const cell = row[column] ?? '';
    return /^-?\d{1,9}(\.\d+)?$/.test(cell) ? total + Math.round(Number(cell) * 10 ** decimals) : total;
  }, 0);
  return (units / 10 ** decimals).toFixed(decimals);
}

export const ALIPAY_HEADER =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';

export type AlipayRow = {
  txnNo?: string;
  orderNo?: string;
  type?: string;
  product?: string;
  time?: string;
  amount?: string;
  received?: string;
  refundNo?: string;
  fee?: string;
};

export function alipayRow(row: AlipayRow): string {
  const amount = row.amount ?? '18.00';
  return [
    `${row.txnNo ?? '2026030522001400000000000001'}\t`,
    `${row.orderNo ?? 'HP20260305100001'}\t`,
    `${row.type ?? '交易'}\t`,
    row.product ?? '门诊挂号',
    '2026-03-05 09:00:01',
    row.time ?? '2026-03-05 09:00:09',
    '\t',
    '\t',
    '\t',
    '\t',
    '*三(138****0001)\t',
    amount,
    row.received ?? amount,
    '0.00',
    '0.00',
    '0.00',
    '0.00',
    '0.00',
    '',
    '0.00\t',
    '0.00',
    `${row.refundNo ?? ''}\t`,
    row.fee ?? (row.type === '退款' ? '0.04' : '-0.11'),
    '0.00',
    '',
  ].join(',');
}

export type AlipayTotals = { trade?: string; refund?: string };

export function alipayDetail(
  rows: readonly string[],
  totals: AlipayTotals,
  options: { header?: string; end?: string; listEnd?: boolean } = {},
): string {
  const lines = [
    '#支付宝业务明细查询',
    '#账号：[20880000000000010156]',
    '#起始日期：[2026年03月05日 00:00:00]   终止日期：[2026年03月06日 00:00:00]',
    '#-----------------------------------------业务明细列表----------------------------------------',
    options.header ?? ALIPAY_HEADER,
    ...rows,
  ];
  if (options.listEnd !== false) {
    lines.push(
      '#-----------------------------------------业务明细列表结束------------------------------------',
    );
  }
  if (totals.trade !== undefined) lines.push(`#交易合计：${totals.trade}，商家优惠共0.00元`);
  if (totals.refund !== undefined) lines.push(`#退款合计：${totals.refund}，商家优惠退款共0.00元`);
  return lines.map((line) => line + (options.end ?? '\r\n')).join('');
}

export function alipaySummary(counts: string, amount: string, received = amount, fee = '-0.11'): string {
  return [
    '#支付宝业务汇总查询',
    '#-----------------------------------------业务汇总列表----------------------------------------',
    '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）',
    `合计\t,\t,${counts},${amount},${received},0.00,0.00,0.00,${fee},0.00,176.93`,
    '#----------------------------------------业务汇总列表结束-------------------------------------',
    '',
  ].join('\r\n');
}

export function gbk(text: string): Buffer {
  return iconv.encode(text, 'gb18030');
}

export async function zipOf(files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, bytes] of Object.entries(files)) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Fields of a ZM line by their start byte, the rest blank; 607 bytes unless `length` cuts it. */
export function zmLine(fields: Readonly<Record<number, string>>, length = 607): Buffer {
  const line = Buffer.alloc(607, 0x20);
  const all = {
    0: 'S22',
    4: '01020000',
    16: '01020000',
    28: '000001',
    35: '0305101522',
    46: '621700******0001',
    66: '000000002500',
    79: '8062',
    84: '07',
    87: '202603051015220000011',
    112: 'HP20260305200001',
    215: '01',
    293: '777000000000001',
    327: '示例市第一医院',
    ...fields,
  };
  for (const [at, text] of Object.entries(all)) gbk(text).copy(line, Number(at));
  return line.subarray(0, length);
}

export const ZM_REFUND = {
  35: '0305161030',
  66: '000000001000',
  87: '202603051610300000021',
  112: 'RF20260305200001',
  215: '04',
  271: '202603051015220000011',
  476: 'HP20260305200001',
};

export const PLAIN_HEADER =
  'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no';

/** Reads a whole bill; `chunkBytes` cuts it into pieces of that size. */
export async function readAll(
  bytes: Uint8Array | string,
  hints: BillReadHints = {},
  chunkBytes = 65_536,
): Promise<{ lines: BillLine[]; report: CheckedBillReport }> {
  const { lines, report } = readBill(chunksOf(bytes, chunkBytes), hints);
  const read: BillLine[] = [];
  for await (const batch of lines) read.push(...batch);
  return { lines: read, report: await report };
}

export async function* chunksOf(bytes: Uint8Array | string, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  for (let at = 0; at < whole.length; at += chunkBytes) yield whole.subarray(at, at + chunkBytes);
}
