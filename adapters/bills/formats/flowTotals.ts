import type { ByteText } from '../byteText.ts';
import { decimalAt, ExactSum, FEN_SCALE, textOfExact, type Exact } from '../decimal.ts';
import { checkTotal } from '../totals.ts';

/** The movements of a balance in one direction, added up without their sign. */
export class Flow {
  readonly #name: string;
  count = 0;
  readonly sum = new ExactSum();
  readable = true;

  constructor(name: string) {
    this.#name = name;
  }

  /** @param value null: unreadable */
  add(value: Exact | null): void {
    this.count += 1;
    if (value === null) this.readable = false;
    else this.sum.add(value < 0 ? -value : value);
  }

  merge(other: Flow): void {
    this.count += other.count;
    this.sum.add(other.sum.total);
    this.readable &&= other.readable;
  }

  /**
   * Holds what a bill states against the rows; whether sums have a sign is uncertain at Alipay and does not matter.
   * @param unknownRows rows too broken to say which way the money went
   */
  check(count: ByteText, sum: ByteText, unknownRows: number): void {
    if (unknownRows > 0) return;
    checkTotal(`${this.#name}笔数`, String(Number(count)), String(this.count));
    if (!this.readable) return;
    const stated = decimalAt(sum, 0, sum.length, FEN_SCALE);
    const read = textOfExact(this.sum.total, FEN_SCALE);
    const shown = stated === null ? sum : textOfExact(stated < 0 ? -stated : stated, FEN_SCALE);
    checkTotal(`${this.#name}金额`, shown, read);
  }
}
