export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one text of a JSON value by RFC 8785 (JSON Canonicalization Scheme). Of numbers only integers that JSON readers
 * keep exactly are taken: amounts are texts of fen.
 * @throws when a number or a text has no such form
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number') return integerOf(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.keys(value)
    .sort(byCodeUnits)
    .map((name) => `${textOf(name)}:${canonicalJson(value[name] ?? null)}`);
  return `{${fields.join(',')}}`;
}

/** @returns null unless the text is the canonical form of what it says */
export function readCanonicalJson(text: string): Json | null {
  try {
    const value: Json = JSON.parse(text);
    return canonicalJson(value) === text ? value : null;
  } catch {
    return null;
  }
}

/** Names are sorted as UTF-16 code units (RFC 8785, 3.2.3), whatever the locale. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function integerOf(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no exact integer`);
  // Minus zero, too, is written 0 (RFC 8785, 3.2.2.3).
  return String(value + 0);
}

/** Texts are written as ECMAScript does, which RFC 8785, 3.2.2.2 took over; half of a surrogate pair has no form. */
function textOf(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('a text holds half of a surrogate pair');
  return JSON.stringify(value);
}

function isList(value: readonly Json[] | { readonly [name: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}
