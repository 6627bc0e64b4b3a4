import { Cells, MAX_COLUMNS } from '../cells.ts';
import { displayText, type ByteText } from '../byteText.ts';
import { refusal } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import type { OpenZip } from '../zipParts.ts';
import type { BookMapping } from './bookMapping.ts';
import { excelNumberText } from './excelNumber.ts';
import { columnsOf } from './fileColumns.ts';
import { HeaderSearch } from './headerSearch.ts';
import { MappedRows } from './mappedRows.ts';
import { fillCells, utf8ByteText } from './valueCells.ts';
import { eachXmlChunk, readWorkbook, type Sheet, type Workbook } from './workbookParts.ts';

/**
 * Reads the sheets of a workbook that are of a mapped book: those that the mapping names, else the first one whose header
 * fits. `yield`s when the sink may hold lines.
 */
export async function* xlsxRows(zip: OpenZip, book: BookMapping, sink: RowSink): AsyncGenerator<void> {
  const workbook = await readWorkbook(zip);
  const search = new HeaderSearch(book);
  let isFound = false;
  for (const sheet of sheetsToRead(workbook, book)) {
    if (isFound && book.files.every((file) => file.sheet === null)) break;
    const reading = new SheetReading(workbook, sheet, book, sink, search);
    for await (const _ of eachXmlChunk(zip.read(sheet.part), sheet.name, reading)) yield;
    isFound ||= reading.hasHeader;
  }
  if (!isFound) search.fail();
}

/** @throws DZ_BILL_HEADER when a sheet that is named is not there */
function sheetsToRead({ sheets }: Workbook, book: BookMapping): readonly Sheet[] {
  const named = book.files.map((file) => file.sheet).filter((name) => name !== null);
  if (named.length < book.files.length) return sheets;
  const found = sheets.filter(({ name }) => named.includes(name));
  if (found.length === 0) {
    const names = sheets.map(({ name }) => `"${name}"`).join(', ');
    throw refusal('noSheet', { where: book.where, sheet: named.join('" / "'), found: names });
  }
  return found;
}

type CellType = 'n' | 's' | 'str' | 'inlineStr' | 'b' | 'e' | 'd' | (string & {});

/** One sheet under reading: cells become rows, rows the sink's. */
class SheetReading {
  readonly #workbook: Workbook;
  readonly #sheet: Sheet;
  readonly #book: BookMapping;
  readonly #sink: RowSink;
  readonly #search: HeaderSearch;
  readonly #cells = new Cells();
  #rows: MappedRows | null = null;
  #header: readonly string[] = [];
  #values: ByteText[] = [];
  #faultAt = -1;
  #row = 0;
  #column = -1;
  #type: CellType = 'n';
  #text = '';
  #takesText = false;
  #inReading = false;

  constructor(workbook: Workbook, sheet: Sheet, book: BookMapping, sink: RowSink, search: HeaderSearch) {
    this.#workbook = workbook;
    this.#sheet = sheet;
    this.#book = book;
    this.#sink = sink;
    this.#search = search;
  }

  get hasHeader(): boolean {
    return this.#rows !== null;
  }

  readonly open = ({
    name,
    attributes,
  }: {
    name: string;
    attributes: Readonly<Record<string, string>>;
  }): void => {
    switch (name) {
      case 'row':
        this.#row = Number(attributes['r'] ?? this.#row + 1);
        this.#values = [];
        this.#faultAt = -1;
        this.#column = -1;
        return;
      case 'c':
        this.#column = columnOf(attributes['r'] ?? '') ?? this.#column + 1;
        this.#type = attributes['t'] ?? 'n';
        this.#text = '';
        return;
      case 'rPh':
        this.#inReading = true;
        return;
      case 'v':
      case 't':
        this.#takesText = !this.#inReading;
    }
  };

  readonly text = (more: string): void => {
    if (this.#takesText) this.#text += more;
  };

  readonly close = (name: string): void => {
    if (name === 'v' || name === 't') this.#takesText = false;
    else if (name === 'rPh') this.#inReading = false;
    else if (name === 'c') this.#endCell();
    else if (name === 'row') this.#endRow();
  };

  #endCell(): void {
    if (this.#column >= MAX_COLUMNS) return;
    while (this.#values.length < this.#column) this.#values.push('');
    if (this.#type === 'e') this.#faultAt = this.#column;
    this.#values[this.#column] = this.#valueOf();
  }

  #valueOf(): ByteText {
    switch (this.#type) {
      case 's':
        return this.#shared();
      case 'n':
        return excelNumberText(this.#text);
      case 'd':
        return this.#text.replace('T', ' ').replace(/(\.\d+)?Z?$/, '');
      default:
        return utf8ByteText(this.#text);
    }
  }

  #shared(): ByteText {
    const text = this.#workbook.texts.get(Number(this.#text));
    if (text !== null) return text;
    throw refusal('damagedWorkbook', {
      why: `${this.#sheet.name} row ${this.#row}, there is no text ${this.#text}`,
    });
  }

  #endRow(): void {
    if (this.#values.every((value) => value.trim() === '')) return;
    if (this.#rows === null) this.#lookForHeader();
    else this.#readRow(this.#rows);
  }

  #lookForHeader(): void {
    const names = this.#values.map((value) => displayText(value).trim());
    while (names.at(-1) === '') names.pop();
    const ofSheet = this.#book.files.filter(({ sheet }) => sheet === null || sheet === this.#sheet.name);
    const columns = columnsOf({ ...this.#book, files: ofSheet }, names);
    if (columns === null) return this.#search.miss(names, this.#row);
    this.#header = names;
    this.#rows = new MappedRows(this.#sink, columns, { is1904: this.#workbook.is1904 });
  }

  #readRow(rows: MappedRows): void {
    const { length } = this.#header;
    // A remark beside the table is not of it.
    const values = Array.from({ length }, (_, column) => this.#values[column] ?? '');
    fillCells(this.#cells, values);
    const { text } = this.#cells;
    this.#sink.beginRow(text, 0, text.length, this.#row);
    if (this.#faultAt >= 0 && this.#faultAt < length) {
      const column = this.#header[this.#faultAt] ?? '';
      return this.#sink.fail('cellFault', { column, value: this.#values[this.#faultAt] ?? '' });
    }
    rows.row(this.#cells, this.#row);
  }
}

/** `BC12` is column 54, counted from 0; null where no column is named. */
function columnOf(reference: string): number | null {
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const letter = reference.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return column === 0 ? null : column - 1;
}
