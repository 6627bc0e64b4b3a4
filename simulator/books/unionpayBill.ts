import iconv from 'iconv-lite';
import { addDays, localOfInstant } from '../../domain/businessDate.ts';
import type { PlannedLine } from '../planner.ts';
import type { BillFile, ChannelDay } from './billFile.ts';
import { badLinesOf, compact, EXCEL_NUMBER, feeOf } from './billFile.ts';
import { zipOf } from './zip.ts';

/** UnionPay 商户对账文件 ZM: 607 bytes a line, fields by their start byte, GBK. */
const LINE_BYTES = 607;
const AT = {
  code: 0,
  agency: 4,
  sender: 16,
  traceNo: 28,
  time: 35,
  account: 46,
  amount: 66,
  category: 79,
  terminal: 84,
  queryId: 87,
  orderNo: 112,
  cardType: 145,
  fee: 166,
  settled: 180,
  payWay: 194,
  type: 215,
  subType: 218,
  business: 221,
  accountType: 228,
  originalQueryId: 271,
  merchantNo: 293,
  name: 327,
  net: 374,
  terminalNo: 388,
  originalOrderNo: 476,
} as const;
type Fields = Partial<Record<keyof typeof AT, string>>;
const AT_OF: ReadonlyMap<string, number> = new Map(Object.entries(AT));
/** Before the field that says what a row is. */
const CUT_BYTES = 150;

export function unionpayBill({ merchantName, merchantNo, date, lines }: ChannelDay): BillFile {
  const prefix = `INN${compact(date).slice(2)}88`;
  const rows = lines.map((line, index) => rowOf(line, index, { merchantName, merchantNo }));
  const detail = Buffer.concat(rows.flatMap((row) => [row, Buffer.from('\r\n')]));
  const bytes = zipOf(
    [
      { name: Buffer.from(`${prefix}ZM_${merchantNo}`), bytes: detail },
      { name: Buffer.from(`${prefix}ZME_${merchantNo}`), bytes: Buffer.alloc(0) },
    ],
    addDays(date, 1),
  );
  return { name: `unionpay-${compact(date)}.zip`, bytes, badLines: badLinesOf(lines, 1) };
}

function rowOf(
  line: PlannedLine,
  index: number,
  merchant: { readonly merchantName: string; readonly merchantNo: string },
): Buffer {
  const row = Buffer.alloc(LINE_BYTES, ' ');
  const fields = spoilt(fieldsOf(line, index, merchant.merchantNo), line);
  for (const [field, text] of Object.entries(fields))
    row.write(text, AT_OF.get(field) ?? LINE_BYTES, 'latin1');
  iconv.encode(merchant.merchantName, 'gb18030').copy(row, AT.name, 0, 32);
  return line.damage === 'COLUMNS' ? row.subarray(0, CUT_BYTES) : row;
}

function fieldsOf(line: PlannedLine, index: number, merchantNo: string): Fields {
  const isPayment = line.kind === 'PAYMENT';
  const time = localOfInstant(line.occurredAtMs).replaceAll(/\D/g, '');
  const fee = feeOf(line.amountFen);
  const [out, back] = isPayment ? ['D', 'C'] : ['C', 'D'];
  const net = `${back}${fen12(line.amountFen - fee)}`;
  const common: Fields = {
    code: isPayment ? 'S22' : 'S30',
    agency: '01020000',
    sender: '01020000',
    traceNo: String((index % 999_999) + 1).padStart(6, '0'),
    time: time.slice(4),
    account: '621700******0001',
    amount: fen12(line.amountFen),
    category: '8062',
    terminal: '07',
    cardType: '01',
    fee: `${out}${fen12(fee)}`,
    settled: net,
    payWay: '0001',
    type: isPayment ? '01' : '04',
    subType: isPayment ? '01' : '00',
    business: '000201',
    accountType: '01',
    merchantNo,
    net,
    terminalNo: '01080209',
  };
  if (isPayment) return { ...common, queryId: line.channelTxnNo, orderNo: line.orderNo };
  // A refund is a transaction of its own; its number's last digits make its query id one of a kind.
  const refundNo = line.refundNo ?? '';
  return {
    ...common,
    queryId: `${time}${refundNo.slice(-7)}`,
    orderNo: refundNo,
    originalQueryId: line.channelTxnNo,
    originalOrderNo: line.orderNo,
  };
}

function spoilt(fields: Fields, line: PlannedLine): Fields {
  switch (line.damage) {
    case 'TIME':
      return { ...fields, time: '1345100000' };
    case 'AMOUNT':
      return { ...fields, amount: '0000001234.5' };
    case 'EXCEL':
      return { ...fields, orderNo: EXCEL_NUMBER };
    case 'STATE':
      return { ...fields, type: '31' };
    case 'COLUMNS':
    case 'REPEATED':
    case null:
      return fields;
  }
}

function fen12(fen: bigint): string {
  return fen.toString().padStart(12, '0');
}
