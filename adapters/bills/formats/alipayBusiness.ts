import type { MerchantChannel } from '../../../domain/merchant.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import { byteWords, displayText, type ByteText, type TextEncoding } from '../byteText.ts';
import { Cells, joinCells, splitCommas, trimCells } from '../cells.ts';
import { columnNamesOf } from '../columnNames.ts';
import { mapColumns, noColumns, type ColumnAliases, type ColumnMap } from '../columns.ts';
import { decimalAt, FEN_SCALE, type Exact } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser, FooterCheck, Opening, PartRole } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import { KIND_WORDS, refusal } from '../messages.ts';
import { isOwnOrder } from '../ownRowFilter.ts';
import type { RowSink } from '../rowSink.ts';
import { truncated } from '../totals.ts';
import { AlipayFrame, alipayNamesOf, LIST_END, splitAlipay } from './alipayFrame.ts';
import {
  AlipayPart,
  checkFooters,
  checkSummary,
  provesAmounts,
  statedTotals,
  type AlipaySide,
  type AlipaySummary,
  type AmountColumn,
  type StatedSide,
} from './alipayTotals.ts';

/** Names as the header gives them once the unit in brackets is cut off: of 25, 29 and other column sets. */
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
  fee: { names: ['服务费'], required: false },
} as const satisfies ColumnAliases<string>;
type Column = keyof typeof COLUMNS;

const SUMMARY_COLUMNS = {
  tradeCount: { names: ['交易订单总笔数'], required: true },
  refundCount: { names: ['退款订单总笔数'], required: true },
  amount: { names: ['订单金额'], required: false },
  received: { names: ['商家实收'], required: false },
  fee: { names: ['服务费'], required: false },
} as const satisfies ColumnAliases<string>;

const DETAIL_TITLE = '#支付宝业务明细查询';
const SUMMARY_TITLE = '#支付宝业务汇总查询';
const TRADE_TOTAL = /^#交易合计[：:]\s*(\d+)笔[，,]商家实收共(-?[\d.]+)元(?:[，,]商家优惠共(-?[\d.]+)元)?/;
const REFUND_TOTAL =
  /^#退款合计[：:]\s*(\d+)笔[，,]商家实收退款共(-?[\d.]+)元(?:[，,]商家优惠退款共(-?[\d.]+)元)?/;
/** The two values of 业务类型 that are reconciled. */
const WORDS = byteWords({ trade: '交易', refund: '退款' });
const MILLI_FEN = 1000n;

const SUMMARY = { en: 'the 业务汇总 of Alipay', zh: '支付宝业务汇总' };

export const alipayBusiness: BillFormat = {
  name: 'alipay-business',
  title: { en: 'the business bill of Alipay (bill_type=trade)', zh: '支付宝业务账单（bill_type=trade）' },
  version: 1,
  channel: 'ALIPAY',
  looksLike: DETAIL_TITLE,
  recognise: ({ text }) => {
    if (text.startsWith(DETAIL_TITLE)) return 'DETAIL';
    return text.startsWith(SUMMARY_TITLE) ? 'SUMMARY' : null;
  },
  layout: { kind: 'HEADER', aliases: COLUMNS, namesOf: alipayNamesOf, split: splitAlipay },
  open: (sink) => new AlipayBusinessParser(sink),
};

class AlipayBusinessParser implements BillParser {
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  readonly #frame = new AlipayFrame();
  readonly #parts: AlipayPart[] = [];
  readonly #own: MerchantChannel | null;
  /** Figures of the row under reading; null: unreadable. */
  readonly #values: Record<AmountColumn, Exact | null> = {
    amount: null,
    received: null,
    discount: null,
    fee: null,
  };
  #part = new AlipayPart();
  #role: PartRole = 'DETAIL';
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #header: readonly string[] = [];
  #encoding: TextEncoding = 'utf-8';
  #summaryColumns = noColumns(SUMMARY_COLUMNS);
  #summary: AlipaySummary | null = null;
  #partName: string | null = null;

  constructor(sink: RowSink) {
    this.#sink = sink;
    this.#own = sink.hints.own?.find(({ channel }) => channel === 'ALIPAY') ?? null;
  }

  beginPart({ encoding, partName }: Opening, role: PartRole): void {
    this.#role = role;
    this.#encoding = encoding;
    this.#partName = partName;
    this.#frame.begin();
    if (role !== 'DETAIL') return;
    this.#part = new AlipayPart();
    this.#parts.push(this.#part);
    if (this.#parts.length > 1) this.#sink.errors.partName = partName;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    const isDetail = this.#role === 'DETAIL';
    switch (this.#frame.read(text, start, end, lineNo)) {
      case 'TOP':
        return;
      case 'HEADER':
        if (isDetail) this.#detailHeader(columnNamesOf(this.#frame.text));
        else {
          const names = columnNamesOf(this.#frame.text);
          this.#summaryColumns = mapColumns(SUMMARY, SUMMARY_COLUMNS, names);
        }
        return;
      case 'ROW':
        if (isDetail) this.#row(text, start, end, lineNo);
        else this.#summaryRow(text, start, end);
        return;
      case 'FOOT':
        if (!isDetail) return;
        this.#part.statedTrade ??= statedSide(TRADE_TOTAL.exec(this.#frame.text));
        this.#part.statedRefund ??= statedSide(REFUND_TOTAL.exec(this.#frame.text));
    }
  }

  endPart(isCut: boolean): void {
    const of = this.#partName === null ? '' : ` (${this.#partName})`;
    const missing = (what: string) =>
      isCut ? truncated(what + of) : refusal('noSummary', { missing: what + of });
    if (this.#frame.state !== 'FOOT') throw truncated(`…${LIST_END}…${of}`);
    if (this.#role !== 'DETAIL') {
      if (this.#summary === null) throw missing('合计');
      return;
    }
    if (this.#part.statedTrade === null) throw missing('#交易合计');
    if (this.#part.statedRefund === null) throw missing('#退款合计');
  }

  finish(): BillFacts {
    if (this.#parts.length === 0) throw refusal('noDetail', { missing: '业务明细' });
    checkFooters(this.#parts);
    for (const { name, value } of statedTotals(this.#parts, this.#summary)) this.#sink.state(name, value);
    const whole = new AlipayPart();
    for (const part of this.#parts) whole.merge(part);
    // Whether the summary counts rows such as 充值 is unknown.
    const summary = this.#sink.otherRows === 0 ? this.#summary : null;
    if (summary !== null) checkSummary(summary, whole);
    const compared = whole.trade.isReadable && whole.refund.isReadable && whole.unknownRows === 0;
    let footer: FooterCheck = 'COUNTS_ONLY';
    if (compared) footer = provesAmounts(summary, whole) ? 'VERIFIED' : 'PARTIAL';
    const { date, merchantNo } = this.#frame;
    return { billType: 'TRADE', statedDate: date, merchantNo, footer };
  }

  #detailHeader(names: readonly string[]): void {
    this.#columns = mapColumns(alipayBusiness.title, COLUMNS, names);
    this.#header = names;
    this.#sink.namesFees ||= this.#columns.fee >= 0;
    if (this.#frame.period !== null) this.#sink.day.state(this.#frame.period);
    else this.#sink.day.expectOneDay(0);
  }

  #summaryRow(text: ByteText, start: number, end: number): void {
    const cells = this.#cells;
    splitCommas(cells, text, start, end);
    trimCells(cells);
    if (displayText(cells.get(0)) !== '合计') return;
    const { tradeCount, refundCount, amount, received, fee } = this.#summaryColumns;
    const cellOf = (column: number) => (column < 0 ? null : cells.get(column));
    this.#summary = {
      tradeCount: cells.get(tradeCount),
      refundCount: cells.get(refundCount),
      amount: cellOf(amount),
      received: cellOf(received),
      fee: cellOf(fee),
    };
  }

  #row(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    sink.beginRow(text, start, end, lineNo);
    splitCommas(cells, text, start, end);
    if (cells.count > this.#header.length) this.#rejoinProduct();
    if (cells.count !== this.#header.length) {
      this.#part.unknownRows += 1;
      return sink.failColumnCount(cells.count, this.#header);
    }
    trimCells(cells);
    const words = WORDS[this.#encoding];
    const type = cells.get(this.#columns.type);
    if (type === words.trade) this.#entry(this.#part.trade, lineNo, null);
    else if (type === words.refund) this.#entry(this.#part.refund, lineNo, this.#refundNo());
    else if (type === '') {
      this.#part.unknownRows += 1;
      sink.fail('state', { column: '业务类型', value: type, expected: '交易, 退款' });
    } else this.#otherRow();
  }

  /** 充值 and whatever else: of neither side, but a line that is no row at all is not passed over for one. */
  #otherRow(): void {
    const sink = this.#sink;
    const cells = this.#cells;
    const { amount, time } = this.#columns;
    if (decimalAt(cells.text, cells.start(amount), cells.end(amount), FEN_SCALE) === null)
      return sink.failAmount('订单金额', cells.get(amount));
    if (Number.isNaN(beijingTimeAt(cells.text, cells.start(time), cells.end(time))))
      return sink.fail('time', { column: '完成时间', value: cells.get(time) });
    sink.otherRows += 1;
  }

  /** A raw comma inside 商品名称 shows where it is when both times stand in place once the surplus cells are one. */
  #rejoinProduct(): void {
    const cells = this.#cells;
    const { product, createdAt, time } = this.#columns;
    const extra = cells.count - this.#header.length;
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
      return sink.failAmount(COLUMNS[column].names[0], cells.get(columns[column]));
    }
    if (unsigned(this.#values.received ?? 0) > unsigned(this.#values.amount ?? 0)) {
      // The merchant gets the order's amount or, after his own discounts, less: a figure was changed or moved.
      const [value, otherValue] = [cells.get(columns.received), cells.get(columns.amount)];
      return sink.fail('contradiction', { column: '商家实收', value, other: '订单金额', otherValue });
    }
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
    if (Number.isNaN(occurredAtMs)) {
      return sink.fail('time', { column: '完成时间', value: cells.get(columns.time) });
    }
    if (!this.#isNew(isPayment, refundNo)) {
      const value = cells.get(columns.txnNo);
      return sink.fail('duplicate', {
        kind: KIND_WORDS[isPayment ? 'PAYMENT' : 'REFUND'],
        column: '支付宝交易号',
        value,
      });
    }
    const kind = isPayment ? 'PAYMENT' : 'REFUND';
    const fen = unsigned(this.#values.amount ?? 0);
    if (!isOwnOrder(this.#own, text, cells.start(columns.orderNo))) return sink.acceptForeign(kind, fen);
    const fee = this.#feeOf(isPayment);
    if (fee !== null) sink.fee.add(fee);
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo: cells.get(columns.orderNo),
        refundNo,
        channel: 'ALIPAY',
        channelTxnNo: cells.get(columns.txnNo),
        hisOrderNo: null,
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: null,
        feeMilliFen: fee,
        settledFen: columns.received < 0 ? null : BigInt(unsigned(this.#values.received ?? 0)),
      },
      fen,
      '完成时间',
    );
  }

  #isNew(isPayment: boolean, refundNo: ByteText | null): boolean {
    const cells = this.#cells;
    const { text } = cells;
    const { txnNo, amount, time } = this.#columns;
    const seen = this.#sink.identities;
    seen.start(isPayment ? 1 : 2);
    seen.mix(text, cells.start(txnNo), cells.end(txnNo));
    if (refundNo !== null) seen.mix(refundNo, 0, refundNo.length);
    else if (!isPayment) {
      seen.mix(text, cells.start(amount), cells.end(amount));
      seen.mix(text, cells.start(time), cells.end(time));
    }
    return seen.add();
  }

  /** Which sign 服务费 has on a 交易 differs between files: the kind of the row says who paid it. */
  #feeOf(isPayment: boolean): bigint | null {
    if (this.#cells.isEmpty(this.#columns.fee)) return null;
    const fee = BigInt(unsigned(this.#values.fee ?? 0)) * MILLI_FEN;
    return isPayment ? fee : -fee;
  }

  /** Adds one figure of the row to its side, good or not: the fee as it is written, the others without their sign. */
  #add(side: AlipaySide, column: AmountColumn): void {
    const cells = this.#cells;
    const at = this.#columns[column];
    const isAbsent = at < 0 || (column === 'fee' && cells.isEmpty(at));
    const value = isAbsent ? 0 : decimalAt(cells.text, cells.start(at), cells.end(at), FEN_SCALE);
    this.#values[column] = value;
    if (value === null) side.unreadable[column] = true;
    else side[column].add(column === 'fee' ? value : unsigned(value));
  }
}

const KEY_COLUMNS = ['orderNo', 'txnNo'] as const;
const AMOUNT_COLUMNS = ['amount', 'received', 'discount', 'fee'] as const;

function unsigned(value: Exact): Exact {
  return value < 0 ? -value : value;
}

function statedSide(match: RegExpExecArray | null): StatedSide | null {
  if (!match) return null;
  return { count: Number(match[1]), received: match[2] ?? '', discount: match[3] ?? null };
}
