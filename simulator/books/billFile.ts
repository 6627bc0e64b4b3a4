import type { BusinessDate } from '../../domain/businessDate.ts';
import type { PlannedLine } from '../planner.ts';

/** One day of a merchant at a channel, to be written as the channel does. */
export type ChannelDay = {
  readonly merchantName: string;
  /** The merchant's number at the channel. */
  readonly merchantNo: string;
  readonly date: BusinessDate;
  /** By time. */
  readonly lines: readonly PlannedLine[];
};

/** A bill, and which of its lines were spoilt, with the code that a reader has to give. */
export type BillFile = {
  /** Behind `<merchant>-`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly badLines: readonly { readonly line: number; readonly code: string }[];
};

export function compact(date: BusinessDate): string {
  return date.replaceAll('-', '');
}

/** 0.6 %, rounded to a fen. */
export function feeOf(fen: bigint): bigint {
  return (fen * 6n + 500n) / 1_000n;
}

/** What every format says of a row that is spoilt in this way. */
export const CODE_OF_DAMAGE = {
  TIME: 'DZ_ROW_TIME',
  AMOUNT: 'DZ_ROW_AMOUNT',
  COLUMNS: 'DZ_ROW_COLUMN_COUNT',
  EXCEL: 'DZ_ROW_EXCEL_NUMBER',
  STATE: 'DZ_ROW_STATE',
  REPEATED: 'DZ_ROW_DUPLICATE',
} as const;

/** @param firstLine 1-based line of the first row */
export function badLinesOf(lines: readonly PlannedLine[], firstLine: number): BillFile['badLines'] {
  return lines.flatMap(({ damage }, index) =>
    damage === null ? [] : [{ line: firstLine + index, code: CODE_OF_DAMAGE[damage] }],
  );
}

/** What a spreadsheet leaves of a long number. */
export const EXCEL_NUMBER = '4.20001E+27';
/** Thousands separators are no part of any format. */
export const BAD_AMOUNT = '1.234.50';
export const BAD_TIME = '2026-13-45 10:00:00';

export function sumOf(lines: readonly PlannedLine[], value: (line: PlannedLine) => bigint): bigint {
  let total = 0n;
  for (const line of lines) total += value(line);
  return total;
}

const ROWS_A_BLOCK = 2_000;

/** Rows as bytes, block by block: the text of a whole large book is never held at once. */
export function encodeRows(
  lines: readonly PlannedLine[],
  row: (line: PlannedLine, index: number) => string,
  encode: (text: string) => Uint8Array = (text) => Buffer.from(text),
): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < lines.length; at += ROWS_A_BLOCK) {
    const block = lines.slice(at, at + ROWS_A_BLOCK);
    blocks.push(encode(block.map((line, index) => row(line, at + index)).join('')));
  }
  return blocks;
}
