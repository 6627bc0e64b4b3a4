import type { ByteText } from './byteText.ts';

const COMMA = 44;
const BACKTICK = 96;
const QUOTE = 34;
const TAB = 9;
const SPACE = 32;
/** No bill has as many columns; further cells are counted, not kept. */
export const MAX_COLUMNS = 256;

/** Where the cells of one row lie in its block of text; one object is used again for every row. */
export class Cells {
  readonly starts = new Int32Array(MAX_COLUMNS);
  readonly ends = new Int32Array(MAX_COLUMNS);
  text: ByteText = '';
  count = 0;
  #commaText: ByteText = '';
  #comma = -1;

  /**
   * The first comma at or behind `from`, or the text's length. Rows are asked for in order: the comma that ended the search of
   * one row is not searched again for the next, or a block of rows without commas would be read as often as it has rows.
   */
  commaFrom(text: ByteText, from: number): number {
    if (this.#comma < from || text !== this.#commaText) {
      const at = text.indexOf(',', from);
      this.#comma = at < 0 ? text.length : at;
    }
    // Also when equal: two blocks of the same characters would otherwise be compared whole, once a row.
    this.#commaText = text;
    return this.#comma;
  }

  start(column: number): number {
    return this.starts[column] ?? 0;
  }

  end(column: number): number {
    return this.ends[column] ?? 0;
  }

  /** The cell's bytes; '' for a column that the bill lacks (-1). */
  get(column: number): ByteText {
    return column < 0 ? '' : this.text.slice(this.starts[column], this.ends[column]);
  }

  is(column: number, value: ByteText): boolean {
    const start = this.start(column);
    return this.end(column) - start === value.length && this.text.startsWith(value, start);
  }

  isEmpty(column: number): boolean {
    return column < 0 || this.start(column) === this.end(column);
  }
}

/** Splits on every comma; quotes are data. */
export function splitCommas(cells: Cells, text: ByteText, start: number, end: number): void {
  const { starts, ends } = cells;
  cells.text = text;
  let count = 0;
  let cellStart = start;
  for (let at = cells.commaFrom(text, start); at < end; at = cells.commaFrom(text, cellStart)) {
    starts[count] = cellStart;
    ends[count] = at;
    count += 1;
    cellStart = at + 1;
  }
  starts[count] = cellStart;
  ends[count] = end;
  cells.count = count + 1;
}

/** A row of RFC 4180 with quoted cells (a re-save by a spreadsheet); cells with line ends are not taken. */
export function splitQuoted(cells: Cells, text: ByteText, start: number, end: number, delimiter = ','): void {
  const separator = delimiter.charCodeAt(0);
  const values: string[] = [];
  let value = '';
  let quoted = false;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      if (quoted && text.charCodeAt(at + 1) === QUOTE && at + 1 < end) {
        value += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (code === separator && !quoted) {
      values.push(value);
      value = '';
    } else value += text[at];
  }
  // A quote that is still open swallows the rest: the column count shows it.
  values.push(value);
  fillCells(cells, values);
}

/** Makes the cells of one row out of values; what is shown of the row is the values with commas between them. */
export function fillCells(cells: Cells, values: readonly ByteText[]): void {
  cells.text = values.join(',');
  cells.count = values.length;
  let at = 0;
  for (const [column, value] of values.entries()) {
    cells.starts[column] = at;
    cells.ends[column] = at + value.length;
    at += value.length + 1;
  }
}

/**
 * Splits a WeChat data row on `` ,` `` behind its first backtick, so that a raw comma in 商品名称 or 商户数据包 stays inside its
 * cell. Quotes are data. @returns false when the row does not begin with a backtick
 */
export function splitBackticks(cells: Cells, text: ByteText, start: number, end: number): boolean {
  const { starts, ends } = cells;
  cells.text = text;
  if (text.charCodeAt(start) !== BACKTICK) return false;
  let count = 0;
  let cellStart = start + 1;
  for (let at = cellStart; at < end; at += 1) {
    if (text.charCodeAt(at) === COMMA && text.charCodeAt(at + 1) === BACKTICK && at + 1 < end) {
      starts[count] = cellStart;
      ends[count] = at;
      count += 1;
      cellStart = at + 2;
      at += 1;
    }
  }
  starts[count] = cellStart;
  ends[count] = end;
  cells.count = count + 1;
  return true;
}

/** Makes one cell of `extra` + 1 cells: a raw comma in a text that nobody quoted. */
export function joinCells(cells: Cells, column: number, extra: number): void {
  const { starts, ends } = cells;
  ends[column] = cells.end(column + extra);
  starts.copyWithin(column + 1, column + extra + 1, Math.min(cells.count, MAX_COLUMNS));
  ends.copyWithin(column + 1, column + extra + 1, Math.min(cells.count, MAX_COLUMNS));
  cells.count -= extra;
}

/** Drops the TABs and spaces that Alipay writes behind its cells. */
export function trimCells(cells: Cells): void {
  const { starts, ends, text } = cells;
  const count = Math.min(cells.count, MAX_COLUMNS);
  for (let column = 0; column < count; column += 1) {
    let start = starts[column] ?? 0;
    let end = ends[column] ?? 0;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
    while (end > start && isBlank(text.charCodeAt(start))) start += 1;
    starts[column] = start;
    ends[column] = end;
  }
}

function isBlank(code: number): boolean {
  return code === TAB || code === SPACE;
}
