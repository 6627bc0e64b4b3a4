import { DuizhangError } from '../../domain/errors.ts';

/** An opaque continuation: where in the list's order the last item stood. */
export function cursorOf(list: string, keys: readonly string[]): string {
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

function parsed(cursor: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.every((key) => typeof key === 'string') ? value : [];
  } catch {
    return [];
  }
}
