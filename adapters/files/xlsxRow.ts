import { yuanOfFen } from '../../domain/money.ts';
import type { Cell, Row } from './sheet.ts';

/** Places in `cellXfs` of STYLES (xlsxParts.ts). */
export const STYLE = { text: 1, header: 2, money: 3, moneyText: 4, count: 5, rate: 6 } as const;

/** A double holds yuan with two decimals exactly enough to print them again up to here; more is written as text. */
const MAX_NUMBER_FEN = 999_999_999_999_999n;
/** Excel calls a file damaged whose cell holds more. */
const MAX_CELL_CHARS = 32_767;

/** @param number of the row in its sheet, from 1 */
export function rowXml(row: Row, number: number): string {
  let xml = `<row r="${number}">`;
  for (let at = 0; at < row.length; at += 1) {
    const cell = row[at];
    if (cell !== undefined && cell.type !== 'NONE') xml += cellXml(cell, `${columnName(at)}${number}`);
  }
  return `${xml}</row>`;
}

export function headerXml(header: readonly string[]): string {
  const cells = header.map((label, at) => textXml(label, `${columnName(at)}1`, STYLE.header));
  return `<row r="1">${cells.join('')}</row>`;
}

function cellXml(cell: Exclude<Cell, { type: 'NONE' }>, place: string): string {
  switch (cell.type) {
    case 'TEXT':
    case 'ID':
      return textXml(cell.text, place, STYLE.text);
    case 'COUNT':
      return `<c r="${place}" s="${STYLE.count}"><v>${cell.count}</v></c>`;
    case 'RATE':
      return `<c r="${place}" s="${STYLE.rate}"><v>${cell.rate}</v></c>`;
    case 'MONEY':
      return cell.fen > MAX_NUMBER_FEN || cell.fen < -MAX_NUMBER_FEN
        ? textXml(yuanOfFen(cell.fen), place, STYLE.moneyText)
        : `<c r="${place}" s="${STYLE.money}"><v>${yuanOfFen(cell.fen)}</v></c>`;
  }
}

/** An inline string is never evaluated, and the text format keeps it so when somebody edits the cell. */
function textXml(text: string, place: string, style: number): string {
  if (text === '') return '';
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
}

const PLAIN = /^[\w \-.:/\u4e00-\u9fff]*$/;
/** What Excel reads as an escape of its own (ECMA-376, ST_Xstring). */
const ESCAPE_LIKE = /_(?=x[0-9A-Fa-f]{4}_)/g;
// oxlint-disable-next-line no-control-regex -- XML has no way to hold them
const UNHOLDABLE = /[\0-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff]/g;

export function xmlText(text: string): string {
  const fitting = text.length <= MAX_CELL_CHARS ? text : `${text.slice(0, MAX_CELL_CHARS - 1)}…`;
  if (PLAIN.test(fitting) && !fitting.includes('_x')) return fitting;
  return fitting
    .toWellFormed()
    .replaceAll(ESCAPE_LIKE, '_x005F_')
    .replaceAll(UNHOLDABLE, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const COLUMN_NAMES: string[] = [];

/** A, B … Z, AA … */
export function columnName(at: number): string {
  return (COLUMN_NAMES[at] ??= at < 26 ? letter(at) : columnName(Math.floor(at / 26) - 1) + letter(at % 26));
}

function letter(at: number): string {
  return String.fromCharCode(65 + at);
}
