/** One thing that is not as a certificate says: what, where, and both values. */
export type Finding = {
  readonly what: string;
  readonly where: string;
  readonly expected: string;
  readonly found: string;
};

/** @returns nothing where both are the same */
export function difference(
  what: string,
  where: string,
  expected: string | number | null,
  found: string | number | null,
): readonly Finding[] {
  if (expected === found) return [];
  return [{ what, where, expected: String(expected ?? 'none'), found: String(found ?? 'none') }];
}
