import { isBusinessDate, type BusinessDate } from '../../../domain/businessDate.ts';
import type { Kind } from '../../../domain/entry.ts';
import type { MerchantChannel } from '../../../domain/merchant.ts';
import type { ByteText } from '../byteText.ts';
import type { BillFacts, BillFormat, BillParser, Opening, PartRole } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import { isOwnOrder } from '../ownRowFilter.ts';
import { KIND_WORDS } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import { clearingPeriod, instantOfMonthDay } from './unionpayDay.ts';
import { fieldOf, FIELDS, fileOf, signedFenOf, standsApart, type Field } from './unionpayFields.ts';

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
/** INN{yyMMdd}88ZM_{merId}, and ZME: the only place that says the settle date. */
const PART_NAME = /(?:^|\/)INN(\d{2})(\d{2})(\d{2})\d{2}ZME?_(\d+)/;
const ZM_NAME = /(?:^|\/)INN\d{8}ZM_\d+/;
const DIGITS = /^\d{12}$/;
/** A line of ZME ends behind the amount that it corrects; the meaning of what follows is unknown. */
const ZME_NEEDED: readonly Field[] = ['time', 'amount'];

/** ZM: successful trades, the lines of the book. ZME: errors and adjustments of unknown meaning, counted and not reconciled. */
export const unionpay: BillFormat = {
  name: 'unionpay-zm',
  title: { en: 'the ZM of UnionPay, with its ZME', zh: '银联 ZM 文件（及 ZME）' },
  version: 1,
  channel: 'UNIONPAY',
  looksLike: {
    en: 'lines of 607 bytes, fields separated by one space',
    zh: '每行 607 字节，字段以一个空格分隔',
  },
  recognise: ({ bytes }) => {
    const file = fileOf(bytes);
    if (file === null) return null;
    return file === 'ZM' ? 'DETAIL' : 'ADJUSTMENTS';
  },
  isEmptyPart: (partName) => ZM_NAME.test(partName),
  layout: { kind: 'FIXED', fields: FIELDS },
  open: (sink) => new UnionpayParser(sink),
};

class UnionpayParser implements BillParser {
  readonly #sink: RowSink;
  readonly #own: MerchantChannel | null;
  #settleDate: BusinessDate | null;
  #merchantNo: string | null = null;
  #role: PartRole = 'DETAIL';
  #hasDetail = false;

  constructor(sink: RowSink) {
    this.#sink = sink;
    sink.namesFees = true;
    this.#own = sink.hints.own?.find(({ channel }) => channel === 'UNIONPAY') ?? null;
    this.#settleDate = sink.hints.date ?? null;
  }

  beginPart({ partName }: Opening, role: PartRole): void {
    this.#role = role;
    this.#hasDetail ||= role === 'DETAIL';
    this.#readName(partName ?? '');
    if (this.#settleDate !== null) this.#sink.day.state(clearingPeriod(this.#settleDate));
    this.#sink.errors.partName = role === 'ADJUSTMENTS' ? (partName ?? 'ZME') : null;
  }

  #readName(partName: string): void {
    const match = PART_NAME.exec(partName);
    if (!match) return;
    const date = `20${match[1]}-${match[2]}-${match[3]}`;
    if (isBusinessDate(date)) this.#settleDate = date;
    this.#merchantNo ??= match[4] ?? null;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    sink.beginRow(text, start, end, lineNo);
    const line = text.slice(start, end);
    if (this.#role === 'ADJUSTMENTS') return this.#adjustment(line);
    if (line.length < FIELDS.type.end) return this.#tooShort(line, 'type');
    const type = fieldOf(line, 'type');
    const kind = KIND_OF_TYPE[type];
    if (kind === undefined) {
      return sink.fail('state', { column: FIELDS.type.name, value: type, expected: '01, 04' });
    }
    if (this.#isWhole(line, NEEDED[kind])) this.#row(line, kind, lineNo);
  }

  #adjustment(line: ByteText): void {
    if (!this.#isWhole(line, ZME_NEEDED)) return;
    const amount = fieldOf(line, 'amount');
    if (!DIGITS.test(amount)) return this.#sink.failAmount(FIELDS.amount.name, amount, 'fenAmount');
    this.#sink.otherRows += 1;
  }

  /** Whether the line has the fields, each in its place. Fails the row otherwise. */
  #isWhole(line: ByteText, fields: readonly Field[]): boolean {
    for (const field of fields) {
      const { name, start, end } = FIELDS[field];
      // Editors cut the spaces at the end of lines: only a field that must hold something has to be there.
      if (line.length <= start) {
        this.#tooShort(line, field);
        return false;
      }
      if (!standsApart(line, field)) {
        this.#sink.fail('shifted', { column: name, start, end });
        return false;
      }
    }
    return true;
  }

  #row(line: ByteText, kind: Kind, lineNo: number): void {
    const sink = this.#sink;
    for (const field of KEY_FIELDS[kind]) {
      const id = fieldOf(line, field);
      const fault = idFaultAt(id, 0, id.length);
      if (fault !== null) return sink.failId(FIELDS[field].name, id, fault);
    }
    const amount = fieldOf(line, 'amount');
    if (!DIGITS.test(amount)) return sink.failAmount(FIELDS.amount.name, amount, 'fenAmount');
    const fee = signedFenOf(fieldOf(line, 'fee'));
    const settled = signedFenOf(fieldOf(line, 'settled'));
    if (fee === null || settled === null) {
      const field = fee === null ? 'fee' : 'settled';
      return sink.failAmount(FIELDS[field].name, fieldOf(line, field), 'signedFenAmount');
    }
    const time = fieldOf(line, 'time');
    const queryId = fieldOf(line, 'queryId');
    const occurredAtMs = instantOfMonthDay(time, this.#settleDate, queryId);
    if (Number.isNaN(occurredAtMs)) {
      const settleDate = this.#settleDate ?? '-';
      return sink.fail('monthDayTime', { column: FIELDS.time.name, value: time, settleDate });
    }
    // The rows of a group merchant's file may name its members: the file's name goes first.
    this.#merchantNo ??= fieldOf(line, 'merchantNo') || null;
    // A ZM row's own queryId is its channel transaction; a refund refers to its payment's.
    sink.identities.start(kind === 'PAYMENT' ? 1 : 2);
    sink.identities.mix(queryId, 0, queryId.length);
    if (!sink.identities.add()) {
      return sink.fail('duplicate', {
        kind: KIND_WORDS[kind],
        column: FIELDS.queryId.name,
        value: queryId,
      });
    }
    const isPayment = kind === 'PAYMENT';
    const ownOrderNo = fieldOf(line, 'orderNo');
    const orderNo = isPayment ? ownOrderNo : fieldOf(line, 'originalOrderNo');
    const fen = Number(amount);
    if (!isOwnOrder(this.#own, orderNo, 0)) return sink.acceptForeign(kind, fen);
    // D is what the merchant pays. 结算金额 is netted with the fee: back to what it was charged on.
    const feeMilliFen = BigInt(-fee) * 1000n;
    sink.fee.add(feeMilliFen);
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo,
        refundNo: isPayment ? null : ownOrderNo,
        channel: 'UNIONPAY',
        channelTxnNo: isPayment ? queryId : fieldOf(line, 'originalQueryId'),
        hisOrderNo: null,
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: null,
        feeMilliFen,
        settledFen: BigInt(Math.abs(settled - fee)),
      },
      fen,
      FIELDS.time.name,
    );
  }

  #tooShort(line: ByteText, field: Field): void {
    const { name, start, end } = FIELDS[field];
    this.#sink.fail('lineTooShort', { length: line.length, column: name, start, end });
  }

  endPart(): void {
    // The file has no totals and no end line.
  }

  finish(emptyParts: readonly string[]): BillFacts {
    for (const name of emptyParts) {
      this.#readName(name);
      this.#hasDetail ||= ZM_NAME.test(name);
    }
    return {
      billType: this.#hasDetail ? 'ZM' : 'ZME',
      statedDate: this.#settleDate,
      merchantNo: this.#merchantNo,
      footer: 'NONE',
      accountOnly: !this.#hasDetail,
    };
  }
}
