import { MAX_COLUMNS } from '../cells.ts';
import { refusal } from '../messages.ts';
import {
  TEXT_COLUMNS,
  type BookMapping,
  type FileMapping,
  type Names,
  type TextColumn,
} from './bookMapping.ts';
import { checkAmountIsPaidPart } from './insurance.ts';

export type MappedColumn = TextColumn | 'amount' | 'time' | 'kind' | 'channel';
export type ColumnPlaces = Readonly<Record<MappedColumn, number>>;

/** Where the columns of a mapping lie in a header; -1 where the header lacks one that it may lack. */
export type FileColumns = {
  readonly mapping: FileMapping;
  readonly at: ColumnPlaces;
  readonly header: readonly string[];
};

/** What is known of a file where its header stands. */
export type HeaderPlace = {
  /** Lines above, or a sheet's name. */
  readonly above: string;
  /** Null for JSON and workbooks. */
  readonly delimiter: string | null;
  /** Null outside of workbooks. */
  readonly sheet: string | null;
};

type NamedColumn = { readonly column: MappedColumn; readonly names: Names; readonly required: boolean };

/** Every column that a mapping names, with its names; those it may go without are marked. */
export function namedColumns(mapping: FileMapping): readonly NamedColumn[] {
  const { kind, channel, text } = mapping;
  const texts = TEXT_COLUMNS.map((column) => ({
    column,
    names: text[column],
    required: column === 'orderNo',
  }));
  return [
    ...texts,
    { column: 'amount', names: mapping.amount.names, required: true },
    { column: 'time', names: mapping.time.names, required: true },
    { column: 'kind', names: kind.by === 'COLUMN' ? kind.names : [], required: kind.by === 'COLUMN' },
    {
      column: 'channel',
      names: channel.by === 'COLUMN' ? channel.names : [],
      required: channel.by === 'COLUMN',
    },
  ];
}

/**
 * Finds which of a book's kinds of file a header belongs to. Where several fit, the one that knows more of its columns.
 * @returns null when it is no header of this book
 * @throws DZ_BILL_HEADER, DZ_BILL_TOTAL_NOT_PAID
 */
export function columnsOf(
  book: BookMapping,
  header: readonly string[],
  place: HeaderPlace,
): FileColumns | null {
  const fits = book.files
    .filter((mapping) => mayStand(mapping, place))
    .map((mapping) => ({ mapping, ...fitOf(mapping, header) }))
    .filter(({ missing }) => missing.length === 0);
  const most = Math.max(...fits.map(({ found }) => found));
  const [best, other] = fits.filter(({ found }) => found === most);
  if (!best) return null;
  if (other) throw refusal('payOrRefund', { where: book.where });
  const { mapping, at } = best;
  if (header.length > MAX_COLUMNS)
    throw refusal('headerColumns', { format: book.where, count: header.length });
  for (const place of Object.values(at)) {
    const column = header[place];
    if (column !== undefined && header.indexOf(column) !== header.lastIndexOf(column))
      throw refusal('headerTwice', { format: book.where, column });
  }
  checkAmountIsPaidPart(book.where, header[at.amount] ?? '', mapping.amount.isChannelPaid, header);
  return { mapping, at, header };
}

/** What a header lacks of the kind of file that it comes nearest to. */
export function lackOf(
  book: BookMapping,
  header: readonly string[],
): { readonly found: number; readonly missing: string } {
  const [nearest] = book.files
    .map((mapping) => fitOf(mapping, header))
    .toSorted((a, b) => a.missing.length - b.missing.length);
  return { found: nearest?.found ?? 0, missing: nearest?.missing.join(', ') ?? '' };
}

function mayStand({ delimiter, sheet, title }: FileMapping, place: HeaderPlace): boolean {
  if (delimiter !== null && place.delimiter !== null && delimiter !== place.delimiter) return false;
  if (sheet !== null && place.sheet !== null && sheet !== place.sheet) return false;
  return title === null || place.above.includes(title);
}

function fitOf(mapping: FileMapping, header: readonly string[]) {
  const places: Partial<Record<MappedColumn, number>> = {};
  const missing: string[] = [];
  let found = mapping.title === null ? 0 : 1;
  for (const { column, names, required } of namedColumns(mapping)) {
    const name = names.find((candidate) => header.includes(candidate));
    places[column] = name === undefined ? -1 : header.indexOf(name);
    if (name !== undefined) found += 1;
    else if (required) missing.push(names.join(' / '));
  }
  return { at: places as ColumnPlaces, found, missing };
}
