import type { Channel, Kind } from '../../../domain/entry.ts';
import { amountFaultOf } from '../amountFault.ts';
import { cellText, type ByteText, type TextEncoding } from '../byteText.ts';
import { trimCells, type Cells } from '../cells.ts';
import { idFaultAt, isExcelNumber } from '../ids.ts';
import { KIND_WORDS } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import type { Other } from './bookMapping.ts';
import type { CellFault } from './cellFaults.ts';
import type { FileColumns, MappedColumn } from './fileColumns.ts';
import { amountOf, decimalOf } from './mappedAmount.ts';
import { totalLineOf, type MappedTotals } from './mappedTotals.ts';
import { bytesOf, firstCell, firstWord, hasColumns, isNoNumber, unmark } from './rowCells.ts';
import { serialTimeAt, timeReaderOf, type TimeReader } from './timePattern.ts';

const ID_COLUMNS = ['orderNo', 'refundNo', 'channelTxnNo', 'hisOrderNo'] as const;

/** A workbook's epoch; null outside of workbooks, where a bare number is no time unless the mapping says so. */
export type SerialTimes = { readonly is1904: boolean } | null;

/** Names of a refund's own number. */
const REFUND_NO = /退款(?:单|订单|流水)?号|退费(?:单|订单|流水)?号|refund_?(?:no|id)$/i;

/** A column that tells a refund in a file that the configuration says is of payments alone; -1 where there is none. */
function refundSignOf({ mapping, at, header }: FileColumns): number {
  const saysPayments = mapping.kind.by === 'FIXED' && mapping.kind.kind === 'PAYMENT';
  return saysPayments && at.refundNo < 0 ? header.findIndex((name) => REFUND_NO.test(name)) : -1;
}

/** Where a row came from, as it is shown with its error. */
export type RawRow = {
  readonly text: ByteText;
  readonly start: number;
  readonly end: number;
  readonly lineNo: number;
};

/** Turns the rows of one file of a mapped book into lines, or into errors that name the file's own columns. */
export class MappedRows {
  readonly #sink: RowSink;
  readonly #columns: FileColumns;
  readonly #totals: MappedTotals;
  readonly #time: TimeReader;
  readonly #serials: SerialTimes;
  readonly #encoding: TextEncoding | null;
  readonly #kinds: ReadonlyMap<ByteText, Kind | Other>;
  readonly #channels: ReadonlyMap<ByteText, Channel | Other>;
  readonly #ignored: ReadonlyMap<ByteText, true>;
  readonly #refundSign: number;

  /** @param encoding of the cells; null: not known yet */
  constructor(
    sink: RowSink,
    columns: FileColumns,
    totals: MappedTotals,
    { serials, encoding }: { readonly serials: SerialTimes; readonly encoding: TextEncoding | null },
  ) {
    this.#encoding = encoding;
    this.#sink = sink;
    this.#columns = columns;
    this.#totals = totals;
    this.#serials = serials;
    const { time, kind, channel } = columns.mapping;
    const reader = timeReaderOf(time.pattern);
    if (reader === null) throw new Error(`unchecked pattern ${time.pattern}`);
    this.#time = reader;
    this.#refundSign = refundSignOf(columns);
    this.#ignored = bytesOf(new Map(columns.mapping.ignore.map((word) => [word, true] as const)));
    this.#kinds = bytesOf(kind.by === 'COLUMN' ? kind.values : new Map<string, Kind | Other>());
    this.#channels = bytesOf(channel.by === 'COLUMN' ? channel.values : new Map<string, Channel | Other>());
  }

  /** One row. Blank ones are passed over, total lines are held against the rows; the rest are counted. */
  row(cells: Cells, raw: RawRow, faults: ReadonlyMap<number, CellFault> | null = null): void {
    trimCells(cells);
    const { header, at } = this.#columns;
    const first = firstCell(cells);
    if (first < 0 && faults === null) return;
    const sink = this.#sink;
    const isIgnored = this.#ignored.size > 0 && this.#ignored.has(firstWord(cells, first));
    if (!isIgnored && this.#isTotal(cells, first, raw.lineNo)) return;
    sink.beginRow(raw.text, raw.start, raw.end, raw.lineNo);
    if (isIgnored) return this.#other();
    if (!hasColumns(cells, header.length)) {
      this.#totals.addUnreadable();
      return sink.failColumnCount(cells.count, header);
    }
    for (const column of ID_COLUMNS) unmark(cells, at[column]);
    if (faults !== null && this.#failFault(cells, faults)) return;
    this.#read(cells, raw);
  }

  #read(cells: Cells, { lineNo, ...raw }: RawRow): void {
    const sink = this.#sink;
    const { at, header } = this.#columns;
    const told = this.#kind(cells);
    const amount = this.#amount(cells, told);
    if (told === undefined) return this.#failKind(cells);
    const channel = this.#channel(cells);
    if (channel === undefined) return;
    if (channel === 'OTHER' || told === 'OTHER') return this.#other();
    if (amount === null) return this.#failAmount(cells);
    // Paid by insurance alone, or a free item: no channel knows of it.
    if (amount.fen === 0) return this.#other();
    const { kind, fen } = amount;
    if (fen < 0) return this.#failSign(cells);
    const refundNo = this.#optional(cells, 'refundNo');
    if (kind === 'PAYMENT' && refundNo !== null)
      return sink.fail('notOnPayment', { column: this.#name('refundNo'), value: refundNo });
    const sign = this.#refundSign < 0 ? '' : cells.get(this.#refundSign);
    if (!isNoNumber(sign)) {
      return sink.fail('notOnPayment', { column: header[this.#refundSign] ?? '', value: sign });
    }
    if (!this.#checkIds(cells)) return;
    const shown = (bytes: ByteText) =>
      cellText(bytes, this.#encoding, raw.text.slice(raw.start, raw.end)) || null;
    const occurredAtMs = this.#occurredAt(cells);
    if (Number.isNaN(occurredAtMs)) {
      const { pattern } = this.#columns.mapping.time;
      return sink.fail('timePattern', { column: this.#name('time'), value: cells.get(at.time), pattern });
    }
    if (!this.#isNew(cells, kind, refundNo)) {
      const value = cells.get(at.orderNo);
      return sink.fail('duplicate', { kind: KIND_WORDS[kind], column: this.#name('orderNo'), value });
    }
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo: cells.get(at.orderNo),
        refundNo,
        channel,
        channelTxnNo: this.#optional(cells, 'channelTxnNo'),
        hisOrderNo: shown(this.#optional(cells, 'hisOrderNo') ?? ''),
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: shown(cells.get(at.businessType)),
      },
      fen,
      this.#name('time'),
    );
  }

  #isTotal(cells: Cells, first: number, lineNo: number): boolean {
    const { at, mapping } = this.#columns;
    const isOrderBlank = at.orderNo >= cells.count || cells.isEmpty(at.orderNo);
    if (first < 0 || (first !== at.orderNo && !isOrderBlank)) return false;
    if (first === at.orderNo && idFaultAt(cells.text, cells.start(first), cells.end(first)) === null) {
      if (!/^total$/i.test(cells.get(first))) return false;
    }
    const total = totalLineOf(cells.get(first));
    if (total === null) return false;
    const stated = mapping.checkTotals && at.amount < cells.count ? decimalOf(cells, this.#columns) : null;
    if (stated !== null) this.#sink.state(this.#name('amount'), cells.get(at.amount));
    this.#totals.hold(total, stated, { lineNo, column: this.#name('amount') });
    return true;
  }

  /** @returns whether a column that is read holds no value */
  #failFault(cells: Cells, faults: ReadonlyMap<number, CellFault>): boolean {
    for (const [column, at] of Object.entries(this.#columns.at)) {
      const fault = faults.get(at);
      if (fault === undefined) continue;
      if (column === 'amount') this.#totals.addUnreadable();
      this.#sink.fail(fault, { column: this.#columns.header[at] ?? column, value: cells.get(at) });
      return true;
    }
    return false;
  }

  #other(): void {
    this.#sink.otherRows += 1;
  }

  #name(column: MappedColumn): string {
    const at = this.#columns.at[column];
    return this.#columns.header[at] ?? column;
  }

  #optional(cells: Cells, column: 'refundNo' | 'channelTxnNo' | 'hisOrderNo'): ByteText | null {
    const value = cells.get(this.#columns.at[column]);
    return isNoNumber(value) ? null : value;
  }

  /** undefined: the row was failed. */
  #channel(cells: Cells): Channel | Other | null | undefined {
    const rule = this.#columns.mapping.channel;
    const hint = this.#sink.channelHint;
    if (rule.by === 'NONE') return hint;
    const at = this.#columns.at.channel;
    const found = rule.by === 'FIXED' ? rule.channel : this.#channels.get(cells.get(at));
    if (found === 'OTHER' || (found !== undefined && (hint === null || hint === found))) return found;
    const expected = hint ?? (rule.by === 'COLUMN' ? [...rule.values.keys()].join(', ') : rule.channel);
    const value = rule.by === 'COLUMN' ? cells.get(at) : rule.channel;
    this.#sink.fail('channel', { column: this.#name('channel'), value, expected });
    return undefined;
  }

  /** null: the sign tells; undefined: a word that is not known. */
  #kind(cells: Cells): Kind | Other | null | undefined {
    const rule = this.#columns.mapping.kind;
    if (rule.by === 'SIGN') return null;
    return rule.by === 'FIXED' ? rule.kind : this.#kinds.get(cells.get(this.#columns.at.kind));
  }

  #failKind(cells: Cells): void {
    const rule = this.#columns.mapping.kind;
    const expected = rule.by === 'COLUMN' ? [...rule.values.keys()].join(', ') : '';
    const value = cells.get(this.#columns.at.kind);
    this.#sink.fail('state', { column: this.#name('kind'), value, expected });
  }

  /** null when it cannot be read. */
  #amount(cells: Cells, told: Kind | Other | null | undefined) {
    const amount = amountOf(cells, this.#columns, told);
    if (amount === null) this.#totals.addUnreadable();
    else this.#totals.add(amount.written, amount.net);
    return amount;
  }

  #failAmount(cells: Cells): void {
    const column = this.#name('amount');
    const value = cells.get(this.#columns.at.amount);
    const isFen = this.#columns.mapping.amount.unit === 'FEN';
    if (isFen && amountFaultOf(value) === 'UNREADABLE') this.#sink.fail('wholeFen', { column, value });
    else this.#sink.failAmount(column, value);
  }

  /** A positive refund where refunds are negative, or a negative amount where none belongs. */
  #failSign(cells: Cells): void {
    const { at } = this.#columns;
    const value = cells.get(at.amount);
    const column = this.#name('amount');
    if (value.startsWith('-')) return this.#sink.fail('amountNegative', { column, value });
    const otherValue = at.kind < 0 ? 'REFUND' : cells.get(at.kind);
    this.#sink.fail('contradiction', { column, value, other: this.#name('kind'), otherValue });
  }

  #checkIds(cells: Cells): boolean {
    for (const column of ID_COLUMNS) {
      const at = this.#columns.at[column];
      if (column !== 'orderNo' && this.#optional(cells, column) === null) continue;
      const fault = this.#idFault(cells, column);
      if (fault === null) continue;
      this.#sink.failId(this.#name(column), cells.get(at), fault);
      return false;
    }
    return true;
  }

  #idFault(cells: Cells, column: (typeof ID_COLUMNS)[number]) {
    const at = this.#columns.at[column];
    const value = cells.get(at);
    // A HIS receipt number is no part of a key and may be any text; a cut one would still merge two receipts.
    if (column === 'hisOrderNo') return isExcelNumber(value) ? 'EXCEL' : null;
    if (column === 'orderNo' && isNoNumber(value)) return 'EMPTY';
    return idFaultAt(cells.text, cells.start(at), cells.end(at));
  }

  #occurredAt(cells: Cells): number {
    const at = this.#columns.at.time;
    const ms = this.#time(cells.text, cells.start(at), cells.end(at));
    if (!Number.isNaN(ms) || this.#serials === null) return ms;
    return serialTimeAt(cells.get(at), this.#serials.is1904);
  }

  /** A receipt of its own is a line of its own; a refund without a number is told apart by amount and time. */
  #isNew(cells: Cells, kind: Kind, refundNo: ByteText | null): boolean {
    const { at } = this.#columns;
    const seen = this.#sink.identities;
    seen.start(kind === 'PAYMENT' ? 1 : 2);
    const parts = [at.orderNo, at.channelTxnNo, at.hisOrderNo, at.refundNo];
    if (kind === 'REFUND' && refundNo === null) parts.push(at.amount, at.time);
    for (const part of parts) if (part >= 0) seen.mix(cells.text, cells.start(part), cells.end(part));
    return seen.add();
  }
}
