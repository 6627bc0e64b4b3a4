import { dateOfDay, dayNumberOf, startOfDate } from '../../../domain/businessDate.ts';
import type { BusinessDate } from '../../../domain/businessDate.ts';
import type { BookTotals } from '../../../domain/ports.ts';
import type { PartedRecords } from './arena.ts';
import { recordsOfPart } from './arena.ts';
import {
  ASIDE_BIT,
  bookNumber,
  bookOf,
  FEN_LOW,
  fenOf,
  isAside,
  isRefund,
  isSameKindAndFen,
  KEY,
  LANES,
  META,
  ORDER,
  RECEIPTED_BIT,
  SECONDS,
} from './record.ts';

/** More lines than this of one order are judged one by one. */
const MAX_PLAIN_LINES = 48;
const MAX_NEAR = 2 ** 52;
const DAY_SECONDS = 86_400;
const MERCHANT = bookNumber('MERCHANT');

export type ArenaView = { readonly lanes: Int32Array; readonly records: PartedRecords };

/**
 * Joins one part: orders whose every key stands once in each book, with equal amounts and on one date, are added up as
 * matched; the records of all other orders are marked as set aside and handed to `onAside`.
 */
export class PartJoin {
  readonly #arenas: readonly ArenaView[];
  readonly #books: readonly number[];
  /** A bit for each of the books. */
  readonly #allBooks: number;
  readonly #cutOffMs: number;
  readonly #matched = new Map<number, MatchedSums>();
  #lastSums: MatchedSums | null = null;
  #lastDay = Number.NaN;
  /** The seconds of `#lastDay`: from the first, to just before the second. */
  #dayFrom = 0;
  #dayTo = 0;
  #local = new Int32Array(0);
  #next = new Int32Array(0);
  #slots = new Int32Array(0);

  /** @param books numbers of the books that are compared */
  constructor(arenas: readonly ArenaView[], books: readonly number[], cutOffMs: number) {
    this.#arenas = arenas;
    this.#books = books;
    this.#allBooks = books.reduce((bits, book) => bits | (1 << book), 0);
    this.#cutOffMs = cutOffMs;
  }

  join(part: number, onAside: (lanes: Int32Array, at: number) => void): void {
    const count = this.#load(part);
    const mask = this.#chain(count);
    const order: number[] = [];
    for (let slot = 0; slot <= mask; slot += 1) {
      const head = this.#slots[slot] ?? 0;
      if (head === 0 || this.#addOneKey(head)) continue;
      order.length = 0;
      for (let id = head; id !== 0; id = this.#next[id - 1] ?? 0) order.push((id - 1) * LANES);
      if (this.#isPlain(order)) this.#addMatched(order);
      else this.#setAside(order);
    }
    this.#handOver(part, onAside);
  }

  /** Several orders may share their hash, and so be set aside together; only their keys tell which of them is receipted. */
  #setAside(orders: readonly number[]): void {
    const local = this.#local;
    const receipted = new Set<number>();
    for (const at of orders) {
      const meta = local[at + META] ?? 0;
      if (bookOf(meta) === MERCHANT && !isRefund(meta)) receipted.add(local[at + KEY] ?? 0);
    }
    for (const at of orders) {
      const bits = ASIDE_BIT | (receipted.has(local[at + KEY] ?? 0) ? RECEIPTED_BIT : 0);
      local[at + META] = (local[at + META] ?? 0) | bits;
    }
  }

  /**
   * The order that nearly all are: one key, one line in each book, the same amount and date. Adds it up, without the
   * lists that `#isPlain` goes by.
   * @returns false when it is another order; nothing was added then
   */
  #addOneKey(head: number): boolean {
    const local = this.#local;
    const first = (head - 1) * LANES;
    const meta = local[first + META] ?? 0;
    const key = local[first + KEY];
    const low = local[first + FEN_LOW];
    const day = this.#dayOf(first);
    if (isAside(meta)) return false;
    let seen = 1 << bookOf(meta);
    let lines = 1;
    for (let id = this.#next[head - 1] ?? 0; id !== 0; id = this.#next[id - 1] ?? 0) {
      const at = (id - 1) * LANES;
      const otherMeta = local[at + META] ?? 0;
      const isSame =
        local[at + KEY] === key && local[at + FEN_LOW] === low && isSameKindAndFen(meta, otherMeta);
      if (!isSame || this.#dayOf(at) !== day) return false;
      seen |= 1 << bookOf(otherMeta);
      lines += 1;
    }
    if (lines !== this.#books.length || seen !== this.#allBooks) return false;
    this.#sumsOf(day).add(isRefund(meta), fenOf(meta, low ?? 0));
    return true;
  }

  /** Totals of the matched keys, the same in every book, by date. */
  *matched(): Generator<readonly [BusinessDate, BookTotals]> {
    for (const [day, sums] of this.#matched) yield [dateOfDay(day), sums.totals()];
  }

  /** Copies a part's records side by side: the chains through them then stay within the processor's cache. */
  #load(part: number): number {
    let count = 0;
    for (const { records } of this.#arenas) count += records.counts[part] ?? 0;
    if (this.#local.length < count * LANES) {
      this.#local = new Int32Array(count * LANES);
      this.#next = new Int32Array(count);
    }
    let to = 0;
    for (const run of recordsOfPart(this.#arenas, part)) {
      this.#local.set(run.lanes.subarray(run.from, run.from + run.count * LANES), to);
      to += run.count * LANES;
    }
    return count;
  }

  /** Chains the records of each order from the slot of its hash. @returns the mask of the slots */
  #chain(count: number): number {
    const local = this.#local;
    const next = this.#next;
    let size = 1024;
    while (size < count) size *= 2;
    if (this.#slots.length === size) this.#slots.fill(0);
    else this.#slots = new Int32Array(size);
    const slots = this.#slots;
    const mask = size - 1;
    for (let id = 0; id < count; id += 1) {
      const at = id * LANES;
      const order = local[at + ORDER] ?? 0;
      // Its upper bits are the part's.
      let slot = order & mask;
      for (;;) {
        const head = slots[slot] ?? 0;
        const headAt = (head - 1) * LANES;
        if (head === 0 || local[headAt + ORDER] === order) {
          next[id] = head;
          slots[slot] = id + 1;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
    return mask;
  }

  #isPlain(order: readonly number[]): boolean {
    const local = this.#local;
    const books = this.#books.length;
    if (order.length % books !== 0 || order.length > MAX_PLAIN_LINES) return false;
    for (const one of order) {
      const meta = local[one + META] ?? 0;
      if (isAside(meta)) return false;
      const key = local[one + KEY];
      const low = local[one + FEN_LOW] ?? 0;
      const fen = fenOf(meta, low);
      const day = this.#dayOf(one);
      let lines = 0;
      let seen = 0;
      for (const other of order) {
        if (local[other + KEY] !== key) continue;
        const otherMeta = local[other + META] ?? 0;
        if (isRefund(otherMeta) !== isRefund(meta)) return false;
        if (local[other + FEN_LOW] !== low || fenOf(otherMeta, low) !== fen || this.#dayOf(other) !== day) {
          return false;
        }
        lines += 1;
        seen |= 1 << bookOf(otherMeta);
      }
      if (lines !== books || seen !== this.#allBooks) return false;
    }
    return true;
  }

  #addMatched(order: readonly number[]): void {
    const book = this.#books[0];
    for (const at of order) {
      const meta = this.#local[at + META] ?? 0;
      if (bookOf(meta) !== book) continue;
      this.#sumsOf(this.#dayOf(at)).add(isRefund(meta), fenOf(meta, this.#local[at + FEN_LOW] ?? 0));
    }
  }

  #dayOf(at: number): number {
    const seconds = (this.#local[at + SECONDS] ?? 0) >>> 0;
    if (seconds >= this.#dayFrom && seconds < this.#dayTo) return this.#lastDay;
    const day = dayNumberOf(seconds * 1000, this.#cutOffMs);
    const from = startOfDate(dateOfDay(day), this.#cutOffMs) / 1000;
    // A cut-off may lie within a second.
    this.#dayFrom = Math.ceil(from);
    this.#dayTo = Math.ceil(from + DAY_SECONDS);
    this.#lastDay = day;
    this.#lastSums = null;
    return day;
  }

  #sumsOf(day: number): MatchedSums {
    if (day === this.#lastDay && this.#lastSums) return this.#lastSums;
    const sums = this.#matched.get(day) ?? new MatchedSums();
    this.#matched.set(day, sums);
    if (day === this.#lastDay) this.#lastSums = sums;
    return sums;
  }

  #handOver(part: number, onAside: (lanes: Int32Array, at: number) => void): void {
    let id = 0;
    for (const { lanes, from, count } of recordsOfPart(this.#arenas, part)) {
      for (let i = 0; i < count; i += 1, id += 1) {
        const meta = this.#local[id * LANES + META] ?? 0;
        if (!isAside(meta)) continue;
        const at = from + i * LANES;
        lanes[at + META] = meta;
        onAside(lanes, at);
      }
    }
  }
}

/** Exact sums: numbers while they are small, handed to a bigint before a number could lose a fen. */
class MatchedSums {
  #payments = 0;
  #refunds = 0;
  #paymentNear = 0;
  #refundNear = 0;
  #paymentFar = 0n;
  #refundFar = 0n;

  add(refund: boolean, fen: number): void {
    if (refund) {
      this.#refunds += 1;
      this.#refundNear += fen;
      if (this.#refundNear > MAX_NEAR) {
        this.#refundFar += BigInt(this.#refundNear);
        this.#refundNear = 0;
      }
      return;
    }
    this.#payments += 1;
    this.#paymentNear += fen;
    if (this.#paymentNear > MAX_NEAR) {
      this.#paymentFar += BigInt(this.#paymentNear);
      this.#paymentNear = 0;
    }
  }

  totals(): BookTotals {
    return {
      payments: this.#payments,
      refunds: this.#refunds,
      paymentFen: this.#paymentFar + BigInt(this.#paymentNear),
      refundFen: this.#refundFar + BigInt(this.#refundNear),
    };
  }
}
