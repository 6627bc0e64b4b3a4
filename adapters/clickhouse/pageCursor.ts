import { DuizhangError } from '../../domain/errors.ts';

/** An opaque continuation: where in the list's order the last item stood. */
function cursorOf(list: string, keys: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');
}

/** What a key of a cursor must be: values reach the ledger typed, and a wrong one would be its error, not the caller's. */
export type KeyCheck = (key: string) => boolean;

export const anyText: KeyCheck = () => true;

/** @param most inclusive */
export function integerUpTo(most: bigint): KeyCheck {
  return (key) => /^\d{1,20}$/.test(key) && BigInt(key) <= most;
}

/**
 * @param fits what each key must look like, in the order in which `cursorOf` was given them
 * @throws DZ_BAD_CURSOR when the text is no cursor of this list
 */
export function readCursor(list: string, cursor: string, fits: readonly KeyCheck[]): readonly string[] {
  const [name, ...keys] = parsed(cursor);
  if (name !== list || keys.length !== fits.length || !keys.every((key, i) => fits[i]?.(key))) {
    throw new DuizhangError(
      'DZ_BAD_CURSOR',
      'the cursor is none that this list has given; begin again without one, or send nextCursor back as it came',
    );
  }
  return keys;
}

/**
 * The keys of a cursor as parameters of a query; none without a cursor.
 * @param names in the order of the keys
 */
export function cursorValues(
  names: readonly string[],
  keys: readonly string[] | null,
): Readonly<Record<string, string>> {
  return Object.fromEntries((keys ?? []).map((key, i) => [names[i] ?? '', key]));
}

/** The rows of a page, and where the next begins. @param found more rows than the limit when there is a next page */
export function pageOf<Row>(
  list: string,
  found: readonly Row[],
  limit: number,
  keysOf: (row: Row) => readonly string[],
): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { rows, nextCursor: hasMore ? cursorOf(list, keysOf(last)) : null };
}

function parsed(cursor: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.every((key) => typeof key === 'string') ? value : [];
  } catch {
    return [];
  }
}
