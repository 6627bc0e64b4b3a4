import { businessDateOf } from '../../../domain/businessDate.ts';
import type { Entry } from '../../../domain/entry.ts';
import { BOOKS, CHANNELS } from '../../../domain/entry.ts';
import { fenOfYuan } from '../../../domain/money.ts';
import { FILES_MERCHANT } from '../books.ts';
import { bookOf, FEN_LOW, fenOf, fileOf, isRefund, META, OFFSET, SECONDS } from './record.ts';
import type { RandomAccess } from './rowRanges.ts';
import { MAX_ROW_BYTES } from './scanRows.ts';

/** Nearly every row is shorter, and reading more would cost more. */
const USUAL_ROW_BYTES = 512;
const LF = 10;
const CR = 13;

/** Reads rows again, from where their records say that they lie, and gives them as entries. */
export class RowsAgain {
  readonly #access: RandomAccess;
  readonly #cutOffMs: number;
  readonly #window = Buffer.alloc(MAX_ROW_BYTES);
  readonly #usual = this.#window.subarray(0, USUAL_ROW_BYTES);

  constructor(access: RandomAccess, cutOffMs: number) {
    this.#access = access;
    this.#cutOffMs = cutOffMs;
  }

  /** `sourceRef` is `<file>:<offset>`. */
  entryAt(lanes: Int32Array, at: number): Entry {
    const meta = lanes[at + META] ?? 0;
    const file = fileOf(meta);
    const offset = (lanes[at + OFFSET] ?? 0) >>> 0;
    const [orderNo, txnNo, refundNo, kindCell, amount, , channelCell, , hisCell] = this.#row(
      file,
      offset,
    ).split(',');
    const book = BOOKS[bookOf(meta)];
    const kind = isRefund(meta) ? 'REFUND' : 'PAYMENT';
    const amountFen = BigInt(fenOf(meta, lanes[at + FEN_LOW] ?? 0));
    if (!book || !orderNo || kindCell !== kind || fenOfYuan(amount ?? '') !== amountFen) {
      throw new Error(
        `a row that was read twice was another the second time (${file}:${offset}); do not write to the files`,
      );
    }
    const occurredAtMs = ((lanes[at + SECONDS] ?? 0) >>> 0) * 1000;
    return {
      book,
      merchantId: FILES_MERCHANT,
      kind,
      orderNo,
      refundNo: refundNo || null,
      channel: CHANNELS.find((known) => known === channelCell) ?? null,
      channelTxnNo: txnNo || null,
      hisOrderNo: hisCell || null,
      amountFen,
      occurredAtMs,
      businessDate: businessDateOf(occurredAtMs, this.#cutOffMs),
      businessType: null,
      source: 'BILL',
      sourceRef: `${file}:${offset}`,
    };
  }

  #row(file: number, offset: number): string {
    let length = this.#access.read(file, this.#usual, offset);
    let feed = this.#usual.indexOf(LF);
    if (length === USUAL_ROW_BYTES && feed < 0) {
      length = this.#access.read(file, this.#window, offset);
      feed = this.#window.indexOf(LF);
    }
    // The last row of a file may lack its line feed.
    const end = feed < 0 || feed > length ? length : feed;
    return this.#window.toString('latin1', 0, this.#window[end - 1] === CR ? end - 1 : end);
  }
}
