import type { Words } from '../../domain/words.ts';
import { MAX_COLUMNS } from './cells.ts';
import { refusal } from './messages.ts';

/** The names one meaning goes by in a format's headers; where several are present the first listed one is taken. */
export type ColumnAliases<C extends string> = Readonly<
  Record<C, { readonly names: readonly string[]; readonly required: boolean }>
>;

/** The position of each meaning's column; -1 where the bill lacks it. */
export type ColumnMap<C extends string> = Readonly<Record<C, number>>;

/**
 * Maps a header line by name, never by position: columns differ by bill type, by merchant setting and over time.
 * Unknown columns are passed over.
 * @throws DZ_BILL_HEADER when a needed column is missing or a known one stands there twice
 */
export function mapColumns<C extends string>(
  format: Words,
  aliases: ColumnAliases<C>,
  header: readonly string[],
): ColumnMap<C> {
  if (header.length > MAX_COLUMNS) throw refusal('headerColumns', { format, count: header.length });
  const map: Partial<Record<C, number>> = {};
  const missing: string[] = [];
  for (const column of Object.keys(aliases) as C[]) {
    const { names, required } = aliases[column];
    const name = names.find((candidate) => header.includes(candidate));
    map[column] = name === undefined ? -1 : header.indexOf(name);
    if (name === undefined && required) missing.push(names.join(' / '));
    if (name !== undefined && header.indexOf(name) !== header.lastIndexOf(name)) {
      throw refusal('headerTwice', { format, column: name });
    }
  }
  if (missing.length > 0) throw refusal('headerLacks', { format, columns: missing.join(', ') });
  return map as Record<C, number>;
}

/** The map of a bill whose header was not read yet. */
export function noColumns<C extends string>(aliases: ColumnAliases<C>): ColumnMap<C> {
  const map: Partial<Record<C, number>> = {};
  for (const column of Object.keys(aliases) as C[]) map[column] = -1;
  return map as Record<C, number>;
}
