import { displayText, type ByteText } from '../byteText.ts';
import { ExactSum, type Exact } from '../decimal.ts';
import { refusal } from '../messages.ts';

/** Behind the word stands nothing, or what it counts: 合计：3笔. A longer word is none of a total. */
const BEHIND = '(?=$|[\\s:：,，;|(（"\\d元笔金])';
const GRAND_TOTAL = new RegExp(
  `^["']?\\s*(?:(?:本日|当日|全部|本期)?\\s*(?:合\\s*计|总\\s*计|共\\s*计)|(?:grand\\s*)?total)${BEHIND}`,
  'i',
);
const SUBTOTAL = new RegExp(
  `^["']?\\s*(?:(?:本页|本班|本组|窗口)?\\s*(?:小\\s*计|合\\s*计)|sub-?\\s*total)${BEHIND}`,
  'i',
);

export type TotalLine = 'GRAND' | 'SUB';

/** What a line is whose first words are these; null: no total line. */
export function totalLineOf(first: ByteText): TotalLine | null {
  const words = displayText(first.slice(0, 80));
  if (GRAND_TOTAL.test(words)) return 'GRAND';
  return SUBTOTAL.test(words) ? 'SUB' : null;
}

/**
 * The rows' amounts, against the total lines of a file. Exports total what is written, cash and void rows too, or payments
 * less refunds, over the whole file or since the total line before.
 */
export class MappedTotals {
  /** A total line's amount was compared. */
  isCompared = false;
  #rows = 0;
  #sums = new Sums();
  readonly #whole = new Sums();

  add(written: Exact, net: Exact): void {
    this.#rows += 1;
    this.#sums.add(written, net);
    this.#whole.add(written, net);
  }

  /** A row whose amount could not be read: no total is held against it. */
  addUnreadable(): void {
    this.#sums.isReadable = false;
    this.#whole.isReadable = false;
  }

  /** @throws DZ_BILL_TOTALS_MISMATCH */
  hold(line: TotalLine, stated: Exact | null, place: { lineNo: number; column: string }): void {
    const since = this.#sums;
    if (line === 'GRAND') this.#sums = new Sums();
    // A total that stands above its rows is not held against them.
    if (line === 'SUB' || stated === null || this.#rows === 0 || !this.#whole.isReadable) return;
    const known = [...this.#whole.both, ...since.both];
    const asked = BigInt(stated);
    if (!known.includes(asked)) {
      const { lineNo, column } = place;
      throw refusal('mappedTotals', {
        line: lineNo,
        column,
        stated: asked.toString(),
        read: this.#whole.both.join(' / '),
      });
    }
    this.isCompared = true;
  }
}

class Sums {
  isReadable = true;
  readonly #written = new ExactSum();
  readonly #net = new ExactSum();

  add(written: Exact, net: Exact): void {
    this.#written.add(written);
    this.#net.add(net);
  }

  get both(): readonly bigint[] {
    const [written, net] = [this.#written.total, this.#net.total];
    return written === net ? [written] : [written, net];
  }
}
