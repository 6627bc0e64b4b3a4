import type { ByteText } from '../byteText.ts';
import type { Cells } from '../cells.ts';

// oxlint-disable-next-line no-control-regex -- what is not ASCII
const BEYOND_ASCII = /[^\x00-\x7f]/;

/** Text as the bytes of its UTF-8. */
export function utf8ByteText(text: string): ByteText {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
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
