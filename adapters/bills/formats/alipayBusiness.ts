import iconv from 'iconv-lite';
import { addDays, isBusinessDate, type BusinessDate } from '../../../domain/businessDate.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import { displayText, type ByteText, type TextEncoding } from '../byteText.ts';
import { Cells, joinCells, splitCommas, trimCells } from '../cells.ts';
import { mapColumns, noColumns, type ColumnAliases, type ColumnMap } from '../columns.ts';
import { decimalAt, FEN_SCALE, type Exact } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser, FooterCheck, Opening, PartRole } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import type { RowSink } from '../rowSink.ts';
import { truncated } from '../totals.ts';
import {
  AlipayPart,
  checkFooters,
  checkSummary,
  type AlipaySide,
  type AlipaySummary,
  type AmountColumn,
  type StatedSide,
} from './alipayTotals.ts';

/** Names as the header gives them once the unit in brackets is cut off. */
const COLUMNS = {
  txnNo: { names: ['支付宝交易号', '银联交易号'], required: true },
  orderNo: { names: ['商户订单号'], required: true },
  type: { names: ['业务类型'], required: true },
  product: { names: ['商品名称'], required: false },
  createdAt: { names: ['创建时间'], required: false },
  time: { names: ['完成时间'], required: true },
  amount: { names: ['订单金额'], required: true },
  received: { names: ['商家实收'], required: false },
  discount: { names: ['商家优惠'], required: false },
  refundNo: { names: ['退款批次号/请求号', '退款批次号'], required: true },
} as const satisfies ColumnAliases<string>;
type Column = keyof typeof COLUMNS;

const SUMMARY_COLUMNS = {
  tradeCount: { names: ['交易订单总笔数'], required: true },
  refundCount: { names: ['退款订单总笔数'], required: true },
  amount: { names: ['订单金额'], required: false },
  received: { names: ['商家实收'], required: false },
} as const satisfies ColumnAliases<string>;

const DETAIL_TITLE = '#支付宝业务明细查询';
const SUMMARY_TITLE = '#支付宝业务汇总查询';
/** In the line behind the rows; the number of dashes around it differs. */
const LIST_END = '列表结束';
const ACCOUNT = /^#账号[：:]\s*\[(\d+?)(?:0156)?\]/;
const PERIOD =
  /^#起始日期[：:]\s*\[(\d{4})年(\d{2})月(\d{2})日 00:00:00\]\s*终止日期[：:]\s*\[(\d{4})年(\d{2})月(\d{2})日 00:00:00\]/;
const TRADE_TOTAL = /^#交易合计[：:]\s*(\d+)笔[，,]商家实收共(-?[\d.]+)元(?:[，,]商家优惠共(-?[\d.]+)元)?/;
const REFUND_TOTAL =
  /^#退款合计[：:]\s*(\d+)笔[，,]商家实收退款共(-?[\d.]+)元(?:[，,]商家优惠退款共(-?[\d.]+)元)?/;
const HASH = 35;

export const alipayBusiness: BillFormat = {
  name: 'alipay-business',
  channel: 'ALIPAY',
  looksLike: `${DETAIL_TITLE} (Alipay 业务账单, bill_type=trade; the 账务 bill, signcustomer, is another one)`,
  recognise: ({ text }) => {
    if (text.startsWith(DETAIL_TITLE)) return 'DETAIL';
    return text.startsWith(SUMMARY_TITLE) ? 'SUMMARY' : null;
  },
  open: (sink) => new AlipayBusinessParser(sink),
};

class AlipayBusinessParser implements BillParser {
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  readonly #parts: AlipayPart[] = [];
  /** Figures of the row under reading; null: unreadable. */
  readonly #values: Record<AmountColumn, Exact | null> = { amount: null, received: null, discount: null };
  #part = new AlipayPart();
  #role: PartRole = 'DETAIL';
  #state: 'TOP' | 'ROWS' | 'FOOT' = 'TOP';
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #columnCount = 0;
  #words = WORDS['utf-8'];
  #partName: string | null = null;
  #summaryColumns = noColumns(SUMMARY_COLUMNS);
  #summary: AlipaySummary | null = null;
  #merchantNo: string | null = null;
  #statedDate: BusinessDate | null = null;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  beginPart(opening: Opening, role: PartRole): void {
    this.#role = role;
    this.#state = 'TOP';
    this.#words = WORDS[opening.encoding];
    this.#partName = opening.partName;
    if (role !== 'DETAIL') return;
    this.#part = new AlipayPart();
    this.#parts.push(this.#part);
    if (this.#parts.length > 1) this.#sink.partName = opening.partName;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    if (text.charCodeAt(start) === HASH && this.#remark(displayText(text.slice(start, end)))) return;
    switch (this.#state) {
      case 'TOP':
        this.#header(displayText(text.slice(start, end)));
        this.#state = 'ROWS';
        return;
      case 'ROWS':
        if (this.#role === 'DETAIL') this.#row(text, start, end, lineNo);
        else this.#summaryRow(text, start, end);
        return;
      case 'FOOT':
        throw new DuizhangError(
          'DZ_BILL_TRAILING_LINES',
          `line ${lineNo} stands behind the end of the bill's list; fetch the bill again`,
        );
    }
  }

  endPart(): void {
    const name = this.#partName === null ? '' : ` of ${this.#partName}`;
    if (this.#state !== 'FOOT') throw truncated(`the line …${LIST_END}…${name}`);
    if (this.#role !== 'DETAIL') {
      if (this.#summary === null) throw truncated(`the row 合计${name}`);
      return;
    }
    if (this.#part.statedTrade === null) throw truncated(`a whole line #交易合计${name}`);
    if (this.#part.statedRefund === null) throw truncated(`a whole line #退款合计${name}`);
  }

  finish(): BillFacts {
    if (this.#parts.length === 0) throw truncated('its detail file (业务明细)');
    checkFooters(this.#parts);
    const whole = new AlipayPart();
    for (const part of this.#parts) whole.merge(part);
    // Whether the summary counts rows such as 充值 is unknown.
    if (this.#summary !== null && this.#sink.otherRows === 0) checkSummary(this.#summary, whole);
    const compared = whole.trade.isReadable && whole.refund.isReadable && whole.unknownRows === 0;
    const footer: FooterCheck = compared ? 'VERIFIED' : 'COUNTS_ONLY';
    return { billType: 'TRADE', statedDate: this.#statedDate, merchantNo: this.#merchantNo, footer };
  }

  /** A line that begins with "#". @returns false when it is none of the bill's own and stands among the rows */
  #remark(remark: string): boolean {
    if (this.#state === 'ROWS') {
      if (!remark.includes(LIST_END)) return false;
      this.#state = 'FOOT';
    } else if (this.#state === 'FOOT') {
      this.#part.statedTrade ??= statedSide(TRADE_TOTAL.exec(remark));
      this.#part.statedRefund ??= statedSide(REFUND_TOTAL.exec(remark));
    } else {
      this.#merchantNo ??= ACCOUNT.exec(remark)?.[1] ?? null;
      this.#statedDate ??= singleDay(PERIOD.exec(remark));
    }
    return true;
  }

  #header(line: string): void {
    const names = line.split(',').map((name) => name.trim().replace(/[（(][^（(]*[）)]$/, ''));
    if (this.#role === 'DETAIL') {
      this.#columns = mapColumns('an Alipay 业务明细', COLUMNS, names);
      this.#columnCount = names.length;
    } else this.#summaryColumns = mapColumns('an Alipay 业务汇总', SUMMARY_COLUMNS, names);
  }

  #summaryRow(text: ByteText, start: number, end: number): void {
    const cells = this.#cells;
    splitCommas(cells, text, start, end);
    trimCells(cells);
    if (displayText(cells.get(0)) !== '合计') return;
    const { tradeCount, refundCount, amount, received } = this.#summaryColumns;
    this.#summary = {
      tradeCount: cells.get(tradeCount),
      refundCount: cells.get(refundCount),
      amount: amount < 0 ? null : cells.get(amount),
      received: received < 0 ? null : cells.get(received),
    };
  }

  #row(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    sink.beginRow(text, start, end, lineNo);
    splitCommas(cells, text, start, end);
    if (cells.count > this.#columnCount) this.#rejoinProduct();
    if (cells.count !== this.#columnCount) {
      this.#part.unknownRows += 1;
      return sink.failColumnCount(cells.count, this.#columnCount);
    }
    trimCells(cells);
    const type = cells.get(this.#columns.type);
    if (type === this.#words.trade) this.#entry(this.#part.trade, lineNo, null);
    else if (type === this.#words.refund) this.#entry(this.#part.refund, lineNo, this.#refundNo());
    else if (type === '') {
      this.#part.unknownRows += 1;
      sink.failState('业务类型', type, '交易 or 退款');
    } else sink.otherRows += 1;
  }

  /** A raw comma inside 商品名称 shows where it is when both times stand in place once the surplus cells are one. */
  #rejoinProduct(): void {
    const cells = this.#cells;
    const { product, createdAt, time } = this.#columns;
    const extra = cells.count - this.#columnCount;
    if (product < 0 || createdAt < product || time < product) return;
    for (const column of [createdAt + extra, time + extra]) {
      if (Number.isNaN(beijingTimeAt(cells.text, cells.start(column), cells.end(column)))) return;
    }
    joinCells(cells, product, extra);
  }

  /** Empty, or the order number again, on a full refund that was sent without out_request_no. */
  #refundNo(): ByteText | null {
    const refundNo = this.#cells.get(this.#columns.refundNo);
    return refundNo === '' || this.#cells.is(this.#columns.orderNo, refundNo) ? null : refundNo;
  }

  #entry(side: AlipaySide, lineNo: number, refundNo: ByteText | null): void {
    const sink = this.#sink;
    const cells = this.#cells;
    const columns = this.#columns;
    const { text } = cells;
    const isPayment = side === this.#part.trade;
    side.count += 1;
    for (const column of AMOUNT_COLUMNS) this.#add(side, column);
    for (const column of AMOUNT_COLUMNS) {
      const value = this.#values[column];
      // 退款 rows are negative (positive ones were seen), and nobody says which sign the parts of a 交易 may have.
      if (value !== null && (value >= 0 || !isPayment || column !== 'amount')) continue;
      const cell = cells.get(columns[column]);
      return sink.failAmount(COLUMNS[column].names[0], cell, 'yuan such as 25.00, negative on 退款 only');
    }
    const amount = this.#values.amount ?? 0;
    const fen = amount < 0 ? -amount : amount;
    for (const column of KEY_COLUMNS) {
      const at = columns[column];
      const fault = idFaultAt(text, cells.start(at), cells.end(at));
      if (fault !== null) return sink.failId(COLUMNS[column].names[0], cells.get(at), fault);
    }
    if (refundNo !== null) {
      const fault = idFaultAt(refundNo, 0, refundNo.length);
      if (fault !== null) return sink.failId(COLUMNS.refundNo.names[0], refundNo, fault);
    }
    const occurredAtMs = beijingTimeAt(text, cells.start(columns.time), cells.end(columns.time));
    if (Number.isNaN(occurredAtMs)) return sink.failTime('完成时间', cells.get(columns.time));
    const seen = sink.identities;
    seen.start(isPayment ? 1 : 2);
    seen.mix(text, cells.start(columns.txnNo), cells.end(columns.txnNo));
    if (refundNo !== null) seen.mix(refundNo, 0, refundNo.length);
    else if (!isPayment) {
      seen.mix(text, cells.start(columns.amount), cells.end(columns.amount));
      seen.mix(text, cells.start(columns.time), cells.end(columns.time));
    }
    if (!seen.add()) {
      return sink.failDuplicate(
        `this ${isPayment ? '交易' : '退款'} of 支付宝交易号 ${cells.get(columns.txnNo)}`,
      );
    }
    sink.accept(
      {
        line: lineNo,
        kind: isPayment ? 'PAYMENT' : 'REFUND',
        orderNo: cells.get(columns.orderNo),
        refundNo,
        channel: 'ALIPAY',
        channelTxnNo: cells.get(columns.txnNo),
        hisOrderNo: null,
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: null,
      },
      fen,
    );
  }

  /** Adds one figure of the row to its side, good or not, without its sign. */
  #add(side: AlipaySide, column: AmountColumn): void {
    const cells = this.#cells;
    const at = this.#columns[column];
    const value = at < 0 ? 0 : decimalAt(cells.text, cells.start(at), cells.end(at), FEN_SCALE);
    this.#values[column] = value;
    if (value === null) side.unreadable[column] = true;
    else side[column].add(value < 0 ? -value : value);
  }
}

const KEY_COLUMNS = ['orderNo', 'txnNo'] as const;
const AMOUNT_COLUMNS = ['amount', 'received', 'discount'] as const;

/** The two values of 业务类型 as bytes of each encoding. */
const WORDS: Record<TextEncoding, { readonly trade: ByteText; readonly refund: ByteText }> = {
  'utf-8': { trade: bytesOf('交易', 'utf-8'), refund: bytesOf('退款', 'utf-8') },
  gb18030: { trade: bytesOf('交易', 'gb18030'), refund: bytesOf('退款', 'gb18030') },
};

function bytesOf(word: string, encoding: TextEncoding): ByteText {
  return iconv.encode(word, encoding).toString('latin1');
}

function statedSide(match: RegExpExecArray | null): StatedSide | null {
  if (!match) return null;
  return { count: Number(match[1]), received: match[2] ?? '', discount: match[3] ?? null };
}

/** The day of a bill whose period (end exclusive) is one day; null for a month's. */
function singleDay(match: RegExpExecArray | null): BusinessDate | null {
  if (!match) return null;
  const [, y1, m1, d1, y2, m2, d2] = match;
  const first = `${y1}-${m1}-${d1}`;
  return isBusinessDate(first) && addDays(first, 1) === `${y2}-${m2}-${d2}` ? first : null;
}
