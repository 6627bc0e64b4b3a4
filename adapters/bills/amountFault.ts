import { MAX_FEN } from '../../domain/money.ts';
import { displayText, type ByteText } from './byteText.ts';
import { isExcelNumber } from './ids.ts';

export type AmountFault = 'EXCEL' | 'THOUSANDS' | 'TOO_LARGE' | 'NEGATIVE' | 'UNREADABLE';

const THOUSANDS = /^"?-?\d{1,3}(?:[,，]\d{3})+(?:\.\d*)?"?$/;
/**
 * The same among the cells of a row that nobody quoted, and that has too many of them for it. No amount of the ledger has
 * more than six groups, and without an end a long row of three-digit cells would be searched once for each of them.
 */
const THOUSANDS_IN_ROW = /(?<=^|,|`)"?-?\d{1,3}(?:,\d{3}){1,6}\.\d{2}\d{0,3}"?(?=\s*(?:,|$))/;
const DECIMAL = /^(-?)(\d+)(?:\.\d{1,5})?$/;

/** Why a cell is no amount. Called only for cells that are none: it may be slow. */
export function amountFaultOf(value: ByteText): AmountFault {
  if (isExcelNumber(value)) return 'EXCEL';
  if (THOUSANDS.test(displayText(value))) return 'THOUSANDS';
  const decimal = DECIMAL.exec(value);
  if (!decimal) return 'UNREADABLE';
  if (decimal[2] !== undefined && (decimal[2].length > 20 || BigInt(decimal[2]) * 100n > MAX_FEN - 99n))
    return 'TOO_LARGE';
  return decimal[1] === '-' ? 'NEGATIVE' : 'UNREADABLE';
}

/** An amount with thousands separators in a row that has too many cells; null when there is none. */
export function thousandsIn(row: ByteText): ByteText | null {
  return THOUSANDS_IN_ROW.exec(row)?.[0] ?? null;
}
