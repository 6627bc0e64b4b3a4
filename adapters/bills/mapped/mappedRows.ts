import type { Channel, Kind } from '../../../domain/entry.ts';
import { amountFaultOf } from '../amountFault.ts';
import { byteTextOf, displayText, type ByteText } from '../byteText.ts';
import { trimCells, type Cells } from '../cells.ts';
import { decimalAt, FEN_SCALE, type Exact } from '../decimal.ts';
import { idFaultAt, isExcelNumber } from '../ids.ts';
import type { RowSink } from '../rowSink.ts';
import type { Other } from './bookMapping.ts';
import type { FileColumns, MappedColumn } from './fileColumns.ts';
import { serialTimeAt, timeReaderOf, type TimeReader } from './timePattern.ts';

/** What systems write where there is no number. */
const NO_NUMBER: ReadonlySet<string> = new Set(['', '0', '-', '--', 'null', 'NULL', '\\N']);
const ID_COLUMNS = ['orderNo', 'refundNo', 'channelTxnNo'] as const;

/** A workbook's epoch; null outside of workbooks, where a bare number is no time. */
export type SerialTimes = { readonly is1904: boolean } | null;

/** Turns the rows of one file of a mapped book into lines, or into errors that name the file's own columns. */
export class MappedRows {
  readonly #sink: RowSink;
  readonly #columns: FileColumns;
  readonly #time: TimeReader;
  readonly #serials: SerialTimes;
  readonly #kinds: ReadonlyMap<ByteText, Kind | Other>;
  readonly #channels: ReadonlyMap<ByteText, Channel | Other>;
  readonly #ignored: ReadonlyMap<ByteText, true>;

  constructor(sink: RowSink, columns: FileColumns, serials: SerialTimes) {
    this.#sink = sink;
    this.#columns = columns;
    this.#serials = serials;
    const { time, kind, channel } = columns.mapping;
    const reader = timeReaderOf(time.pattern);
    if (reader === null) throw new Error(`unchecked pattern ${time.pattern}`);
    this.#time = reader;
    this.#ignored = bytesOf(new Map(columns.mapping.ignore.map((word) => [word, true] as const)));
    this.#kinds = bytesOf(kind.by === 'COLUMN' ? kind.values : new Map<string, Kind | Other>());
    this.#channels = bytesOf(channel.by === 'COLUMN' ? channel.values : new Map<string, Channel | Other>());
  }

  /** One row whose place was given to the sink. */
  row(cells: Cells, lineNo: number): void {
    const sink = this.#sink;
    const { at } = this.#columns;
    trimCells(cells);
    if (this.#ignored.size > 0 && this.#ignored.has(firstWord(cells))) return this.#other();
    const channel = this.#channel(cells);
    if (channel === undefined) return;
    const told = this.#kind(cells);
    if (told === undefined) return;
    if (channel === 'OTHER' || told === 'OTHER') return this.#other();
    const amount = this.#amount(cells, told);
    if (amount === null) return;
    // Paid by insurance alone, or a free item: no channel knows of it.
    if (amount.fen === 0) return this.#other();
    const { kind, fen } = amount;
    const refundNo = this.#optional(cells, 'refundNo');
    if (kind === 'PAYMENT' && refundNo !== null) {
      return sink.fail('notOnPayment', { column: this.#name('refundNo'), value: refundNo });
    }
    if (!this.#checkIds(cells)) return;
    const hisOrderNo = displayText(this.#optional(cells, 'hisOrderNo') ?? '');
    if (isExcelNumber(hisOrderNo)) return sink.failId(this.#name('hisOrderNo'), hisOrderNo, 'EXCEL');
    const occurredAtMs = this.#occurredAt(cells);
    if (Number.isNaN(occurredAtMs)) {
      const { pattern } = this.#columns.mapping.time;
      return sink.fail('timePattern', { column: this.#name('time'), value: cells.get(at.time), pattern });
    }
    if (!this.#isNew(cells, kind, refundNo)) {
      const value = cells.get(at.orderNo);
      const what = kind === 'PAYMENT' ? 'payment' : 'refund';
      return sink.fail('duplicate', { kind: what, column: this.#name('orderNo'), value });
    }
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo: cells.get(at.orderNo),
        refundNo,
        channel,
        channelTxnNo: this.#optional(cells, 'channelTxnNo'),
        hisOrderNo: hisOrderNo || null,
        amountFen: BigInt(fen),
        occurredAtMs,
        businessType: displayText(cells.get(at.businessType)) || null,
      },
      fen,
      this.#name('time'),
    );
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
    return NO_NUMBER.has(value) ? null : value;
  }

  /** undefined: the row was failed. */
  #channel(cells: Cells): Channel | Other | null | undefined {
    const rule = this.#columns.mapping.channel;
    const hint = this.#sink.channelHint;
    if (rule.by === 'NONE') return hint;
    const found =
      rule.by === 'FIXED' ? rule.channel : this.#channels.get(cells.get(this.#columns.at.channel));
    if (found === 'OTHER' || (found !== undefined && (hint === null || hint === found))) return found;
    const expected = hint ?? (rule.by === 'COLUMN' ? [...rule.values.keys()].join(', ') : rule.channel);
    this.#sink.fail('channel', {
      column: this.#name('channel'),
      value: cells.get(this.#columns.at.channel),
      expected,
    });
    return undefined;
  }

  /** null: the sign will tell; undefined: the row was failed. */
  #kind(cells: Cells): Kind | Other | null | undefined {
    const rule = this.#columns.mapping.kind;
    if (rule.by === 'SIGN') return null;
    if (rule.by === 'FIXED') return rule.kind;
    const value = cells.get(this.#columns.at.kind);
    const kind = this.#kinds.get(value);
    if (kind !== undefined) return kind;
    this.#sink.fail('state', {
      column: this.#name('kind'),
      value,
      expected: [...rule.values.keys()].join(', '),
    });
    return undefined;
  }

  /** Without its sign; null: the row was failed. */
  #amount(cells: Cells, told: Kind | null): { readonly kind: Kind; readonly fen: Exact } | null {
    const { amount, kind: rule } = this.#columns.mapping;
    const at = this.#columns.at.amount;
    const scale = amount.unit === 'YUAN' ? FEN_SCALE : 0;
    const fen = decimalAt(cells.text, cells.start(at), cells.end(at), scale);
    if (fen === null) return this.#failAmount(cells);
    const kind = told ?? (fen < 0 ? 'REFUND' : 'PAYMENT');
    const isSigned = rule.by === 'SIGN' || amount.refundsAreNegative;
    if (fen === 0) return { kind, fen };
    if (!isSigned || kind === 'PAYMENT') return fen < 0 ? this.#failAmount(cells) : { kind, fen };
    if (fen < 0) return { kind, fen: -fen };
    const otherValue = cells.get(this.#columns.at.kind);
    this.#sink.fail('contradiction', {
      column: this.#name('amount'),
      value: cells.get(at),
      other: this.#name('kind'),
      otherValue,
    });
    return null;
  }

  #failAmount(cells: Cells): null {
    const column = this.#name('amount');
    const value = cells.get(this.#columns.at.amount);
    const isFen = this.#columns.mapping.amount.unit === 'FEN';
    if (isFen && amountFaultOf(value) === 'UNREADABLE') this.#sink.fail('wholeFen', { column, value });
    else this.#sink.failAmount(column, value);
    return null;
  }

  #checkIds(cells: Cells): boolean {
    for (const column of ID_COLUMNS) {
      const at = this.#columns.at[column];
      const start = cells.start(at);
      if (column !== 'orderNo' && this.#optional(cells, column) === null) continue;
      const fault = idFaultAt(cells.text, start, cells.end(at));
      if (fault === null) continue;
      this.#sink.failId(this.#name(column), cells.get(at), fault);
      return false;
    }
    return true;
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
    const isNumberless = kind === 'REFUND' && refundNo === null;
    const parts = [
      at.orderNo,
      at.channelTxnNo,
      at.hisOrderNo,
      at.refundNo,
      ...(isNumberless ? [at.amount, at.time] : []),
    ];
    for (const part of parts) if (part >= 0) seen.mix(cells.text, cells.start(part), cells.end(part));
    return seen.add();
  }
}

/** The first cell that is not empty, without a colon behind it. */
function firstWord(cells: Cells): ByteText {
  for (let column = 0; column < cells.count; column += 1) {
    const text = cells.get(column);
    if (text !== '') return text.endsWith(':') ? text.slice(0, -1) : text;
  }
  return '';
}

/** Words of the configuration as a cell may write them, in either encoding. */
function bytesOf<T>(values: ReadonlyMap<string, T>): ReadonlyMap<ByteText, T> {
  return new Map(
    [...values].flatMap(([word, meaning]) => [
      [byteTextOf(word, 'utf-8'), meaning] as const,
      [byteTextOf(word, 'gb18030'), meaning] as const,
    ]),
  );
}
