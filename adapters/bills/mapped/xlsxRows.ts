import { Cells, fillCells, MAX_COLUMNS } from '../cells.ts';
import { displayText } from '../byteText.ts';
import { refusal } from '../messages.ts';
import type { OpenZip } from '../openZip.ts';
import type { FileColumns } from './fileColumns.ts';
import { HeaderSearch } from './headerSearch.ts';
import type { MappedBook } from './mappedBook.ts';
import type { MappedRows } from './mappedRows.ts';
import { SheetReader, type MergedArea, type SheetRow } from './sheetReader.ts';
import { partOf, readWorkbook, type Sheet, type Workbook } from './workbook.ts';
import { xmlPieces } from './xmlReader.ts';

/**
 * Reads the sheets of a workbook whose header fits the book; yields after each piece of one. Hidden sheets are read only
 * where the mapping names them: what people do not see is not what they hand over.
 * @throws DZ_BILL_HEADER when no sheet fits
 */
export async function* xlsxRows(
  zip: OpenZip,
  book: MappedBook,
  partName: string | null,
): AsyncGenerator<void> {
  const workbook = await readWorkbook(zip);
  const named = book.mapping.files.flatMap(({ sheet }) => sheet ?? []);
  checkNamed(workbook, book, named);
  const wanted = workbook.sheets.filter(({ name, isHidden }) => !isHidden || named.includes(name));
  for (const sheet of workbook.sheets) if (!wanted.includes(sheet)) book.leaveOut(sheet.name);
  let nearest: HeaderSearch | null = null;
  let isFound = false;
  for (const sheet of wanted) {
    const reading = new SheetReading(book, workbook, sheet);
    if (wanted.length > 1)
      book.beginPart('xlsx', partName === null ? sheet.name : `${partName}, ${sheet.name}`);
    yield* reading.read(partOf(zip, sheet.part));
    if (reading.isFound) isFound = true;
    else book.leaveOut(sheet.name);
    if (!reading.isFound && (nearest === null || reading.search.found > nearest.found))
      nearest = reading.search;
  }
  if (isFound) return;
  if (nearest === null) throw refusal('noVisibleSheet', { found: namesOf(workbook) });
  nearest.fail();
}

/** @throws DZ_BILL_HEADER where every kind of file names its sheet, and none is there */
function checkNamed(workbook: Workbook, book: MappedBook, named: readonly string[]): void {
  const { where, files } = book.mapping;
  if (named.length < files.length || workbook.sheets.some(({ name }) => named.includes(name))) return;
  throw refusal('noSheet', { where, sheet: named.join('" / "'), found: namesOf(workbook) });
}

function namesOf({ sheets }: Workbook): string {
  return sheets.map(({ name }) => `"${name}"`).join(', ');
}

class SheetReading {
  readonly search: HeaderSearch;
  readonly #book: MappedBook;
  readonly #workbook: Workbook;
  readonly #part: string;
  readonly #cells = new Cells();
  #columns: FileColumns | null = null;
  #rows: MappedRows | null = null;
  #headerLine = 0;

  constructor(book: MappedBook, workbook: Workbook, sheet: Sheet) {
    this.#book = book;
    this.#workbook = workbook;
    this.#part = sheet.part;
    this.search = new HeaderSearch(book.mapping, sheet.name);
  }

  get isFound(): boolean {
    return this.#rows !== null;
  }

  async *read(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<void> {
    const reader = new SheetReader(this.#part, this.#workbook.strings, (row) => this.#row(row));
    for await (const piece of xmlPieces(bytes, this.#part, reader)) {
      yield piece;
      // A sheet of other things: what stands below is not looked at.
      if (this.search.isExhausted && this.#rows === null) return;
    }
    for (const area of reader.merges) this.#checkMerged(area);
  }

  #row({ lineNo, values, faults }: SheetRow): void {
    if (this.#rows === null || this.#columns === null) return this.#header(values, lineNo);
    const width = Math.min(this.#columns.header.length, MAX_COLUMNS);
    const cells = values.slice(0, width);
    while (cells.length < width) cells.push('');
    fillCells(this.#cells, cells);
    const { text } = this.#cells;
    this.#rows.row(this.#cells, { text, start: 0, end: text.length, lineNo }, faults);
  }

  #header(values: readonly string[], lineNo: number): void {
    if (this.search.isExhausted) return;
    const names = values.map((value) => displayText(value).trim());
    this.#columns = this.search.columnsIn(new Map([[null, names]]), lineNo);
    if (this.#columns === null) return;
    this.#headerLine = lineNo;
    this.#rows = this.#book.rowsOf(this.#columns, {
      serials: { is1904: this.#workbook.is1904 },
      encoding: 'utf-8',
    });
  }

  /** Only the first cell of a merged area holds its value: the rows below would lack it without a word. */
  #checkMerged({ ref, firstColumn, lastColumn, lastRow }: MergedArea): void {
    if (this.#columns === null || lastRow <= this.#headerLine) return;
    const { at, header } = this.#columns;
    const column = Object.values(at).find((place) => place >= firstColumn && place <= lastColumn);
    if (column !== undefined) throw refusal('mergedCells', { ref, column: header[column] ?? '' });
  }
}
