import { businessDateOf, instantOfLocal } from '../../../domain/businessDate.ts';
import type { Book, Entry } from '../../../domain/entry.ts';
import { BOOKS, CHANNELS, KINDS } from '../../../domain/entry.ts';
import { fenOfYuan } from '../../../domain/money.ts';
import { FILES_MERCHANT } from '../books.ts';
import type { RandomAccess } from './rowRanges.ts';
import { bookOf, fileOf, META, OFFSET } from './record.ts';
import { MAX_ROW_BYTES } from './scanRows.ts';

const WINDOW_BYTES = 4 * MAX_ROW_BYTES;
const LF = 10;
const CR = 13;
const FILE_STRIDE = 2 ** 32;
/** Two bits of book below the place. */
const BOOK_STRIDE = 4;

/** Places of rows that are to be read again, in the order of the files. */
export class RowPlaces {
  #places = new Float64Array(4096);
  #count = 0;

  add(lanes: Int32Array, at: number): void {
    if (this.#count === this.#places.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#places);
      this.#places = larger;
    }
    const meta = lanes[at + META] ?? 0;
    const place = fileOf(meta) * FILE_STRIDE + ((lanes[at + OFFSET] ?? 0) >>> 0);
    this.#places[this.#count] = place * BOOK_STRIDE + bookOf(meta);
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  /** The rows as entries; `sourceRef` is `<file>:<offset>`. */
  *read(access: RandomAccess, cutOffMs: number): Generator<Entry> {
    const window = Buffer.alloc(WINDOW_BYTES);
    let file = -1;
    let begin = 0;
    let length = 0;
    for (const packed of this.#places.subarray(0, this.#count).sort()) {
      const place = Math.floor(packed / BOOK_STRIDE);
      const offset = place % FILE_STRIDE;
      const rowFile = Math.floor(place / FILE_STRIDE);
      let end = rowFile === file && offset < begin + length ? rowEnd(window, offset - begin, length) : -1;
      if (end < 0) {
        file = rowFile;
        begin = offset;
        length = access.read(file, window, offset);
        end = rowEnd(window, 0, length);
        // The last row of a file may lack its line feed.
        if (end < 0) end = length;
      }
      const book = BOOKS[packed % BOOK_STRIDE];
      if (!book) throw new Error(`no book ${packed % BOOK_STRIDE}`);
      yield entryOf(window.toString('latin1', offset - begin, end), book, `${file}:${offset}`, cutOffMs);
    }
  }
}

function rowEnd(window: Buffer, from: number, length: number): number {
  const feed = window.indexOf(LF, from);
  if (feed < 0 || feed >= length) return -1;
  return window[feed - 1] === CR ? feed - 1 : feed;
}

/** A row that the scan has taken is known to be of the plain shape; what does not parse here is a file changed meanwhile. */
function entryOf(row: string, book: Book, sourceRef: string, cutOffMs: number): Entry {
  const [orderNo, txnNo, refundNo, kindCell, amount, time, channelCell, , hisCell] = row.split(',');
  const kind = KINDS.find((known) => known === kindCell);
  const channel = CHANNELS.find((known) => known === channelCell) ?? null;
  const amountFen = fenOfYuan(amount ?? '');
  const occurredAtMs = instantOfLocal(time ?? '');
  if (!orderNo || !kind || amountFen === null || occurredAtMs === null) {
    throw new Error(
      `a row that was read twice was another the second time (${sourceRef}); do not write to the files`,
    );
  }
  return {
    book,
    merchantId: FILES_MERCHANT,
    kind,
    orderNo,
    refundNo: refundNo || null,
    channel,
    channelTxnNo: txnNo || null,
    hisOrderNo: hisCell?.trimEnd() || null,
    amountFen,
    occurredAtMs,
    businessDate: businessDateOf(occurredAtMs, cutOffMs),
    businessType: null,
    source: 'BILL',
    sourceRef,
  };
}
