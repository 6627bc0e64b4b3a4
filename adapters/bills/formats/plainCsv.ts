import { CHANNELS, type Channel } from '../../../domain/entry.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import { cellText, type ByteText } from '../byteText.ts';
import { Cells, splitCommas, splitQuoted } from '../cells.ts';
import { mapColumns, noColumns, type ColumnAliases, type ColumnMap } from '../columns.ts';
import { decimalAt, FEN_SCALE } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser, Opening } from '../format.ts';
import { idFaultAt, isExcelNumber } from '../ids.ts';
import { KIND_WORDS } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';

/** The plain shape that any book may use; columns in any order, further ones are passed over. It has no totals. */
const COLUMNS = {
  orderNo: { names: ['order_no'], required: true },
  refundNo: { names: ['refund_no'], required: true },
  kind: { names: ['kind'], required: true },
  amount: { names: ['amount'], required: true },
  time: { names: ['occurred_at'], required: true },
  txnNo: { names: ['channel_txn_no'], required: false },
  channel: { names: ['channel'], required: false },
  businessType: { names: ['business_type'], required: false },
  hisOrderNo: { names: ['his_order_no'], required: false },
} as const satisfies ColumnAliases<string>;
type Column = keyof typeof COLUMNS;

export const plainCsv: BillFormat = {
  name: 'plain-csv',
  title: { en: 'the plain CSV of any book', zh: '通用 CSV（任一方）' },
  version: 1,
  channel: null,
  looksLike: 'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
  recognise: ({ text }) => {
    const names = headerOf(text);
    return names.includes('order_no') && names.includes('amount') ? 'DETAIL' : null;
  },
  layout: { kind: 'HEADER', aliases: COLUMNS, namesOf: headerOf, split: splitCells },
  open: (sink) => new PlainCsvParser(sink),
};

/** Whether a file begins with the header of the plain CSV; compressed files are not looked into. */
export function isPlainCsv(head: Buffer): boolean {
  const [line = ''] = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/\r?\n/, 1);
  return plainCsv.recognise({ text: line, bytes: line, encoding: 'utf-8', partName: null }) !== null;
}

function headerOf(line: string): readonly string[] {
  return line.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

function splitCells(cells: Cells, text: ByteText, start: number, end: number): boolean {
  if (text.slice(start, end).includes('"')) splitQuoted(cells, text, start, end);
  else splitCommas(cells, text, start, end);
  return true;
}

class PlainCsvParser implements BillParser {
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #header: readonly string[] = [];
  #inHeader = true;
  #quoteText: ByteText = '';
  #quoteAt = 0;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  beginPart(opening: Opening): void {
    this.#header = headerOf(opening.text);
    this.#columns = mapColumns(plainCsv.title, COLUMNS, this.#header);
    this.#inHeader = true;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    if (this.#inHeader) {
      this.#inHeader = false;
      return;
    }
    const cells = this.#cells;
    this.#sink.beginRow(text, start, end, lineNo);
    if (this.#hasQuote(text, start, end)) splitQuoted(cells, text, start, end);
    else splitCommas(cells, text, start, end);
    if (cells.count !== this.#header.length) this.#sink.failColumnCount(cells.count, this.#header);
    else this.#row(lineNo);
  }

  /** The next quote of a block is looked for once, not once a row. */
  #hasQuote(text: ByteText, start: number, end: number): boolean {
    if (text !== this.#quoteText || this.#quoteAt < start) {
      this.#quoteAt = text.indexOf('"', start);
      if (this.#quoteAt < 0) this.#quoteAt = text.length;
    }
    // Also when equal, see Cells.commaFrom.
    this.#quoteText = text;
    return this.#quoteAt < end;
  }

  #row(lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    const columns = this.#columns;
    const { text } = cells;
    const isPayment = cells.is(columns.kind, 'PAYMENT');
    if (!isPayment && !cells.is(columns.kind, 'REFUND')) {
      const value = cells.get(columns.kind);
      return sink.fail('state', { column: 'kind', value, expected: 'PAYMENT, REFUND' });
    }
    for (const column of ID_COLUMNS) {
      const at = columns[column];
      if (column !== 'orderNo' && cells.isEmpty(at)) continue;
      const fault = idFaultAt(text, cells.start(at), cells.end(at));
      if (fault !== null) return sink.failId(COLUMNS[column].names[0], cells.get(at), fault);
    }
    // A HIS receipt number is no part of a key and may be any text; a cut one would still merge two receipts.
    const hisOrderNo = this.#shown(columns.hisOrderNo);
    if (isExcelNumber(hisOrderNo)) return sink.failId('his_order_no', hisOrderNo, 'EXCEL');
    if (isPayment && !cells.isEmpty(columns.refundNo)) {
      return sink.fail('notOnPayment', { column: 'refund_no', value: cells.get(columns.refundNo) });
    }
    const amount = decimalAt(text, cells.start(columns.amount), cells.end(columns.amount), FEN_SCALE);
    if (amount === null || amount < 0) {
      return sink.failAmount('amount', cells.get(columns.amount));
    }
    const occurredAtMs = beijingTimeAt(text, cells.start(columns.time), cells.end(columns.time));
    if (Number.isNaN(occurredAtMs)) {
      return sink.fail('time', { column: 'occurred_at', value: cells.get(columns.time) });
    }
    const channel = this.#channel();
    if (channel === undefined) return;
    if (!this.#isNew(isPayment)) {
      const value = cells.get(columns.orderNo);
      return sink.fail('duplicate', {
        kind: KIND_WORDS[isPayment ? 'PAYMENT' : 'REFUND'],
        column: 'order_no',
        value,
      });
    }
    sink.accept(
      {
        line: lineNo,
        kind: isPayment ? 'PAYMENT' : 'REFUND',
        orderNo: cells.get(columns.orderNo),
        refundNo: cells.get(columns.refundNo) || null,
        channel,
        channelTxnNo: cells.get(columns.txnNo) || null,
        hisOrderNo: hisOrderNo || null,
        amountFen: BigInt(amount),
        occurredAtMs,
        businessType: this.#shown(columns.businessType) || null,
      },
      amount,
      'occurred_at',
    );
  }

  /** The header is ASCII: the row tells how its texts are encoded. */
  #shown(column: number): string {
    const cells = this.#cells;
    const row = cells.text.slice(cells.start(0), cells.end(cells.count - 1));
    return cellText(cells.get(column), null, row);
  }

  /** The row's channel, else the one the caller named; undefined: the row was failed. */
  #channel(): Channel | null | undefined {
    const at = this.#columns.channel;
    const hint = this.#sink.channelHint;
    if (this.#cells.isEmpty(at)) return hint;
    const channel = CHANNELS.find((candidate) => this.#cells.is(at, candidate));
    if (channel !== undefined && (hint === null || channel === hint)) return channel;
    const value = this.#cells.get(at);
    this.#sink.fail('channel', { column: 'channel', value, expected: hint ?? CHANNELS.join(', ') });
    return undefined;
  }

  /**
   * A receipt of its own is a line of its own (several HIS receipts may share one payment), so the receipt is part of the
   * identity here; a refund without a number is told apart by amount and time.
   */
  #isNew(isPayment: boolean): boolean {
    const cells = this.#cells;
    const columns = this.#columns;
    const seen = this.#sink.identities;
    seen.start(isPayment ? 1 : 2);
    this.#mix(columns.orderNo);
    this.#mix(columns.txnNo);
    this.#mix(columns.hisOrderNo);
    this.#mix(columns.refundNo);
    if (!isPayment && cells.isEmpty(columns.refundNo)) {
      this.#mix(columns.amount);
      this.#mix(columns.time);
    }
    return seen.add();
  }

  #mix(column: number): void {
    const cells = this.#cells;
    if (column >= 0) this.#sink.identities.mix(cells.text, cells.start(column), cells.end(column));
  }

  endPart(): void {
    // Without a footer there is nothing to hold the rows against.
  }

  finish(): BillFacts {
    return { billType: 'PLAIN', statedDate: null, merchantNo: null, footer: 'NONE' };
  }
}

const ID_COLUMNS = ['orderNo', 'refundNo', 'txnNo'] as const;
