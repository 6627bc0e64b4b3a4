import { refusal } from '../messages.ts';
import type { BookMapping } from './bookMapping.ts';
import { lackOf } from './fileColumns.ts';

/** Titles, periods and names of hospitals stand above the header in many exports. */
const MAX_LINES_ABOVE = 20;

/** Remembers which line above the first rows came nearest to a header, for the sentence that refuses the file. */
export class HeaderSearch {
  readonly #book: BookMapping;
  #nearest = { found: -1, missing: '', line: 0 };
  #lines = 0;

  constructor(book: BookMapping) {
    this.#book = book;
  }

  miss(names: readonly string[], line: number): void {
    const lack = lackOf(this.#book, names);
    if (lack.found > this.#nearest.found) this.#nearest = { ...lack, line };
    this.#lines += 1;
    if (this.#lines > MAX_LINES_ABOVE) this.fail();
  }

  /** @throws DZ_BILL_HEADER, or DZ_BILL_EMPTY_FILE when there was no line at all */
  fail(): never {
    if (this.#lines === 0) throw refusal('emptyFile', {});
    const { missing, line } = this.#nearest;
    throw refusal('mappedHeader', { where: this.#book.where, missing, line });
  }
}
