import type { BusinessDate } from '../../../domain/businessDate.ts';
import { isBusinessDate } from '../../../domain/businessDate.ts';

/** A date that stands by itself in a file's name, as 2026-03-09, 2026_03_09 or 20260309; null when there is none, or several. */
export function dateInName(name: string): BusinessDate | null {
  const found = new Set<BusinessDate>();
  for (const [, year, month, day] of name
    .matchAll(/(?<!\d)(20\d{2})([-_]?)(\d{2})\2(\d{2})(?!\d)/g)
    .map(partsOf)) {
    const date = `${year}-${month}-${day}`;
    if (isBusinessDate(date)) found.add(date);
  }
  const [date] = found;
  return found.size === 1 && date !== undefined ? date : null;
}

function partsOf(match: RegExpExecArray): readonly [string, string, string, string] {
  return [match[0], match[1] ?? '', match[3] ?? '', match[4] ?? ''];
}
