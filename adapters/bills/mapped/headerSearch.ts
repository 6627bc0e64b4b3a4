import { refusal } from '../messages.ts';
import type { BookMapping } from './bookMapping.ts';
import { columnsOf, lackOf, type FileColumns, type HeaderPlace } from './fileColumns.ts';

/** Titles, periods and names of hospitals stand above the header in many exports. */
const MAX_LINES_ABOVE = 20;

/** Looks for the header of a book, line by line, and remembers what came nearest to it. */
export class HeaderSearch {
  readonly #book: BookMapping;
  readonly #sheet: string | null;
  #nearest = { found: -1, missing: '', line: 0 };
  #above: string;
  #lines = 0;

  constructor(book: BookMapping, sheet: string | null = null) {
    this.#book = book;
    this.#sheet = sheet;
    this.#above = sheet ?? '';
  }

  /** @param splits the line, cut at each delimiter that it may have (null: it came in cells) */
  columnsIn(splits: ReadonlyMap<string | null, readonly string[]>, line: number): FileColumns | null {
    for (const [delimiter, names] of splits) {
      const place: HeaderPlace = { above: this.#above, delimiter, sheet: this.#sheet };
      const columns = columnsOf(this.#book, names, place);
      if (columns !== null) return columns;
    }
    for (const names of splits.values()) {
      const lack = lackOf(this.#book, names);
      if (lack.found > this.#nearest.found) this.#nearest = { ...lack, line };
    }
    this.#above += ` ${[...splits.values()][0]?.join(' ') ?? ''}`;
    this.#lines += 1;
    return null;
  }

  get isExhausted(): boolean {
    return this.#lines > MAX_LINES_ABOVE;
  }

  /** How many columns of a header the nearest line had. */
  get found(): number {
    return this.#nearest.found;
  }

  /** @throws DZ_BILL_HEADER, or DZ_BILL_EMPTY_FILE when there was no line at all */
  fail(): never {
    if (this.#lines === 0) throw refusal('emptyFile', {});
    const { missing, line } = this.#nearest;
    const sheet = this.#sheet === null ? '' : ` (${this.#sheet})`;
    throw refusal('mappedHeader', { where: this.#book.where, missing, line, sheet });
  }
}
