import { daysBetween, isBusinessDate, type BusinessDate } from '../../../domain/businessDate.ts';
import type { Kind } from '../../../domain/entry.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import type { ByteText } from '../byteText.ts';
import type { BillFacts, BillFormat, BillParser, Opening } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import { shown, type RowSink } from '../rowSink.ts';

/** The fields that are read: bytes from `start` to `end` of a line of 607 (UnionPay 商户对账文件 ZM; 42 fields). */
const FIELDS = {
  time: { name: '交易传输时间', start: 35, end: 45 },
  amount: { name: '交易金额', start: 66, end: 78 },
  queryId: { name: '查询流水号', start: 87, end: 108 },
  orderNo: { name: '商户订单号', start: 112, end: 144 },
  type: { name: '交易类型', start: 215, end: 217 },
  originalQueryId: { name: '原交易查询流水号', start: 271, end: 292 },
  merchantNo: { name: '商户代码', start: 293, end: 308 },
  originalOrderNo: { name: '原始交易订单号', start: 476, end: 508 },
} as const;
type Field = keyof typeof FIELDS;

/** 31 is said to be a void: which shape it has was not seen, so a person looks at it. */
const KIND_OF_TYPE: Readonly<Record<string, Kind>> = { '01': 'PAYMENT', '04': 'REFUND' };
const NEEDED: Record<Kind, readonly Field[]> = {
  PAYMENT: ['time', 'amount', 'queryId', 'orderNo'],
  REFUND: ['time', 'amount', 'queryId', 'orderNo', 'originalQueryId', 'originalOrderNo'],
};
const KEY_FIELDS: Record<Kind, readonly Field[]> = {
  PAYMENT: ['orderNo', 'queryId'],
  REFUND: ['originalOrderNo', 'orderNo', 'originalQueryId', 'queryId'],
};

/** ZM and ZME share their first nine fields; behind them ZM has one of 21 bytes, ZME 2, 6 and 10. */
const FIRST_FIELDS = /^.{3} .{11} .{11} \d{6} \d{10} .{19} \d{12} .{4} .{2} /;
const ZM_FIELD_10 = /^.{87}[^ ]{14,21} *(?<=^.{108}) /;
const ZME_FIELDS_10_TO_12 = /^.{87}.{2} .{6} .{10} /;
/** INN{yyMMdd}88ZM_{merId}: the only place that says the settle date. */
const PART_NAME = /(?:^|\/)INN(\d{2})(\d{2})(\d{2})\d{2}ZM_(\d+)/;
const DIGITS = /^\d{12}$/;

export const unionpayZm: BillFormat = {
  name: 'unionpay-zm',
  channel: 'UNIONPAY',
  looksLike: 'lines of 607 bytes, fields separated by one space (UnionPay ZM)',
  recognise: ({ bytes }) => {
    if (!FIRST_FIELDS.test(bytes)) return null;
    if (ZM_FIELD_10.test(bytes)) return 'DETAIL';
    return ZME_FIELDS_10_TO_12.test(bytes) ? 'IGNORED' : null;
  },
  isEmptyPart: (partName) => PART_NAME.test(partName),
  open: (sink) => new UnionpayZmParser(sink),
};

class UnionpayZmParser implements BillParser {
  readonly #sink: RowSink;
  #settleDate: BusinessDate | null = null;
  #merchantNo: string | null = null;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  beginPart(opening: Opening): void {
    const match = PART_NAME.exec(opening.partName ?? '');
    const date = match ? `20${match[1]}-${match[2]}-${match[3]}` : '';
    this.#settleDate = isBusinessDate(date) ? date : null;
    this.#merchantNo ??= match?.[4] ?? null;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    sink.beginRow(text, start, end, lineNo);
    const line = text.slice(start, end);
    const type = fieldOf(line, 'type');
    const kind = KIND_OF_TYPE[type];
    if (line.length < FIELDS.type.end) return this.#tooShort(line, 'type');
    if (kind === undefined) return sink.failState(FIELDS.type.name, type, '01 (purchase) or 04 (refund)');
    for (const field of NEEDED[kind]) {
      // Editors cut the spaces at the end of lines: only a field that must hold something has to be there.
      if (line.length <= FIELDS[field].start) return this.#tooShort(line, field);
      if (!standsApart(line, field)) {
        return sink.fail(
          'DZ_ROW_COLUMN_COUNT',
          `${FIELDS[field].name} (bytes ${FIELDS[field].start} to ${FIELDS[field].end}) has no space on both sides: the fields are shifted`,
        );
      }
    }
    this.#row(line, kind, lineNo);
  }

  #row(line: ByteText, kind: Kind, lineNo: number): void {
    const sink = this.#sink;
    for (const field of KEY_FIELDS[kind]) {
      const id = fieldOf(line, field);
      const fault = idFaultAt(id, 0, id.length);
      if (fault !== null) return sink.failId(FIELDS[field].name, id, fault);
    }
    const amount = fieldOf(line, 'amount');
    if (!DIGITS.test(amount)) return sink.failAmount(FIELDS.amount.name, amount, '12 digits of fen');
    const time = fieldOf(line, 'time');
    const queryId = fieldOf(line, 'queryId');
    const occurredAtMs = this.#instantOf(time, queryId);
    if (Number.isNaN(occurredAtMs)) {
      return sink.fail(
        'DZ_ROW_TIME',
        `${FIELDS.time.name} is "${shown(time)}"; expected MMDDhhmmss of a day near the settle date ${this.#settleDate ?? '(the file names none)'}`,
      );
    }
    // A ZM row's own queryId is its channel transaction; a refund refers to its payment's.
    sink.identities.start(kind === 'PAYMENT' ? 1 : 2);
    sink.identities.mix(queryId, 0, queryId.length);
    if (!sink.identities.add()) return sink.failDuplicate(`${FIELDS.queryId.name} ${queryId}`);
    const orderNo = fieldOf(line, 'orderNo');
    const fen = Number(amount);
    this.#merchantNo ??= fieldOf(line, 'merchantNo') || null;
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo: kind === 'PAYMENT' ? orderNo : fieldOf(line, 'originalOrderNo'),
        refundNo: kind === 'PAYMENT' ? null : orderNo,
        channel: 'UNIONPAY',
        channelTxnNo: kind === 'PAYMENT' ? queryId : fieldOf(line, 'originalQueryId'),
        hisOrderNo: null,
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: null,
      },
      fen,
    );
  }

  #tooShort(line: ByteText, field: Field): void {
    const { name, start, end } = FIELDS[field];
    this.#sink.fail(
      'DZ_ROW_COLUMN_COUNT',
      `the line ends at byte ${line.length}, before ${name} (bytes ${start} to ${end})`,
    );
  }

  /**
   * MMDDhhmmss has no year: the one that brings it next to the settle date, so that a file of 1 January may hold rows of
   * 31 December. Without a settle date the year is the queryId's, which begins with the date (seen in samples).
   */
  #instantOf(time: ByteText, queryId: ByteText): number {
    const monthDay = `${time.slice(0, 2)}-${time.slice(2, 4)}`;
    const date =
      this.#settleDate === null ? `${queryId.slice(0, 4)}-${monthDay}` : nearest(this.#settleDate, monthDay);
    if (date === null) return Number.NaN;
    const clock = `${time.slice(4, 6)}:${time.slice(6, 8)}:${time.slice(8, 10)}`;
    return beijingTimeAt(`${date} ${clock}`, 0, 19);
  }

  endPart(): void {
    // The file has no totals and no end line.
  }

  finish(): BillFacts {
    return { billType: 'ZM', statedDate: this.#settleDate, merchantNo: this.#merchantNo, footer: 'NONE' };
  }
}

/** Bytes of a field without the padding on its right. */
function fieldOf(line: ByteText, field: Field): ByteText {
  return line.slice(FIELDS[field].start, FIELDS[field].end).trimEnd();
}

function standsApart(line: ByteText, field: Field): boolean {
  const { start, end } = FIELDS[field];
  return line[start - 1] === ' ' && (line.length <= end || line[end] === ' ');
}

/** The date with this month and day that lies nearest to the settle date; null when there is none within a month. */
function nearest(settleDate: BusinessDate, monthDay: string): BusinessDate | null {
  const year = Number(settleDate.slice(0, 4));
  for (const candidate of [year, year - 1, year + 1]) {
    const date = `${candidate}-${monthDay}`;
    if (isBusinessDate(date) && Math.abs(daysBetween(settleDate, date)) <= 31) return date;
  }
  return null;
}
