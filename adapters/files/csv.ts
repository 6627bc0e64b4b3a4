import { yuanOfFen } from '../../domain/money.ts';
import type { Cell, Row, StreamedSheet } from './sheet.ts';

const BOM = '\uFEFF';
/** What a spreadsheet takes for a formula (OWASP, "CSV Injection"), full-width forms too; TAB, CR and LF lead to one. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;
const PIECE_CHARS = 64 * 1024;

/**
 * One sheet as CSV that Excel opens rightly: UTF-8 with BOM, CRLF, amounts in yuan with two decimals, no text that acts
 * as a formula. Every id ends in a TAB, as in Alipay's own bills: Excel then keeps it as text, with its leading zeros
 * and all its digits, and whoever reads by machine trims it.
 */
export async function* csvOf({ header, batches }: StreamedSheet): AsyncGenerator<string> {
  let piece = BOM + lineOf(header.map((text) => ({ type: 'TEXT', text })));
  for await (const rows of batches) {
    for (const row of rows) {
      piece += lineOf(row);
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

function lineOf(row: Row): string {
  return `${row.map(cellText).join(',')}\r\n`;
}

function cellText(cell: Cell): string {
  switch (cell.type) {
    case 'TEXT':
      return textCell(cell.text);
    case 'ID':
      return cell.text === '' ? '' : textCell(`${cell.text}\t`);
    case 'COUNT':
      return String(cell.count);
    case 'MONEY':
      return yuanOfFen(cell.fen);
    case 'RATE':
      return `${(cell.rate * 100).toFixed(2)}%`;
    case 'NONE':
      return '';
  }
}

function textCell(value: string): string {
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
