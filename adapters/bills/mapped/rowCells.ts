import { byteTextOf, type ByteText } from '../byteText.ts';
import type { Cells } from '../cells.ts';

/** '2026… and ="2026…" keep a spreadsheet from cutting digits; `2026… is how WeChat does it. */
const TEXT_MARKS = /['`=]/;

/** What systems write where there is no number. */
const NO_NUMBER: ReadonlySet<string> = new Set(['', '0', '-', '--', 'null', 'NULL', '\\N']);
const LONGEST_NO_NUMBER = 4;

/** By its length first: looking a long number up costs more than reading it. */
export function isNoNumber(cell: ByteText): boolean {
  return cell.length <= LONGEST_NO_NUMBER && NO_NUMBER.has(cell);
}

/** The first cell that is not blank; -1 in a blank row. */
export function firstCell(cells: Cells): number {
  for (let column = 0; column < cells.count; column += 1) if (!cells.isEmpty(column)) return column;
  return -1;
}

/** What a row begins with, without a colon behind it. */
export function firstWord(cells: Cells, first: number): ByteText {
  const text = cells.get(first);
  return text.endsWith(':') ? text.slice(0, -1) : text;
}

/** Blank cells behind the last column (a delimiter at each line's end) are no further columns. */
export function hasColumns(cells: Cells, count: number): boolean {
  if (cells.count < count) return false;
  for (let column = count; column < cells.count; column += 1) if (!cells.isEmpty(column)) return false;
  return true;
}

/** Leaves out what marks a number as a text. */
export function unmark(cells: Cells, at: number): void {
  if (at < 0) return;
  const start = cells.start(at);
  if (start < cells.end(at) && TEXT_MARKS.test(cells.text.charAt(start))) cells.starts[at] = start + 1;
}

/** Words of the configuration as a cell may write them, in either encoding. */
export function bytesOf<T>(values: ReadonlyMap<string, T>): ReadonlyMap<ByteText, T> {
  return new Map(
    [...values].flatMap(([word, meaning]) => [
      [byteTextOf(word, 'utf-8'), meaning] as const,
      [byteTextOf(word, 'gb18030'), meaning] as const,
    ]),
  );
}
