import { decodeOpening, isAscii, utf8ByteText, type ByteText, type TextEncoding } from '../byteText.ts';
import { Cells, splitCommas, splitQuoted } from '../cells.ts';
import { lineBlocks } from '../lineBlocks.ts';
import { HeaderSearch } from './headerSearch.ts';
import type { MappedBook } from './mappedBook.ts';
import type { MappedRows } from './mappedRows.ts';

const GB18030 = new TextDecoder('gb18030');
const GBK_SECOND_BYTE = 0x40;
/** Tried where the mapping names none. */
const DELIMITERS = [',', '\t', ';', '|'];

/** Reads a CSV of a mapped book; yields after each block of lines. */
export async function* csvRows(bytes: AsyncIterable<Uint8Array>, book: MappedBook): AsyncGenerator<void> {
  const reading = new CsvReading(book);
  let lineNo = 0;
  for await (const text of lineBlocks(bytes)) {
    let at = lineNo === 0 && text.startsWith('\xef\xbb\xbf') ? 3 : 0;
    while (at < text.length) {
      const feed = text.indexOf('\n', at);
      const next = feed < 0 ? text.length : feed + 1;
      let end = feed < 0 ? text.length : feed;
      if (end > at && text.charCodeAt(end - 1) === 13) end -= 1;
      lineNo += 1;
      if (end > at) reading.line(text, at, end, lineNo);
      at = next;
    }
    yield;
  }
  reading.finish();
}

class CsvReading {
  readonly #book: MappedBook;
  readonly #search: HeaderSearch;
  readonly #cells = new Cells();
  readonly #delimiters: readonly string[];
  #delimiter = ',';
  #encoding: TextEncoding = 'utf-8';
  #rows: MappedRows | null = null;

  constructor(book: MappedBook) {
    this.#book = book;
    this.#search = new HeaderSearch(book.mapping);
    const named = book.mapping.files.map(({ delimiter }) => delimiter);
    this.#delimiters = named.every((one) => one !== null) ? [...new Set(named)] : DELIMITERS;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    if (this.#rows === null) return this.#header(text.slice(start, end), lineNo);
    if (this.#isRecoded) {
      const line = utf8ByteText(GB18030.decode(Buffer.from(text.slice(start, end), 'latin1')));
      splitOn(this.#cells, line, 0, line.length, this.#delimiter);
    } else splitOn(this.#cells, text, start, end, this.#delimiter);
    this.#rows.row(this.#cells, { text, start, end, lineNo });
  }

  #header(line: ByteText, lineNo: number): void {
    const { text, encoding } = decodeOpening(line);
    const splits = new Map(this.#delimiters.map((delimiter) => [delimiter, headerOf(text, delimiter)]));
    const columns = this.#search.columnsIn(splits, lineNo);
    if (columns !== null) {
      this.#delimiter = [...splits].find(([, names]) => names === columns.header)?.[0] ?? ',';
      this.#encoding = encoding;
      const shownBy = isAscii(line) ? null : encoding;
      this.#rows = this.#book.rowsOf(columns, {
        serials: null,
        encoding: this.#isRecoded ? 'utf-8' : shownBy,
      });
    } else if (this.#search.isExhausted) this.#search.fail();
  }

  /** In GBK a vertical bar may be the second half of a character, as no other delimiter is. */
  get #isRecoded(): boolean {
    return this.#encoding === 'gb18030' && this.#delimiter.charCodeAt(0) >= GBK_SECOND_BYTE;
  }

  finish(): void {
    if (this.#rows === null) this.#search.fail();
  }
}

/** The names of a decoded header line; blank ones behind the last are no columns. */
function headerOf(line: string, delimiter: string): readonly string[] {
  const cells = new Cells();
  splitOn(cells, line, 0, line.length, delimiter);
  const names = Array.from({ length: Math.min(cells.count, cells.starts.length) }, (_, column) =>
    cells.get(column).trim(),
  );
  while (names.at(-1) === '') names.pop();
  return names;
}

function splitOn(cells: Cells, text: ByteText, start: number, end: number, delimiter: string): void {
  const line = text.slice(start, end);
  if (line.includes('"')) splitQuoted(cells, line, 0, line.length, delimiter);
  else if (delimiter === ',') splitCommas(cells, text, start, end);
  else splitPlain(cells, line, delimiter);
}

/** Within its line alone: a search that runs on into the block would read it as often as it has rows. */
function splitPlain(cells: Cells, line: ByteText, delimiter: string): void {
  cells.text = line;
  cells.count = 0;
  for (let from = 0; from <= line.length;) {
    const found = line.indexOf(delimiter, from);
    const to = found < 0 ? line.length : found;
    cells.starts[cells.count] = from;
    cells.ends[cells.count] = to;
    cells.count += 1;
    from = to + 1;
  }
}
