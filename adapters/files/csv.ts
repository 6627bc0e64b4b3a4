import { yuanOfFen } from '../../domain/money.ts';
import type { Cell, Sheet } from './sheet.ts';

const BOM = '\uFEFF';
/** What a spreadsheet takes for a formula (OWASP, "CSV Injection"); TAB and CR lead to one too. */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** One sheet as CSV that Excel opens rightly: UTF-8 with BOM, CRLF, amounts in yuan, no text that acts as a formula. */
export function csvOf(sheet: Sheet): string {
  const lines = [sheet.header.map(textCell), ...sheet.rows.map((row) => row.map(cellText))];
  return BOM + lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  switch (cell.type) {
    case 'TEXT':
      return textCell(cell.text);
    case 'COUNT':
      return String(cell.count);
    case 'MONEY':
      return yuanOfFen(cell.fen);
    case 'NONE':
      return '';
  }
}

function textCell(value: string): string {
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
