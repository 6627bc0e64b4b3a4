import type { ByteText } from '../byteText.ts';
import { refusal } from '../messages.ts';

const FIRST_BYTES = 1 << 16;
/** A million receipts with five numbers of 32 characters each are 160 MB. */
const MAX_BYTES = 1 << 28;
const MAX_STRINGS = 1 << 24;

/** The texts of a workbook, in one buffer: a million receipts have millions of them, each 40 bytes more as a string. */
export class SharedStrings {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #ends = new Uint32Array(1024);
  #used = 0;
  #count = 0;

  /** @throws DZ_BILL_BOMB */
  add(text: string): void {
    const size = Buffer.byteLength(text, 'utf8');
    if (this.#used + size > MAX_BYTES || this.#count >= MAX_STRINGS)
      throw refusal('sharedStrings', { maxBytes: MAX_BYTES, maxStrings: MAX_STRINGS });
    if (this.#used + size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#used + size));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    if (this.#count === this.#ends.length) {
      const longer = new Uint32Array(this.#ends.length * 2);
      longer.set(this.#ends);
      this.#ends = longer;
    }
    this.#used += this.#bytes.write(text, this.#used, 'utf8');
    this.#ends[this.#count] = this.#used;
    this.#count += 1;
  }

  /** null when there is no such text. */
  get(index: number): ByteText | null {
    const end = this.#ends[index];
    if (end === undefined || index >= this.#count) return null;
    return this.#bytes.toString('latin1', index === 0 ? 0 : this.#ends[index - 1], end);
  }
}
