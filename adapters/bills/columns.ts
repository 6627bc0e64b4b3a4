import { DuizhangError } from '../../domain/errors.ts';
import { MAX_COLUMNS } from './cells.ts';

/** The names one meaning goes by in a format's headers; where several are present the first listed one is taken. */
export type ColumnAliases<C extends string> = Readonly<
  Record<C, { readonly names: readonly string[]; readonly required: boolean }>
>;

/** The position of each meaning's column; -1 where the bill lacks it. */
export type ColumnMap<C extends string> = Readonly<Record<C, number>>;

/**
 * Maps a header line by name, never by position: columns differ by bill type, by merchant setting and over time.
 * Unknown columns are passed over.
 * @throws DZ_BILL_UNKNOWN_FORMAT when a needed column is missing or a known one stands there twice
 */
export function mapColumns<C extends string>(
  format: string,
  aliases: ColumnAliases<C>,
  header: readonly string[],
): ColumnMap<C> {
  if (header.length > MAX_COLUMNS) throw unknownHeader(format, `it has ${header.length} columns`);
  const map: Partial<Record<C, number>> = {};
  const missing: string[] = [];
  for (const column of Object.keys(aliases) as C[]) {
    const { names, required } = aliases[column];
    const name = names.find((candidate) => header.includes(candidate));
    map[column] = name === undefined ? -1 : header.indexOf(name);
    if (name === undefined && required) missing.push(names.join(' or '));
    if (name !== undefined && header.indexOf(name) !== header.lastIndexOf(name)) {
      throw unknownHeader(format, `its column ${name} stands there twice`);
    }
  }
  if (missing.length > 0) throw unknownHeader(format, `it lacks ${missing.join(', ')}`);
  return map as Record<C, number>;
}

/** The map of a bill whose header was not read yet. */
export function noColumns<C extends string>(aliases: ColumnAliases<C>): ColumnMap<C> {
  const map: Partial<Record<C, number>> = {};
  for (const column of Object.keys(aliases) as C[]) map[column] = -1;
  return map as Record<C, number>;
}

function unknownHeader(format: string, why: string): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_UNKNOWN_FORMAT',
    `the header looks like ${format}, but ${why}; ask for the bill with its standard columns`,
  );
}
