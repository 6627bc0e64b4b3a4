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

/** Where the columns of a mapping lie in a header; -1 where the header lacks one that it may lack. */
export type FileColumns = {
  readonly mapping: FileMapping;
  readonly at: Readonly<Record<MappedColumn, number>>;
  readonly header: readonly string[];
};

/** Every column that a mapping names, with its names; those it may go without are marked. */
export function namedColumns(
  mapping: FileMapping,
): readonly { readonly column: MappedColumn; readonly names: Names; readonly required: boolean }[] {
  const { kind, channel } = mapping;
  return [
    ...TEXT_COLUMNS.map((column) => ({
      column,
      names: mapping.text[column],
      required: column === 'orderNo',
    })),
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

type Fit = {
  readonly columns: FileColumns | null;
  readonly found: number;
  readonly missing: readonly string[];
};

/**
 * Finds which of a book's kinds of file a header belongs to. Where both fit, the one that knows more of its columns.
 * @returns null when it is no header of this book
 * @throws DZ_BILL_HEADER, DZ_BILL_TOTAL_NOT_PAID
 */
export function columnsOf(book: BookMapping, header: readonly string[]): FileColumns | null {
  const fits = book.files
    .map((mapping) => fitOf(book, mapping, header))
    .filter(({ columns }) => columns !== null);
  const most = Math.max(...fits.map(({ found }) => found));
  const [best, other] = fits.filter(({ found }) => found === most);
  if (!best?.columns) return null;
  if (other) throw refusal('payOrRefund', { where: book.where });
  const { mapping, at } = best.columns;
  const { isChannelPaid } = mapping.amount;
  checkAmountIsPaidPart(book.where, { name: header[at.amount] ?? '', isChannelPaid }, header);
  return best.columns;
}

/** What a header lacks of the kind of file that it comes nearest to. */
export function lackOf(book: BookMapping, header: readonly string[]): { found: number; missing: string } {
  const [nearest] = book.files
    .map((mapping) => fitOf(book, mapping, header))
    .sort((a, b) => a.missing.length - b.missing.length);
  return { found: nearest?.found ?? 0, missing: nearest?.missing.join(', ') ?? '' };
}

function fitOf(book: BookMapping, mapping: FileMapping, header: readonly string[]): Fit {
  const at: Partial<Record<MappedColumn, number>> = {};
  const missing: string[] = [];
  let found = 0;
  for (const { column, names, required } of namedColumns(mapping)) {
    const name = names.find((candidate) => header.includes(candidate));
    at[column] = name === undefined ? -1 : header.indexOf(name);
    if (name !== undefined) found += 1;
    else if (required) missing.push(names.join(' / '));
    if (name !== undefined && missing.length === 0 && header.indexOf(name) !== header.lastIndexOf(name))
      throw refusal('headerTwice', { format: book.where, column: name });
  }
  if (missing.length > 0) return { columns: null, found, missing };
  if (header.length > MAX_COLUMNS)
    throw refusal('headerColumns', { format: book.where, count: header.length });
  return { columns: { mapping, at: at as Record<MappedColumn, number>, header }, found, missing };
}
