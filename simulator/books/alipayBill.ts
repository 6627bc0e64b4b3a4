import iconv from 'iconv-lite';
import { addDays, localOfInstant } from '../../domain/businessDate.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { yuanOfFen } from '../../domain/money.ts';
import { productOf } from '../hospital.ts';
import type { PlannedLine } from '../planner.ts';
import type { BillFile, ChannelDay } from './billFile.ts';
import {
  BAD_AMOUNT,
  BAD_TIME,
  badLinesOf,
  compact,
  encodeRows,
  EXCEL_NUMBER,
  feeOf,
  sumOf,
} from './billFile.ts';
import { zipOf } from './zip.ts';

/** Alipay 业务账单 (bill_type=trade): 业务明细 and 业务明细(汇总), GBK, in one zip. */
const HEADER =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';
const SUMMARY_HEADER =
  '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）';
const TXN_NO = 0;
const TYPE = 2;
const TIME = 5;
const AMOUNT = 11;
/** Four lines about the bill and the header. */
const LINES_ABOVE = 5;

export function alipayBill({ merchantNo, date, lines }: ChannelDay): BillFile {
  const account = `${merchantNo}0156`;
  const name = `${account}_${compact(date)}_业务明细`;
  const bytes = zipOf(
    [
      { name: gbk(`${name}.csv`), bytes: detailOf(account, date, lines) },
      { name: gbk(`${name}(汇总).csv`), bytes: gbk(summaryOf(account, date, lines)) },
    ],
    addDays(date, 1),
  );
  return { name: `alipay-trade-${compact(date)}.zip`, bytes, badLines: badLinesOf(lines, LINES_ABOVE + 1) };
}

function detailOf(account: string, date: BusinessDate, lines: readonly PlannedLine[]): Uint8Array {
  const trades = lines.filter((line) => line.kind === 'PAYMENT');
  const refunds = lines.filter((line) => line.kind === 'REFUND');
  const traded = yuanOfFen(sumOf(trades, (line) => line.amountFen));
  const refunded = yuanOfFen(-sumOf(refunds, (line) => line.amountFen));
  const above = textOf([
    '#支付宝业务明细查询',
    ...aboutBill(account, date),
    '#-----------------------------------------业务明细列表----------------------------------------',
    HEADER,
  ]);
  const below = textOf([
    '#-----------------------------------------业务明细列表结束------------------------------------',
    `#交易合计：${trades.length}笔，商家实收共${traded}元，商家优惠共0.00元`,
    `#退款合计：${refunds.length}笔，商家实收退款共${refunded}元，商家优惠退款共0.00元`,
    exportedAt(date),
  ]);
  const rows = encodeRows(lines, (line) => `${spoilt(cellsOf(line), line).join(',')}\r\n`, gbk);
  return Buffer.concat([gbk(above), ...rows, gbk(below)]);
}

function summaryOf(account: string, date: BusinessDate, lines: readonly PlannedLine[]): string {
  const trades = lines.filter((line) => line.kind === 'PAYMENT').length;
  const net = sumOf(lines, signed);
  const fee = sumOf(lines, signedFee);
  const figures = [yuanOfFen(net), yuanOfFen(net), '0.00', '0.00', '0.00', yuanOfFen(fee), '0.00'];
  const counts = [trades, lines.length - trades];
  return textOf([
    '#支付宝业务汇总查询',
    ...aboutBill(account, date),
    '#-----------------------------------------业务汇总列表----------------------------------------',
    SUMMARY_HEADER,
    ['合计\t', '\t', ...counts, ...figures, yuanOfFen(net + fee)].join(','),
    '#----------------------------------------业务汇总列表结束-------------------------------------',
    exportedAt(date),
  ]);
}

function cellsOf(line: PlannedLine): string[] {
  const yuan = yuanOfFen(signed(line));
  return [
    `${line.channelTxnNo}\t`,
    `${line.orderNo}\t`,
    `${line.kind === 'PAYMENT' ? '交易' : '退款'}\t`,
    productOf(line.businessType),
    localOfInstant(line.occurredAtMs - 8_000),
    localOfInstant(line.occurredAtMs),
    '\t',
    '\t',
    '\t',
    '\t',
    `*某(138****${line.channelTxnNo.slice(-4)})\t`,
    yuan,
    yuan,
    '0.00',
    '0.00',
    '0.00',
    '0.00',
    '0.00',
    '',
    '0.00\t',
    '0.00',
    line.refundNo ?? '\t',
    yuanOfFen(signedFee(line)),
    '0.00',
    '',
  ];
}

/** Refunds are negative. */
function signed(line: PlannedLine): bigint {
  return line.kind === 'PAYMENT' ? line.amountFen : -line.amountFen;
}

/** What the merchant pays is negative, what it gets back with a refund is not. */
function signedFee(line: PlannedLine): bigint {
  const fee = feeOf(line.amountFen);
  return line.kind === 'PAYMENT' ? -fee : fee;
}

function spoilt(cells: string[], line: PlannedLine): readonly string[] {
  switch (line.damage) {
    case 'TIME':
      return cells.with(TIME, BAD_TIME);
    case 'AMOUNT':
      return cells.with(AMOUNT, BAD_AMOUNT);
    case 'COLUMNS':
      return cells.slice(0, 19);
    case 'EXCEL':
      return cells.with(TXN_NO, EXCEL_NUMBER);
    case 'STATE':
      return cells.with(TYPE, '\t');
    case 'REPEATED':
    case null:
      return cells;
  }
}

function aboutBill(account: string, date: BusinessDate): readonly string[] {
  return [
    `#账号：[${account}]`,
    `#起始日期：[${chinese(date)} 00:00:00]   终止日期：[${chinese(addDays(date, 1))} 00:00:00]`,
  ];
}

function exportedAt(date: BusinessDate): string {
  return `#导出时间：[${chinese(addDays(date, 1))} 06:27:10]`;
}

function chinese(date: BusinessDate): string {
  return `${date.slice(0, 4)}年${date.slice(5, 7)}月${date.slice(8)}日`;
}

function textOf(lines: readonly string[]): string {
  return [...lines, ''].join('\r\n');
}

function gbk(text: string): Buffer {
  return iconv.encode(text, 'gb18030');
}
