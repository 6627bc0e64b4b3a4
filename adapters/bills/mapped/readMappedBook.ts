import type { BillHints, BillLine } from '../../../domain/ports.ts';
import { DEFAULT_UNPACK_LIMITS, type UnpackLimits } from '../limits.ts';
import { refusal } from '../messages.ts';
import { beginsWith, gunzip, GZIP, peek, ZIP } from '../parts.ts';
import type { CheckedBillReport } from '../readBill.ts';
import { reading } from '../reading.ts';
import { RowSink } from '../rowSink.ts';
import { openZip } from '../zipParts.ts';
import type { BookMapping, FileFormat } from './bookMapping.ts';
import { checkFormat, csvRows } from './csvRows.ts';
import { jsonRows } from './jsonRows.ts';
import { isWorkbook } from './workbookParts.ts';
import { xlsxRows } from './xlsxRows.ts';

const OLD_WORKBOOK = [0xd0, 0xcf, 0x11, 0xe0];
const JSON_OPENINGS = new Set(['{', '[']);
const HEAD_BYTES = 64;
/** See BillFormat. */
const PARSER_VERSION = 1;

/** Reads a hospital's own file of a book as its mapping says; what `readBill` promises holds here too. */
export function readMappedBook(
  bytes: AsyncIterable<Uint8Array>,
  book: BookMapping,
  hints: BillHints & { readonly limits?: UnpackLimits },
): { readonly lines: AsyncIterable<readonly BillLine[]>; readonly report: Promise<CheckedBillReport> } {
  return reading(() => {
    const mapped = new MappedReading(book, hints, hints.limits ?? DEFAULT_UNPACK_LIMITS);
    return { lines: mapped.read(bytes), finish: () => mapped.finish() };
  });
}

class MappedReading {
  readonly #book: BookMapping;
  readonly #hints: BillHints;
  readonly #limits: UnpackLimits;
  readonly #sink: RowSink;
  #format: FileFormat = 'csv';

  constructor(book: BookMapping, hints: BillHints, limits: UnpackLimits) {
    this.#book = book;
    this.#hints = hints;
    this.#limits = limits;
    this.#sink = new RowSink(hints);
  }

  async *read(file: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BillLine[]> {
    const { head, bytes } = await peek(file, HEAD_BYTES);
    if (beginsWith(head, OLD_WORKBOOK)) throw refusal('oldWorkbook', {});
    if (beginsWith(head, ZIP)) yield* this.#readZip(bytes);
    else if (beginsWith(head, GZIP)) yield* this.#readText(gunzip(bytes, this.#limits));
    else yield* this.#readText(bytes);
    this.#sink.finish();
    if (this.#sink.hasLines) yield this.#sink.take();
  }

  async *#readZip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BillLine[]> {
    const zip = await openZip(bytes, this.#limits);
    try {
      if (isWorkbook(zip.names)) {
        this.#begin('xlsx');
        for await (const _ of xlsxRows(zip, this.#book, this.#sink)) yield* this.#taken();
        return;
      }
      if (zip.names.length === 0) throw refusal('emptyFile', {});
      for (const name of zip.names) {
        this.#sink.errors.partName = zip.names.length > 1 ? name : null;
        yield* this.#readText(zip.read(name));
      }
    } finally {
      await zip.close();
    }
  }

  async *#readText(file: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BillLine[]> {
    const { head, bytes } = await peek(file, HEAD_BYTES);
    const first = Buffer.from(head)
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trimStart()
      .charAt(0);
    this.#begin(JSON_OPENINGS.has(first) ? 'json' : 'csv');
    const rows = this.#format === 'json' ? jsonRows : csvRows;
    for await (const _ of rows(bytes, this.#book, this.#sink)) yield* this.#taken();
  }

  #begin(format: FileFormat): void {
    checkFormat(this.#book, format);
    this.#format = format;
  }

  *#taken(): Generator<readonly BillLine[]> {
    if (this.#sink.hasLines) yield this.#sink.take();
  }

  finish(): CheckedBillReport {
    const sink = this.#sink;
    const { date: asked } = this.#hints;
    if (asked !== undefined && sink.date !== null && sink.date !== asked) {
      throw refusal('otherDate', { found: sink.date, asked });
    }
    return {
      format: `mapped-${this.#format}`,
      parserVersion: PARSER_VERSION,
      billType: 'MAPPED',
      billDate: sink.date,
      merchantNo: null,
      rows: sink.rows,
      payments: sink.payments,
      refunds: sink.refunds,
      otherRows: sink.otherRows,
      foreignRows: 0,
      ...sink.sums,
      feeMilliFen: null,
      accountOnly: false,
      empty: sink.rows === 0,
      errorCount: sink.errors.count,
      errors: sink.errors.kept,
      stated: [],
      footer: 'NONE',
    };
  }
}
