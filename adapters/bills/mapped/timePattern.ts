import { instantOfLocal } from '../../../domain/businessDate.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import { byteTextOf, type ByteText } from '../byteText.ts';

/** Epoch milliseconds of a Beijing wall-clock text; NaN when it is no time of the calendar in this pattern. */
export type TimeReader = (text: string, start: number, end: number) => number;

export const DEFAULT_PATTERN = 'yyyy-MM-dd HH:mm:ss';
/** Days since 1900 with a fraction, in a text or JSON; a workbook's own times are known without it. */
const EXCEL = 'excel';
const EPOCHS: Readonly<Record<string, { readonly digits: RegExp; readonly unitMs: number }>> = {
  epochSeconds: { digits: /^\d{10}$/, unitMs: 1000 },
  epochMillis: { digits: /^\d{13}$/, unitMs: 1 },
};
const TOKENS: Readonly<Record<string, string>> = {
  yyyy: '(?<y>\\d{4})',
  MM: '(?<M>\\d{2})',
  M: '(?<M>\\d{1,2})',
  dd: '(?<d>\\d{2})',
  d: '(?<d>\\d{1,2})',
  HH: '(?<H>\\d{2})',
  H: '(?<H>\\d{1,2})',
  mm: '(?<m>\\d{2})',
  m: '(?<m>\\d{1,2})',
  ss: '(?<s>\\d{2})',
  s: '(?<s>\\d{1,2})',
  SSS: '(?<S>\\d{1,3})',
};
const TOKEN = /yyyy|MM?|dd?|HH?|mm?|ss?|SSS/g;

/**
 * Compiles `yyyy-MM-dd HH:mm:ss` and its like: M, d, H, m, s take one or two digits, SSS milliseconds; `epochSeconds` and
 * `epochMillis` stand alone, as does `excel`. Seconds may be missing, nothing else.
 * @returns null for a pattern that does not say year, month, day, hour and minute once each
 */
export function timeReaderOf(pattern: string): TimeReader | null {
  if (pattern === DEFAULT_PATTERN) return beijingTimeAt;
  if (pattern === EXCEL) return (text, start, end) => serialTimeAt(text.slice(start, end), false);
  const epoch = EPOCHS[pattern];
  if (epoch) {
    return (text, start, end) => {
      const digits = text.slice(start, end);
      return epoch.digits.test(digits) ? Number(digits) * epoch.unitMs : Number.NaN;
    };
  }
  const seen = (pattern.match(TOKEN) ?? []).map((token) => token.charAt(0));
  const isComplete = 'yMdHm'.split('').every((unit) => seen.includes(unit));
  if (
    !isComplete ||
    new Set(seen).size !== seen.length ||
    /[A-Za-z]/.test(pattern.replaceAll(TOKEN, '').replaceAll('T', ''))
  )
    return null;
  const expressions = (['utf-8', 'gb18030'] as const).map(
    (encoding) => new RegExp(`^${sourceOf(pattern, (literal) => byteTextOf(literal, encoding))}$`),
  );
  return readerOf(expressions);
}

/** What stands between the parts may be Chinese: 2026年3月9日. */
function sourceOf(pattern: string, encode: (literal: string) => ByteText): string {
  let source = '';
  let at = 0;
  for (const match of pattern.matchAll(TOKEN)) {
    source += RegExp.escape(encode(pattern.slice(at, match.index))) + (TOKENS[match[0]] ?? '');
    at = match.index + match[0].length;
  }
  return source + RegExp.escape(encode(pattern.slice(at)));
}

function readerOf(expressions: readonly RegExp[]): TimeReader {
  return (text, start, end) => {
    const cell = text.slice(start, end);
    const found = expressions.map((expression) => expression.exec(cell)?.groups).find(Boolean);
    if (!found) return Number.NaN;
    const two = (name: string) => (found[name] ?? '0').padStart(2, '0');
    const instant = instantOfLocal(
      `${found['y']}-${two('M')}-${two('d')} ${two('H')}:${two('m')}:${two('s')}`,
    );
    return instant === null ? Number.NaN : instant + Number((found['S'] ?? '0').padEnd(3, '0'));
  };
}

const SERIAL = /^\d{5}(?:\.\d+)?$/;
const DAY_MS = 86_400_000;
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
/** 1970-01-01 as a serial of the 1900 system; the 1904 system begins 1462 days later. */
const EPOCH_SERIAL = 25_569;
const DAYS_BETWEEN_SYSTEMS = 1462;

/** A workbook's own times: days since 1900 (or 1904) with a fraction, which is whole seconds to within a double's error. */
export function serialTimeAt(text: string, is1904: boolean): number {
  if (!SERIAL.test(text)) return Number.NaN;
  const days = Number(text) + (is1904 ? DAYS_BETWEEN_SYSTEMS : 0) - EPOCH_SERIAL;
  const ms = Math.round(days * DAY_MS);
  const second = Math.round(ms / 1000) * 1000;
  return (Math.abs(ms - second) <= 1 ? second : ms) - SHANGHAI_OFFSET_MS;
}
