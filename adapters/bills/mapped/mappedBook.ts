import type { Kind } from '../../../domain/entry.ts';
import type { TextEncoding } from '../byteText.ts';
import type { FooterCheck } from '../format.ts';
import { refusal } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import type { BookMapping, FileFormat, FileMapping } from './bookMapping.ts';
import type { FileColumns } from './fileColumns.ts';
import { MappedRows, type SerialTimes } from './mappedRows.ts';
import { MappedTotals } from './mappedTotals.ts';

/** What an import has to know: half of a book would stand as the whole. */
const BOOK_TYPES = { whole: 'MAPPED', PAYMENT: 'PAYMENTS_ONLY', REFUND: 'REFUNDS_ONLY' } as const;

/** A mapped book under reading: all its files, sheets and parts. */
export class MappedBook {
  readonly mapping: BookMapping;
  readonly #sink: RowSink;
  readonly #seen = new Set<FileMapping>();
  readonly #totals: MappedTotals[] = [];
  readonly #unreadSheets: string[] = [];
  #format: FileFormat | null = null;

  constructor(mapping: BookMapping, sink: RowSink) {
    this.mapping = mapping;
    this.#sink = sink;
  }

  /** @throws DZ_BILL_UNKNOWN_FORMAT when the configuration says that the file is of another format */
  beginPart(format: FileFormat, partName: string | null): void {
    const asked = this.mapping.files.map((file) => file.format);
    if (!asked.some((one) => one === null || one === format))
      throw refusal('otherFileFormat', {
        where: this.mapping.where,
        asked: asked.join(' / '),
        found: format,
      });
    this.#format ??= format;
    this.#sink.errors.partName = partName;
  }

  /** The reader of the rows under a header. */
  rowsOf(
    columns: FileColumns,
    file: { readonly serials: SerialTimes; readonly encoding: TextEncoding | null },
  ): MappedRows {
    const totals = new MappedTotals();
    this.#totals.push(totals);
    this.#seen.add(columns.mapping);
    return new MappedRows(this.#sink, columns, totals, file);
  }

  leaveOut(sheet: string): void {
    this.#unreadSheets.push(sheet);
  }

  /** @throws DZ_BILL_EMPTY_FILE */
  finish(): {
    readonly format: string;
    readonly billType: string;
    readonly footer: FooterCheck;
    readonly unreadSheets: readonly string[];
  } {
    if (this.#format === null) throw refusal('emptyFile', {});
    return {
      format: `mapped-${this.#format}`,
      billType: this.#billType(),
      footer: this.#totals.some((totals) => totals.isCompared) ? 'PARTIAL' : 'NONE',
      unreadSheets: this.#unreadSheets,
    };
  }

  #billType(): string {
    const missing = this.mapping.files.filter((file) => !this.#seen.has(file) && !file.mayBeMissing);
    const seen = [...this.#seen].map(kindOf);
    const lacks = missing
      .map(kindOf)
      .find((kind) => kind !== null && !seen.includes(kind) && !seen.includes(null));
    if (lacks === undefined || lacks === null) return BOOK_TYPES.whole;
    return lacks === 'REFUND' ? BOOK_TYPES.PAYMENT : BOOK_TYPES.REFUND;
  }
}

/** The kind of all rows of a file; null: it holds both. */
function kindOf({ kind }: FileMapping): Kind | null {
  return kind.by === 'FIXED' ? kind.kind : null;
}
