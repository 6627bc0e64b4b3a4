import { TextDecoder } from 'node:util';
import { Cells } from '../cells.ts';
import { refusal } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import type { BookMapping } from './bookMapping.ts';
import { columnsOf, lackOf, namedColumns, type FileColumns, type MappedColumn } from './fileColumns.ts';
import { JsonSplitter } from './jsonSplitter.ts';
import { MappedRows } from './mappedRows.ts';
import { fillCells, utf8ByteText } from './valueCells.ts';

const BOM = 0xfeff;

/**
 * Reads a JSON array of objects, or objects one behind the other (NDJSON). A record's number stands for its line. Numbers
 * are taken as they are written, digit by digit.
 */
export async function* jsonRows(
  bytes: AsyncIterable<Uint8Array>,
  book: BookMapping,
  sink: RowSink,
): AsyncGenerator<FileColumns | null> {
  const reading = new JsonReading(book, sink);
  const splitter = new JsonSplitter((text) => reading.record(text));
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw refusal('jsonNotUtf8', {}, cause);
    }
  };
  let isFirst = true;
  for await (const chunk of bytes) {
    const text = decode(chunk);
    splitter.add(isFirst && text.charCodeAt(0) === BOM ? text.slice(1) : text);
    isFirst = false;
    yield reading.columns;
  }
  splitter.add(decode());
  splitter.finish();
}

class JsonReading {
  columns: FileColumns | null = null;
  readonly #book: BookMapping;
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  #rows: MappedRows | null = null;
  #names: readonly (readonly string[])[] = [];
  #count = 0;

  constructor(book: BookMapping, sink: RowSink) {
    this.#book = book;
    this.#sink = sink;
  }

  record(text: string): void {
    this.#count += 1;
    const record = recordOf(text, this.#count);
    const rows = this.#rows ?? this.#begin(Object.keys(record));
    const shown = utf8ByteText(text);
    this.#sink.beginRow(shown, 0, shown.length, this.#count);
    fillCells(
      this.#cells,
      this.#names.map((names) => utf8ByteText(textOf(record, names))),
    );
    rows.row(this.#cells, this.#count);
  }

  /** The first record tells which kind of file it is; later ones may lack what is optional. */
  #begin(keys: readonly string[]): MappedRows {
    const found = columnsOf(this.#book, keys);
    if (found === null) {
      throw refusal('mappedHeader', {
        where: this.#book.where,
        missing: lackOf(this.#book, keys).missing,
        line: 1,
      });
    }
    const named = namedColumns(found.mapping);
    this.#names = named.map(({ names }) => names);
    const at: Partial<Record<MappedColumn, number>> = {};
    for (const [index, { column, names }] of named.entries()) at[column] = names.length === 0 ? -1 : index;
    const header = this.#names.map((names) => names.find((name) => keys.includes(name)) ?? names[0] ?? '');
    this.columns = { ...found, at: at as Record<MappedColumn, number>, header };
    this.#rows = new MappedRows(this.#sink, this.columns, null);
    return this.#rows;
  }
}

/** Numbers as the text that stands in the file: a double would lose digits of ids and cents of large amounts. */
function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

function recordOf(text: string, record: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text, asWritten);
  } catch (cause) {
    throw refusal(
      'damagedJson',
      { record, why: cause instanceof Error ? cause.message : String(cause) },
      cause,
    );
  }
  if (isRecord(value)) return value;
  throw refusal('damagedJson', { record, why: 'not an object' });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(record: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  const name = names.find((candidate) => Object.hasOwn(record, candidate));
  const value = name === undefined ? null : record[name];
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
