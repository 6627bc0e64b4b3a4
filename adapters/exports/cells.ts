import type { ExportColumn } from '../../domain/exports.ts';
import type { ExportRow } from '../clickhouse/exportRows.ts';
import type { Cell, Row } from '../files/sheet.ts';
import { NONE, count, id, money, rate, text } from '../files/sheet.ts';

type Value = ExportRow[number];
type Json = string | number | boolean | null;

/** Labels of the columns of a sheet; a code has two. */
export function headerOf(columns: readonly ExportColumn[]): readonly string[] {
  return columns.flatMap(({ kind, label }) => (kind === 'CODE' ? [label, `${label}代码`] : [label]));
}

export function widthsOf(columns: readonly ExportColumn[]): readonly number[] {
  return columns.flatMap(({ kind }) => (kind === 'CODE' ? [14, 18] : [WIDTHS[kind]]));
}

const WIDTHS: Readonly<Record<Exclude<ExportColumn['kind'], 'CODE'>, number>> = {
  ID: 28,
  TEXT: 20,
  FEN: 14,
  COUNT: 12,
  FLAG: 10,
  RATE: 10,
  DATE: 12,
  TIME: 20,
};

export function cellsOf(columns: readonly ExportColumn[], row: ExportRow): Row {
  return columns.flatMap((column, at) => cellOf(column, row[at] ?? null));
}

function cellOf({ kind, labels }: ExportColumn, value: Value): Cell | readonly Cell[] {
  const isNothing = value === null || value === '';
  if (isNothing) return kind === 'CODE' ? [NONE, NONE] : NONE;
  switch (kind) {
    case 'ID':
      return id(String(value));
    case 'CODE':
      return [text(labels?.[String(value)] ?? String(value)), text(String(value))];
    case 'FEN':
      return money(BigInt(value));
    case 'COUNT':
      return count(Number(value));
    case 'RATE':
      return rate(Number(value));
    case 'FLAG':
      return text(isSet(value) ? '是' : null);
    case 'TIME':
      return text(String(value).slice(0, 19));
    case 'TEXT':
    case 'DATE':
      return text(String(value));
  }
}

/** A row of JSON lines: fen as strings, times with their offset, null for what the ledger does not know. */
export function jsonOf(columns: readonly ExportColumn[], row: ExportRow): Readonly<Record<string, Json>> {
  return Object.fromEntries(columns.map((column, at) => [column.key, jsonValue(column, row[at] ?? null)]));
}

function jsonValue({ kind }: ExportColumn, value: Value): Json {
  if (value === null || value === '') return null;
  switch (kind) {
    case 'FLAG':
      return isSet(value);
    case 'COUNT':
    case 'RATE':
      return Number(value);
    case 'TIME':
      return `${String(value).replace(' ', 'T')}+08:00`;
    case 'FEN':
    case 'ID':
    case 'CODE':
    case 'TEXT':
    case 'DATE':
      return String(value);
  }
}

/** Booleans of the ledger come as 0 and 1, or as JSON's own. */
function isSet(value: Exclude<Value, null>): boolean {
  return !['0', 'false'].includes(String(value));
}
