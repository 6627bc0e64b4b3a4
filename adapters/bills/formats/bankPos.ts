import {
  dateOfDay,
  dayOfDate,
  isBusinessDate,
  startOfDate,
  type BusinessDate,
} from '../../../domain/businessDate.ts';
import type { Kind } from '../../../domain/entry.ts';
import type { MerchantChannel } from '../../../domain/merchant.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import { byteTextOf, decodeOpening, displayText, type ByteText } from '../byteText.ts';
import { Cells, splitCommas, trimCells } from '../cells.ts';
import { mapColumns, noColumns, type ColumnAliases, type ColumnMap } from '../columns.ts';
import { decimalAt, ExactSum, FEN_SCALE, textOfExact, type Exact } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import { KIND_WORDS, refusal } from '../messages.ts';
import { isOwnOrder } from '../ownRowFilter.ts';
import type { RowSink } from '../rowSink.ts';
import { checkTotal, truncated } from '../totals.ts';

/**
 * The bill of a bank that runs the hospital's POS terminals; they pay through UnionPay. Title, merchant and settle date,
 * header, rows, one line of totals; GBK or UTF-8. No standard says how it looks: this is the layout of the sample
 * test/fixtures/samples/unionpay-pos-20260309.csv, and a bank with other columns is another alias here.
 */
const COLUMNS = {
  date: { names: ['交易日期'], required: true },
  time: { names: ['交易时间'], required: true },
  type: { names: ['交易类型'], required: true },
  amount: { names: ['交易金额', '金额'], required: true },
  fee: { names: ['手续费', '商户手续费'], required: true },
  settled: { names: ['清算金额', '入账金额'], required: true },
  txnNo: { names: ['检索参考号', '系统参考号'], required: true },
  orderNo: { names: ['商户订单号'], required: true },
  originalOrderNo: { names: ['原商户订单号'], required: true },
} as const satisfies ColumnAliases<string>;
type Column = keyof typeof COLUMNS;

/** 消费撤销 voids a payment of the same day, 退货 gives back later. What else a terminal does is no trade. */
const KIND_OF_TYPE: Readonly<Record<string, Kind | 'OTHER'>> = {
  消费: 'PAYMENT',
  退货: 'REFUND',
  消费撤销: 'REFUND',
  签到: 'OTHER',
  余额查询: 'OTHER',
};
/** As a cell may write them. */
const KIND_OF_CELL: ReadonlyMap<ByteText, Kind | 'OTHER'> = new Map(
  Object.entries(KIND_OF_TYPE).flatMap(([word, kind]) =>
    (['utf-8', 'gb18030'] as const).map((encoding) => [byteTextOf(word, encoding), kind] as const),
  ),
);
const TITLE = /商户交易明细对账单$/;
const MERCHANT_LINE = /商户编号[:：](\d+).*清算日期[:：](\d{4})(\d{2})(\d{2})/;
const TOTALS =
  /^合计笔数[:：](\d+),合计金额[:：](-?[\d.]+),合计手续费[:：](-?[\d.]+),合计清算金额[:：](-?[\d.]+)$/;
const AMOUNTS = ['amount', 'fee', 'settled'] as const;
type Amounts = Record<(typeof AMOUNTS)[number], Exact>;
const MILLI_FEN = 1000n;

export const bankPos: BillFormat = {
  name: 'unionpay-pos',
  title: { en: 'the POS bill of a bank', zh: '银行 POS 对账单' },
  version: 1,
  channel: 'UNIONPAY',
  looksLike: '…商户交易明细对账单',
  recognise: ({ text }) => (TITLE.test(text.trim()) ? 'DETAIL' : null),
  layout: { kind: 'HEADER', aliases: COLUMNS, namesOf, split },
  open: (sink) => new BankPosParser(sink),
};

/** The names of the header; null for the lines above it. */
function namesOf(line: string): readonly string[] | null {
  const names = line.split(',').map((name) => name.trim());
  return names.some((name) => name === COLUMNS.type.names[0]) ? names : null;
}

/** Rows begin with their number, the totals do not. */
function split(cells: Cells, text: ByteText, start: number, end: number): boolean {
  splitCommas(cells, text, start, end);
  trimCells(cells);
  return /^\d/.test(text.slice(start, end));
}

class BankPosParser implements BillParser {
  readonly #sink: RowSink;
  readonly #own: MerchantChannel | null;
  readonly #cells = new Cells();
  readonly #sums = { amount: new ExactSum(), fee: new ExactSum(), settled: new ExactSum() };
  #next: 'TITLE' | 'MERCHANT' | 'HEADER' | 'ROW' | 'END' = 'TITLE';
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #header: readonly string[] = [];
  #merchantNo = '';
  #settleDate: BusinessDate | null = null;
  #rows = 0;
  #isReadable = true;

  constructor(sink: RowSink) {
    this.#sink = sink;
    sink.namesFees = true;
    this.#own = sink.hints.own?.find(({ channel }) => channel === 'UNIONPAY') ?? null;
  }

  beginPart(): void {
    this.#next = 'TITLE';
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    const line = text.slice(start, end);
    switch (this.#next) {
      case 'TITLE':
        this.#next = 'MERCHANT';
        return;
      case 'MERCHANT':
        return this.#readMerchant(decodeOpening(line).text);
      case 'HEADER':
        this.#header = decodeOpening(line)
          .text.split(',')
          .map((name) => name.trim());
        this.#columns = mapColumns(bankPos.title, COLUMNS, this.#header);
        this.#next = 'ROW';
        return;
      case 'ROW':
        return this.#row(line, lineNo);
      case 'END':
        throw refusal('trailingLines', { line: lineNo });
    }
  }

  #readMerchant(line: string): void {
    const match = MERCHANT_LINE.exec(line);
    const date = match ? `${match[2]}-${match[3]}-${match[4]}` : '';
    if (!match || !isBusinessDate(date)) throw truncated('商户编号…清算日期');
    this.#merchantNo = match[1] ?? '';
    this.#settleDate = date;
    const fromMs = startOfDate(date);
    this.#sink.day.state({ fromMs, toMs: startOfDate(dateOfDay(dayOfDate(date) + 1)) });
    this.#next = 'HEADER';
  }

  #row(line: ByteText, lineNo: number): void {
    // Only the last line may begin with a letter that is no digit: rows begin with their number.
    const totals = /^\d/.test(line) ? null : TOTALS.exec(displayText(line).trim());
    if (totals) return this.#checkTotals(totals);
    const sink = this.#sink;
    const cells = this.#cells;
    this.#rows += 1;
    sink.beginRow(line, 0, line.length, lineNo);
    splitCommas(cells, line, 0, line.length);
    if (cells.count !== this.#header.length) {
      this.#isReadable = false;
      return sink.failColumnCount(cells.count, this.#header);
    }
    trimCells(cells);
    const amounts = this.#readAmounts();
    if (amounts === null) return;
    const kind = KIND_OF_CELL.get(cells.get(this.#columns.type));
    if (kind === undefined) {
      const expected = Object.keys(KIND_OF_TYPE).join(', ');
      return sink.fail('state', { column: '交易类型', value: cells.get(this.#columns.type), expected });
    }
    // A trade under another word would be missed in the book and not in the totals.
    if (kind === 'OTHER' && amounts.amount !== 0) this.#contradiction();
    else if (kind === 'OTHER') sink.otherRows += 1;
    else this.#accept(kind, amounts, lineNo);
  }

  #contradiction(): void {
    const { amount, type } = this.#columns;
    const [value, otherValue] = [this.#cells.get(amount), this.#cells.get(type)];
    this.#sink.fail('contradiction', { column: '交易金额', value, other: '交易类型', otherValue });
  }

  /** Adds the row to what the totals state, whether it is good or not. null: the row was failed. */
  #readAmounts(): Amounts | null {
    const cells = this.#cells;
    const amounts: Amounts = { amount: 0, fee: 0, settled: 0 };
    let faulty: keyof Amounts | null = null;
    for (const name of AMOUNTS) {
      const at = this.#columns[name];
      const value = decimalAt(cells.text, cells.start(at), cells.end(at), FEN_SCALE);
      if (value === null) faulty ??= name;
      else this.#sums[name].add(value);
      amounts[name] = value ?? 0;
    }
    if (faulty === null) return amounts;
    this.#isReadable = false;
    const at = this.#columns[faulty];
    this.#sink.failAmount(this.#header[at] ?? faulty, cells.get(at));
    return null;
  }

  #accept(kind: Kind, { amount, fee, settled }: Amounts, lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    const columns = this.#columns;
    const isPayment = kind === 'PAYMENT';
    if (isPayment ? amount < 0 : amount >= 0) return this.#contradiction();
    const keys = isPayment
      ? (['orderNo', 'txnNo'] as const)
      : (['originalOrderNo', 'orderNo', 'txnNo'] as const);
    for (const column of keys) {
      const at = columns[column];
      const fault = idFaultAt(cells.text, cells.start(at), cells.end(at));
      if (fault !== null) return sink.failId(COLUMNS[column].names[0], cells.get(at), fault);
    }
    const occurredAtMs = this.#occurredAt();
    if (Number.isNaN(occurredAtMs)) {
      const value = `${cells.get(columns.date)} ${cells.get(columns.time)}`;
      return sink.fail('timePattern', { column: '交易日期, 交易时间', value, pattern: 'yyyyMMdd HHmmss' });
    }
    const txnNo = cells.get(columns.txnNo);
    sink.identities.start(isPayment ? 1 : 2);
    sink.identities.mix(txnNo, 0, txnNo.length);
    if (!sink.identities.add()) {
      return sink.fail('duplicate', { kind: KIND_WORDS[kind], column: '检索参考号', value: txnNo });
    }
    const ownNo = cells.get(columns.orderNo);
    const orderNo = isPayment ? ownNo : cells.get(columns.originalOrderNo);
    const fen = amount < 0 ? -amount : amount;
    if (!isOwnOrder(this.#own, orderNo, 0)) return sink.acceptForeign(kind, fen);
    const feeMilliFen = BigInt(fee) * MILLI_FEN;
    sink.fee.add(feeMilliFen);
    // What the fee was charged on: the settled amount is already without it.
    const beforeFee = BigInt(settled) + BigInt(fee);
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo,
        refundNo: isPayment ? null : ownNo,
        channel: 'UNIONPAY',
        channelTxnNo: txnNo,
        hisOrderNo: null,
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: null,
        feeMilliFen,
        settledFen: beforeFee < 0n ? -beforeFee : beforeFee,
      },
      fen,
      '交易日期',
    );
  }

  /** yyyyMMdd and HHmmss, each a column. */
  #occurredAt(): number {
    const date = this.#cells.get(this.#columns.date);
    const time = this.#cells.get(this.#columns.time);
    if (!/^\d{8}$/.test(date) || !/^\d{6}$/.test(time)) return Number.NaN;
    const written = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)} ${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`;
    return beijingTimeAt(written, 0, written.length);
  }

  #checkTotals(stated: readonly string[]): void {
    this.#next = 'END';
    this.#sink.state('合计笔数', stated[1] ?? '');
    for (const [at, name] of AMOUNTS.entries()) this.#sink.state(TOTAL_NAMES[name], stated[at + 2] ?? '');
    checkTotal('合计笔数', String(Number(stated[1])), String(this.#rows));
    if (!this.#isReadable) return;
    for (const [at, name] of AMOUNTS.entries()) {
      const text = stated[at + 2] ?? '';
      const value = decimalAt(text, 0, text.length, FEN_SCALE);
      const shown = value === null ? text : textOfExact(value, FEN_SCALE);
      checkTotal(TOTAL_NAMES[name], shown, textOfExact(this.#sums[name].total, FEN_SCALE));
    }
  }

  endPart(): void {
    if (this.#next !== 'END') throw truncated('合计笔数');
  }

  finish(): BillFacts {
    return {
      billType: 'POS',
      statedDate: this.#settleDate,
      merchantNo: this.#merchantNo,
      // The total of the amounts is payments less refunds: a row of the other kind has the other sign.
      footer: this.#isReadable ? 'VERIFIED' : 'COUNTS_ONLY',
    };
  }
}

const TOTAL_NAMES = { amount: '合计金额', fee: '合计手续费', settled: '合计清算金额' } as const;
