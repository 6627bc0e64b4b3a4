import { decodeOpening, type ByteText } from '../byteText.ts';
import { Cells, splitCommas, splitQuoted } from '../cells.ts';
import { lineBlocks } from '../lineBlocks.ts';
import { refusal } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import type { BookMapping } from './bookMapping.ts';
import { columnsOf, type FileColumns } from './fileColumns.ts';
import { HeaderSearch } from './headerSearch.ts';
import { MappedRows } from './mappedRows.ts';

/** Reads a CSV of a mapped book; `yield`s after each block, when the sink may hold lines. */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  book: BookMapping,
  sink: RowSink,
): AsyncGenerator<FileColumns | null> {
  const reading = new CsvReading(book, sink);
  let lineNo = 0;
  for await (const text of lineBlocks(bytes)) {
    let at = lineNo === 0 && text.startsWith('\xef\xbb\xbf') ? 3 : 0;
    while (at < text.length) {
      const feed = text.indexOf('\n', at);
      let end = feed < 0 ? text.length : feed;
      const next = end + 1;
      if (end > at && text.charCodeAt(end - 1) === 13) end -= 1;
      lineNo += 1;
      if (end > at) reading.line(text, at, end, lineNo);
      at = next;
    }
    yield reading.columns;
  }
  reading.finish();
}

class CsvReading {
  columns: FileColumns | null = null;
  readonly #sink: RowSink;
  readonly #search: HeaderSearch;
  readonly #cells = new Cells();
  readonly #delimiters: ReadonlySet<string>;
  readonly #book: BookMapping;
  #rows: MappedRows | null = null;

  constructor(book: BookMapping, sink: RowSink) {
    this.#sink = sink;
    this.#book = book;
    this.#search = new HeaderSearch(book);
    this.#delimiters = new Set(book.files.map(({ delimiter }) => delimiter));
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    if (this.#rows === null || this.columns === null) return this.#header(text.slice(start, end), lineNo);
    this.#sink.beginRow(text, start, end, lineNo);
    splitOn(this.#cells, text, start, end, this.columns.mapping.delimiter);
    const { header } = this.columns;
    if (this.#cells.count === header.length) this.#rows.row(this.#cells, lineNo);
    else this.#sink.failColumnCount(this.#cells.count, header);
  }

  #header(line: ByteText, lineNo: number): void {
    const { text } = decodeOpening(line);
    for (const delimiter of this.#delimiters) {
      const header = namesOf(text, delimiter);
      const columns = columnsOf(this.#book, header);
      if (columns?.mapping.delimiter !== delimiter) continue;
      this.columns = columns;
      this.#rows = new MappedRows(this.#sink, columns, null);
      return;
    }
    this.#search.miss(namesOf(text, [...this.#delimiters][0] ?? ','), lineNo);
  }

  finish(): void {
    if (this.columns === null) this.#search.fail();
  }
}

function namesOf(line: string, delimiter: string): readonly string[] {
  return line.split(delimiter).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

function splitOn(cells: Cells, text: ByteText, start: number, end: number, delimiter: string): void {
  if (delimiter === ',') {
    const quote = text.indexOf('"', start);
    if (quote >= 0 && quote < end) splitQuoted(cells, text, start, end);
    else splitCommas(cells, text, start, end);
    return;
  }
  cells.text = text;
  cells.count = 0;
  for (let from = start; from <= end;) {
    const found = text.indexOf(delimiter, from);
    const to = found < 0 || found > end ? end : found;
    cells.starts[cells.count] = from;
    cells.ends[cells.count] = to;
    cells.count += 1;
    from = to + 1;
  }
}

/** Refuses a file that is a CSV where another format is asked for. */
export function checkFormat(book: BookMapping, found: 'csv' | 'xlsx' | 'json'): void {
  const asked = book.files.map(({ format }) => format);
  if (asked.some((format) => format === null || format === found)) return;
  throw refusal('otherFileFormat', { where: book.where, asked: asked.join(' / '), found });
}
