import type { BillHints, BillLine } from '../../../domain/ports.ts';
import { DEFAULT_UNPACK_LIMITS, type UnpackLimits } from '../limits.ts';
import { refusal } from '../messages.ts';
import { partsOf, peek, type BillPart } from '../parts.ts';
import type { CheckedBillReport } from '../readBill.ts';
import { reading } from '../reading.ts';
import { RowSink } from '../rowSink.ts';
import type { BookMapping } from './bookMapping.ts';
import { csvRows } from './csvRows.ts';
import { jsonRows } from './jsonRows.ts';
import { MappedBook } from './mappedBook.ts';
import { xlsxRows } from './xlsxRows.ts';

const HEAD_BYTES = 64;
const JSON_OPENING = /^\ufeff?\s*[[{]/;
/** See BillFormat. */
const PARSER_VERSION = 2;

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
  readonly #mapping: BookMapping;
  readonly #hints: BillHints;
  readonly #limits: UnpackLimits;
  readonly #sink: RowSink;
  readonly #book: MappedBook;

  constructor(mapping: BookMapping, hints: BillHints, limits: UnpackLimits) {
    this.#mapping = mapping;
    this.#hints = hints;
    this.#limits = limits;
    this.#sink = new RowSink(hints);
    this.#book = new MappedBook(mapping, this.#sink);
  }

  async *read(file: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BillLine[]> {
    const sink = this.#sink;
    for await (const part of partsOf(file, this.#limits)) {
      for await (const _ of this.#pieces(part)) if (sink.hasLines) yield sink.take();
    }
    sink.finish();
    if (sink.hasLines) yield sink.take();
  }

  async *#pieces(part: BillPart): AsyncGenerator<void> {
    const book = this.#book;
    if (part.kind === 'WORKBOOK') {
      book.beginPart('xlsx', part.name);
      return yield* xlsxRows(part.zip, book, part.name);
    }
    const { head, bytes } = await peek(part.bytes, HEAD_BYTES);
    // A day without refunds may have a file of nothing beside that of the payments.
    if (head.length === 0 && part.name !== null) return;
    const isCsv = this.#mapping.files.every(({ format }) => format === 'csv');
    const format = !isCsv && JSON_OPENING.test(Buffer.from(head).toString('utf8')) ? 'json' : 'csv';
    book.beginPart(format, part.name);
    yield* format === 'json' ? jsonRows(bytes, book) : csvRows(bytes, book);
  }

  finish(): CheckedBillReport {
    const sink = this.#sink;
    const { date: asked } = this.#hints;
    if (asked !== undefined && sink.date !== null && sink.date !== asked) {
      throw refusal('otherDate', { found: sink.date, asked });
    }
    return {
      ...this.#book.finish(),
      parserVersion: PARSER_VERSION,
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
      stated: sink.stated,
    };
  }
}
