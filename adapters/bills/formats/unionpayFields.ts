import type { ByteText } from '../byteText.ts';

/** A field of a line of fixed width: bytes from `start` to `end`. */
type FieldPlace = { readonly name: string; readonly start: number; readonly end: number };

/** What is read of the 42 fields of a line of 607 bytes (UnionPay 商户对账文件 ZM). */
export const FIELDS = {
  time: { name: '交易传输时间', start: 35, end: 45 },
  amount: { name: '交易金额', start: 66, end: 78 },
  queryId: { name: '查询流水号', start: 87, end: 108 },
  orderNo: { name: '商户订单号', start: 112, end: 144 },
  fee: { name: '商户手续费', start: 166, end: 179 },
  settled: { name: '结算金额', start: 180, end: 193 },
  type: { name: '交易类型', start: 215, end: 217 },
  originalQueryId: { name: '原交易查询流水号', start: 271, end: 292 },
  merchantNo: { name: '商户代码', start: 293, end: 308 },
  originalOrderNo: { name: '原始交易订单号', start: 476, end: 508 },
} as const satisfies Record<string, FieldPlace>;
export type Field = keyof typeof FIELDS;

/** Bytes of a field without the padding on its right. */
export function fieldOf(line: ByteText, field: Field): ByteText {
  return line.slice(FIELDS[field].start, FIELDS[field].end).trimEnd();
}

export function standsApart(line: ByteText, field: Field): boolean {
  const { start, end } = FIELDS[field];
  return line[start - 1] === ' ' && (line.length <= end || line[end] === ' ');
}

/** X+n12: C (for the merchant) or D (from it) and 12 digits of fen; a field of blanks or zeros alone is 0. */
const SIGNED_FEN = /^([CD])(\d{12})$/;
const NOTHING = /^[CD0 ]?0*$/;

/** Fen of an X+n12 text, positive for C. @returns null when it is none */
export function signedFenOf(text: ByteText): number | null {
  const match = SIGNED_FEN.exec(text);
  if (match) return match[1] === 'D' ? -Number(match[2]) : Number(match[2]);
  return NOTHING.test(text) ? 0 : null;
}

/** ZM and ZME share their first nine fields; behind them ZM has one of 21 bytes, ZME 2, 6 and 10. */
const FIRST_FIELDS = /^.{3} .{11} .{11} \d{6} \d{10} .{19} \d{12} .{4} .{2} /;
const ZM_FIELD_10 = /^.{87}[^ ]{14,21} *(?<=^.{108}) /;
const ZME_FIELDS_10_TO_12 = /^.{87}.{2} .{6} .{10} /;

/** Which of the two files a first line is of. */
export function fileOf(line: ByteText): 'ZM' | 'ZME' | null {
  if (!FIRST_FIELDS.test(line)) return null;
  if (ZM_FIELD_10.test(line)) return 'ZM';
  return ZME_FIELDS_10_TO_12.test(line) ? 'ZME' : null;
}
