import { utf8ByteText } from '../byteText.ts';
import { Cells, fillCells } from '../cells.ts';
import { refusal } from '../messages.ts';
import type { CellFault } from './cellFaults.ts';
import type { FileMapping } from './bookMapping.ts';
import {
  columnsOf,
  lackOf,
  namedColumns,
  type ColumnPlaces,
  type FileColumns,
  type MappedColumn,
} from './fileColumns.ts';
import { JsonSplitter } from './jsonSplitter.ts';
import { jsonText } from './jsonText.ts';
import type { MappedBook } from './mappedBook.ts';
import type { MappedRows } from './mappedRows.ts';

/**
 * Reads a JSON array of objects, an object that holds one, or objects one behind the other (NDJSON). A record's number
 * stands for its line. Numbers are taken as they are written, digit by digit.
 */
export async function* jsonRows(bytes: AsyncIterable<Uint8Array>, book: MappedBook): AsyncGenerator<void> {
  const reading = new JsonReading(book);
  const paths = book.mapping.files.flatMap(({ records }) => records ?? []);
  const splitter = new JsonSplitter((text) => reading.record(text), paths);
  for await (const text of jsonText(bytes)) {
    splitter.add(text);
    yield;
  }
  splitter.finish();
}

type RecordRows = { readonly rows: MappedRows; readonly names: readonly (readonly string[])[] };

class JsonReading {
  readonly #book: MappedBook;
  readonly #cells = new Cells();
  readonly #known = new Map<FileMapping, RecordRows>();
  #last: RecordRows | null = null;
  #keys: readonly string[] = [];
  #count = 0;

  constructor(book: MappedBook) {
    this.#book = book;
  }

  record(text: string): void {
    this.#count += 1;
    const record = recordOf(text, this.#count);
    const { rows, names } = this.#rowsOf(Object.keys(record));
    const shown = utf8ByteText(text);
    const faults = new Map<number, CellFault>();
    const values = names.map((candidates, column) => {
      const value = textOf(record, candidates);
      if (value === null) faults.set(column, 'nestedValue');
      return utf8ByteText(value ?? '{…}');
    });
    fillCells(this.#cells, values);
    // With its faults, if only none: a record without one known value is a row, not a blank line.
    rows.row(this.#cells, { text: shown, start: 0, end: shown.length, lineNo: this.#count }, faults);
  }

  /** The keys tell which kind of file a record is of; one that lacks what it needs is read as the one before it. */
  #rowsOf(keys: readonly string[]): RecordRows {
    const isSame = keys.length === this.#keys.length && keys.every((key, at) => key === this.#keys[at]);
    if (this.#last !== null && isSame) return this.#last;
    const { mapping: book } = this.#book;
    const found = columnsOf(book, keys, { above: '', delimiter: null, sheet: null });
    if (found === null && this.#last !== null) return this.#last;
    if (found === null) {
      const { missing } = lackOf(book, keys);
      throw refusal('mappedHeader', { where: book.where, missing, line: this.#count, sheet: '' });
    }
    const last = this.#known.get(found.mapping) ?? this.#open(found, keys);
    this.#known.set(found.mapping, last);
    this.#keys = keys;
    this.#last = last;
    return last;
  }

  #open({ mapping }: FileColumns, keys: readonly string[]): RecordRows {
    const named = namedColumns(mapping);
    const at: Partial<Record<MappedColumn, number>> = {};
    for (const [index, { column, names }] of named.entries()) at[column] = names.length === 0 ? -1 : index;
    const names = named.map((column) => column.names);
    const header = names.map((all) => all.find((name) => keys.includes(name)) ?? all[0] ?? '');
    const rows = this.#book.rowsOf(
      { mapping, at: at as ColumnPlaces, header },
      { serials: null, encoding: 'utf-8' },
    );
    return { rows, names };
  }
}

/** Numbers as the text that stands in the file: a double would lose digits of ids and fen of large amounts. */
function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

function recordOf(text: string, record: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text, asWritten);
  } catch (cause) {
    throw refusal('damagedJson', { record, why: cause instanceof Error ? cause.message : '' }, cause);
  }
  if (isRecord(value)) return value;
  throw refusal('damagedJson', { record, why: { en: 'not an object', zh: '不是对象' } });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** null: an object or an array, which no column is. */
function textOf(record: Readonly<Record<string, unknown>>, names: readonly string[]): string | null {
  const name = names.find((candidate) => Object.hasOwn(record, candidate));
  const value = name === undefined ? null : record[name];
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : null;
}
