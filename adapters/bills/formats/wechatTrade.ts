import type { Kind } from '../../../domain/entry.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import { displayText, type ByteText } from '../byteText.ts';
import { Cells, splitBackticks } from '../cells.ts';
import { mapColumns, noColumns, type ColumnMap } from '../columns.ts';
import { decimalAt, textOfExact, type Exact } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser, FooterCheck, Opening } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import { KIND_WORDS, refusal } from '../messages.ts';
import { OwnRowFilter } from '../ownRowFilter.ts';
import type { RowSink } from '../rowSink.ts';
import { checkTotal, truncated } from '../totals.ts';
import {
  amountColumnsOf,
  billTypeOf,
  COLUMNS,
  ROW_COUNT,
  type AmountColumn,
  type BillType,
  type Column,
} from './wechatTradeColumns.ts';

/** Stands in the refund number of payments. */
const NO_NUMBER = '0';
/** The state of a refund when the bill was made, never updated: a PROCESSING one has left the account all the same. */
const REFUND_STATES = ['SUCCESS', 'PROCESSING', 'CHANGE'];
/** 交易时间 of a refund may be when it was started or, in old bills, when it succeeded. */
const REFUND_SLACK_MS = 3_600_000;

export const wechatTrade: BillFormat = {
  name: 'wechat-trade',
  title: { en: 'the trade bill of WeChat Pay', zh: '微信支付交易账单' },
  version: 1,
  channel: 'WECHAT',
  looksLike: '交易时间,公众账号ID,商户号,…,微信订单号,商户订单号,…',
  recognise: ({ text }) => {
    const names = new Set(text.split(','));
    return names.has('微信订单号') && names.has('商户订单号') && names.has('交易状态') ? 'DETAIL' : null;
  },
  layout: { kind: 'HEADER', aliases: COLUMNS, namesOf: namesOf, split: splitBackticks },
  open: (sink) => new WechatTradeParser(sink),
};

function namesOf(header: string): readonly string[] {
  return header.split(',').map((name) => name.trim());
}

class WechatTradeParser implements BillParser {
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  readonly #own: OwnRowFilter;
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #header: readonly string[] = [];
  #billType: BillType = 'ALL';
  #state: 'HEADER' | 'ROWS' | 'SUMMARY' | 'END' = 'HEADER';
  #partRows = 0;
  #summaryHeader: readonly string[] = [];
  #amounts = amountColumnsOf(this.#columns);
  #amountList: readonly AmountColumn[] = [];
  #footer: FooterCheck = 'VERIFIED';

  constructor(sink: RowSink) {
    this.#sink = sink;
    this.#own = new OwnRowFilter(sink.hints.own?.find(({ channel }) => channel === 'WECHAT') ?? null);
    sink.day.expectOneDay(REFUND_SLACK_MS);
  }

  beginPart(opening: Opening): void {
    this.#header = namesOf(opening.text);
    this.#columns = mapColumns(wechatTrade.title, COLUMNS, this.#header);
    this.#billType = billTypeOf(this.#columns);
    this.#amounts = amountColumnsOf(this.#columns);
    this.#amountList = Object.values(this.#amounts).filter(({ at }) => at >= 0);
    this.#sink.namesFees = this.#amounts.fee.at >= 0;
    this.#partRows = 0;
    this.#state = 'HEADER';
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    switch (this.#state) {
      case 'HEADER':
        this.#state = 'ROWS';
        return;
      case 'ROWS':
        if (text[start] !== '`' && isSummaryHeader(text, start, end)) {
          this.#summaryHeader = displayText(text.slice(start, end)).split(',');
          this.#state = 'SUMMARY';
        } else this.#row(text, start, end, lineNo);
        return;
      case 'SUMMARY':
        this.#checkSummary(text, start, end);
        this.#state = 'END';
        return;
      case 'END':
        throw refusal('trailingLines', { line: lineNo });
    }
  }

  endPart(isCut: boolean): void {
    if (this.#state === 'END') return;
    const missing = `${ROW_COUNT},…`;
    throw this.#state === 'ROWS' && !isCut ? refusal('noSummary', { missing }) : truncated(missing);
  }

  finish(): BillFacts {
    return {
      billType: this.#billType,
      statedDate: null,
      merchantNo: this.#own.merchantNo,
      footer: this.#footer,
    };
  }

  #row(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    this.#partRows += 1;
    sink.beginRow(text, start, end, lineNo);
    const isSplit = splitBackticks(cells, text, start, end);
    if (!isSplit || cells.count !== this.#header.length) {
      for (const amount of this.#amountList) amount.readable = false;
      return isSplit ? sink.failColumnCount(cells.count, this.#header) : sink.fail('noBacktick', {});
    }
    const faulty = this.#addUp();
    if (faulty !== null) {
      return sink.failAmount(faulty.name, cells.get(faulty.at), faulty.maySink ? 'feeAmount' : 'amount');
    }
    if (cells.is(this.#columns.state, 'SUCCESS')) this.#payment(lineNo);
    else if (cells.is(this.#columns.state, 'REFUND')) this.#refund(lineNo);
    else if (cells.is(this.#columns.state, 'REVOKED')) this.#revoked(lineNo);
    else {
      const value = cells.get(this.#columns.state);
      sink.fail('state', { column: '交易状态', value, expected: 'SUCCESS, REFUND, REVOKED' });
    }
  }

  /** Adds the row to the sums that the summary states, whether or not the row is good. @returns the first unreadable column */
  #addUp(): AmountColumn | null {
    const cells = this.#cells;
    let faulty: AmountColumn | null = null;
    for (let i = 0; i < this.#amountList.length; i += 1) {
      const amount = this.#amountList[i];
      if (!amount) continue;
      const value = decimalAt(cells.text, cells.start(amount.at), cells.end(amount.at), amount.scale);
      amount.value = value ?? 0;
      if (value === null) amount.readable = false;
      else amount.total.add(value);
      if ((value === null || (value < 0 && !amount.maySink)) && faulty === null) faulty = amount;
    }
    return faulty;
  }

  #payment(lineNo: number): void {
    const { askedRefund, refund, orderAmount, settled } = this.#amounts;
    for (const amount of [askedRefund, refund]) {
      if (amount.value !== 0) return this.#contradiction(amount);
    }
    this.#accept('PAYMENT', lineNo, null, orderAmount.value, settled);
  }

  #refund(lineNo: number): void {
    const { askedRefund, refund, orderAmount } = this.#amounts;
    if (orderAmount.value !== 0) return this.#contradiction(orderAmount);
    const state = this.#columns.refundState;
    if (!this.#cells.isEmpty(state) && !REFUND_STATES.some((known) => this.#cells.is(state, known))) {
      const value = this.#cells.get(state);
      return this.#sink.fail('state', { column: '退款状态', value, expected: REFUND_STATES.join(', ') });
    }
    // What was asked is what our refund compares with; legacy bills have only 退款金额.
    const amount = askedRefund.at >= 0 ? askedRefund : refund;
    if (amount.value === 0) {
      const value = this.#cells.get(amount.at);
      return this.#sink.fail('amountZero', { column: amount.name, value });
    }
    this.#accept('REFUND', lineNo, this.#cells.get(this.#columns.refundNo), amount.value, refund);
  }

  /** A payment-code order reversed after success. Its refund columns were not seen in a real file: the order number is its key. */
  #revoked(lineNo: number): void {
    const { askedRefund, refund, orderAmount } = this.#amounts;
    if (orderAmount.value !== 0) return this.#contradiction(orderAmount);
    const amount = askedRefund.value === 0 ? refund : askedRefund;
    if (amount.value === 0) return this.#sink.fail('revokedWithoutAmount', {});
    this.#accept('REFUND', lineNo, this.#cells.get(this.#columns.orderNo), amount.value, refund);
  }

  /** Payments have no refund, refunds no order amount: a figure in the wrong row would change two sums and no total. */
  #contradiction(amount: AmountColumn): void {
    const otherValue = this.#cells.get(this.#columns.state);
    const value = this.#cells.get(amount.at);
    this.#sink.fail('contradiction', { column: amount.name, value, other: '交易状态', otherValue });
  }

  #accept(kind: Kind, lineNo: number, refundNo: ByteText | null, fen: Exact, settled: AmountColumn): void {
    const sink = this.#sink;
    const cells = this.#cells;
    const columns = this.#columns;
    const { text } = cells;
    for (const column of KEY_COLUMNS) {
      const at = columns[column];
      const fault = idFaultAt(text, cells.start(at), cells.end(at));
      if (fault !== null) return sink.failId(COLUMNS[column].names[0], cells.get(at), fault);
    }
    if (refundNo !== null) {
      const fault = refundNo === NO_NUMBER ? 'EMPTY' : idFaultAt(refundNo, 0, refundNo.length);
      if (fault !== null) return sink.failId('商户退款单号', refundNo, fault);
    }
    const time = this.#timeColumn(kind);
    const occurredAtMs = beijingTimeAt(text, cells.start(columns[time]), cells.end(columns[time]));
    if (Number.isNaN(occurredAtMs)) {
      return sink.fail('time', { column: COLUMNS[time].names[0], value: cells.get(columns[time]) });
    }
    const own = this.#own.ownerOf(cells, columns);
    if (own === 'OTHER_NUMBER') {
      const value = cells.get(columns.merchantNo);
      return sink.fail('otherMerchant', { column: '商户号', value, expected: this.#own.billNo ?? '' });
    }
    if (!this.#isNew(kind, refundNo)) {
      const value = cells.get(columns.txnNo);
      return sink.fail('duplicate', { kind: KIND_WORDS[kind], column: '微信订单号', value });
    }
    if (own === 'FOREIGN') return sink.acceptForeign(kind, fen);
    const { fee } = this.#amounts;
    if (fee.at >= 0) sink.fee.add(fee.value);
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo: cells.get(columns.orderNo),
        refundNo,
        channel: 'WECHAT',
        channelTxnNo: cells.get(columns.txnNo),
        hisOrderNo: null,
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: null,
        feeMilliFen: fee.at < 0 ? null : BigInt(fee.value),
        settledFen: settled.at < 0 ? null : BigInt(settled.value),
      },
      fen,
      COLUMNS[time].names[0],
    );
  }

  #isNew(kind: Kind, refundNo: ByteText | null): boolean {
    const cells = this.#cells;
    const { txnNo } = this.#columns;
    const seen = this.#sink.identities;
    seen.start(kind === 'PAYMENT' ? 1 : 2);
    seen.mix(cells.text, cells.start(txnNo), cells.end(txnNo));
    if (refundNo !== null) seen.mix(refundNo, 0, refundNo.length);
    return seen.add();
  }

  /** 交易时间 of a REFUND bill is the original payment's time: its own columns say when the refund was. */
  #timeColumn(kind: Kind): 'time' | 'refundAskedAt' | 'refundDoneAt' {
    if (kind === 'PAYMENT') return 'time';
    if (!this.#cells.isEmpty(this.#columns.refundAskedAt)) return 'refundAskedAt';
    return this.#cells.isEmpty(this.#columns.refundDoneAt) ? 'time' : 'refundDoneAt';
  }

  #checkSummary(text: ByteText, start: number, end: number): void {
    const cells = this.#cells;
    if (!splitBackticks(cells, text, start, end) || cells.count < this.#summaryHeader.length) {
      throw truncated(`${ROW_COUNT},…`);
    }
    const amounts = Object.values(this.#amounts);
    for (const [at, rawName] of this.#summaryHeader.entries()) {
      const name = rawName.trim();
      const stated = cells.get(at);
      this.#sink.state(name, stated);
      if (name === ROW_COUNT) {
        checkTotal(name, stated, String(this.#partRows));
        continue;
      }
      const amount = amounts.find(({ totals }) => totals.includes(name));
      if (!amount) continue;
      amount.isStated = true;
      const value = decimalAt(cells.text, cells.start(at), cells.end(at), amount.scale);
      // Bills of payments only may carry the refund sums of the full summary, as zeros.
      if (value === null) checkTotal(name, stated, textOfExact(amount.total.total, amount.scale));
      else if (!amount.readable) this.#footer = 'COUNTS_ONLY';
      else checkTotal(name, textOfExact(value, amount.scale), textOfExact(amount.total.total, amount.scale));
    }
    const { orderAmount, askedRefund, refund, fee } = this.#amounts;
    const needed = [orderAmount, askedRefund.at >= 0 ? askedRefund : refund, fee];
    if (this.#footer === 'VERIFIED' && needed.some(({ at, isStated }) => at >= 0 && !isStated))
      this.#footer = 'PARTIAL';
  }
}

const KEY_COLUMNS = ['orderNo', 'txnNo'] as const;

function isSummaryHeader(text: ByteText, start: number, end: number): boolean {
  return displayText(text.slice(start, Math.min(end, start + 64))).startsWith(ROW_COUNT);
}
