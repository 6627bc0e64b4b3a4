import { gzipSync } from 'node:zlib';
import { localOfInstant } from '../../domain/businessDate.ts';
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

/** WeChat Pay, 交易账单 ALL with the current 27 columns. */
const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const SUMMARY_HEADER =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
const TIME = 0;
const TXN_NO = 5;
const STATE = 9;
const ORDER_AMOUNT = 24;
const ASKED_REFUND = 25;
/** Byte 9 of a gzip stream names the machine's system: fixed, so that all write the same bytes. */
const GZIP_SYSTEM = 9;
const UNIX = 3;

export function wechatBill({ merchantNo, date, lines }: ChannelDay): BillFile {
  const rows = encodeRows(lines, (line, index) => rowOf(spoilt(cellsOf(line, merchantNo, index), line)));
  const bytes = gzipSync(
    Buffer.concat([
      Buffer.from(`\ufeff${HEADER}\r\n`),
      ...rows,
      Buffer.from(`${SUMMARY_HEADER}\r\n${rowOf(summaryOf(lines))}`),
    ]),
  );
  bytes[GZIP_SYSTEM] = UNIX;
  return { name: `wechat-all-${compact(date)}.csv.gz`, bytes, badLines: badLinesOf(lines, 2) };
}

function cellsOf(line: PlannedLine, merchantNo: string, index: number): string[] {
  const isPayment = line.kind === 'PAYMENT';
  const yuan = yuanOfFen(line.amountFen);
  const paid = isPayment ? yuan : '0.00';
  const refunded = isPayment ? '0.00' : yuan;
  const refundId = `5030${line.channelTxnNo.slice(4, 20)}${String(index).padStart(9, '0')}`;
  return [
    localOfInstant(line.occurredAtMs),
    'wx00000000000000aa',
    merchantNo,
    '0',
    '',
    line.channelTxnNo,
    line.orderNo,
    `oSYNTHETIC${line.channelTxnNo.slice(-12)}`,
    'JSAPI',
    isPayment ? 'SUCCESS' : 'REFUND',
    'OTHERS',
    'CNY',
    paid,
    '0.00',
    isPayment ? '0' : refundId,
    isPayment ? '0' : (line.refundNo ?? ''),
    refunded,
    '0.00',
    isPayment ? '' : 'ORIGINAL',
    isPayment ? '' : 'SUCCESS',
    productOf(line.businessType),
    `{\\"biz\\":\\"${line.businessType}\\"}`,
    feeText(signedFee(line)),
    '0.60%',
    paid,
    refunded,
    '',
  ];
}

function summaryOf(lines: readonly PlannedLine[]): string[] {
  const paid = yuanOfFen(sumOf(lines, (line) => (line.kind === 'PAYMENT' ? line.amountFen : 0n)));
  const refunded = yuanOfFen(sumOf(lines, (line) => (line.kind === 'REFUND' ? line.amountFen : 0n)));
  return [String(lines.length), paid, refunded, '0.00', feeText(sumOf(lines, signedFee)), paid, refunded];
}

function signedFee(line: PlannedLine): bigint {
  const fee = feeOf(line.amountFen);
  return line.kind === 'PAYMENT' ? fee : -fee;
}

/** Fees are written with five decimals. */
function feeText(fen: bigint): string {
  return `${yuanOfFen(fen)}000`;
}

function spoilt(cells: string[], line: PlannedLine): readonly string[] {
  switch (line.damage) {
    case 'TIME':
      return cells.with(TIME, BAD_TIME);
    case 'AMOUNT':
      return cells.with(line.kind === 'PAYMENT' ? ORDER_AMOUNT : ASKED_REFUND, BAD_AMOUNT);
    case 'COLUMNS':
      return cells.slice(0, 19);
    case 'EXCEL':
      return cells.with(TXN_NO, EXCEL_NUMBER);
    case 'STATE':
      return cells.with(STATE, 'UNKNOWN');
    case 'REPEATED':
    case null:
      return cells;
  }
}

function rowOf(cells: readonly string[]): string {
  return `\`${cells.join(',`')}\r\n`;
}
