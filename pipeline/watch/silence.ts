import { dropOldest } from '../dropOldest.ts';
import { Lags } from './lags.ts';
import type { Waiting } from './waitingOrders.ts';
import { WaitingOrders } from './waitingOrders.ts';

// One book stops telling while the other one goes on. Whether it has is a matter of chance: each order that the other book
// has may be late, all at once hardly. Everything is event time and is held against the watermark: what has not been read
// yet is no silence.

/** That all orders behind the last one told of are late by chance: about once in ten thousand days of a busy hospital. */
const CHANCE = 1e-8;
/** Orders of which one book has told and the other one not. */
const MOST_EXPECTED = 10_000;
/** The oldest are let go of together: finding the first of a map means stepping over all that was deleted before it. */
const FORGET_EVERY = 1_000;
/** An order that the book has not told of by then teaches nothing any more. */
const FORGOTTEN_MS = 30 * 60_000;

/** Orders of one book that the other one has told nothing of, nor of any later one. */
export class Silence {
  readonly #lags = new Lags();
  /** When orders were paid that the book has not told of. */
  readonly #expected = new Map<string, number>();
  /** Orders that it told of before the other one did. */
  readonly #early = new Set<string>();
  /** When the latest order was paid that it has told of. */
  #frontMs = -Infinity;
  /** Of those behind the front, by time. */
  readonly #waiting = new WaitingOrders();
  #sinceForgot = 0;
  /** Orders up to here were late because of a silence, which is no usual lag. */
  #silentMs = -Infinity;

  /** The other book has an order. */
  expect(order: Waiting): void {
    const { orderNo, atMs } = order;
    if (this.#early.delete(orderNo)) {
      this.#advance(atMs);
      return;
    }
    if (this.#expected.has(orderNo)) return;
    this.#expected.set(orderNo, atMs);
    this.#forget(atMs);
    if (atMs > this.#frontMs) this.#waiting.add(order);
  }

  /** The book itself has it. @param watermarkMs as known when it was read; null: unknown */
  hear(orderNo: string, watermarkMs: number | null): void {
    const atMs = this.#expected.get(orderNo);
    if (atMs === undefined) {
      this.#early.add(orderNo);
      dropOldest(this.#early, MOST_EXPECTED);
      return;
    }
    this.#expected.delete(orderNo);
    const isUsual = atMs > this.#silentMs && watermarkMs !== null && atMs > watermarkMs - FORGOTTEN_MS;
    if (isUsual) this.#lags.add(watermarkMs - atMs);
    this.#advance(atMs);
  }

  /** Whether the book has not told of it yet. */
  expects(orderNo: string): boolean {
    return this.#expected.has(orderNo);
  }

  /** What waits, when that is a silence. */
  at(watermarkMs: number): SilentNow | null {
    const { orders } = this.#waiting;
    const [first] = orders;
    if (!first) return null;
    const leastLog = Math.log(CHANCE);
    let log = 0;
    for (const { atMs } of orders) {
      if (atMs > watermarkMs || log <= leastLog) break;
      log += Math.log(this.#lags.chanceOf(watermarkMs - atMs));
    }
    if (log > leastLog) return null;
    this.#silentMs = watermarkMs;
    return {
      sinceMs: first.atMs,
      latestMs: orders.at(-1)?.atMs ?? first.atMs,
      orders: this.#waiting.count,
      amountFen: orders.reduce((sum, { amountFen }) => sum + amountFen, 0n),
    };
  }

  /** What waits up to then is known of by now, and speaks of no further silence. */
  forgive(untilMs: number): void {
    this.#waiting.letGo(untilMs);
  }

  /** When the latest order was paid that the book has told of; null: it never did. */
  get frontMs(): number | null {
    return this.#frontMs === -Infinity ? null : this.#frontMs;
  }

  #advance(atMs: number): void {
    if (atMs <= this.#frontMs) return;
    this.#frontMs = atMs;
    this.#waiting.letGo(atMs);
  }

  #forget(nowMs: number): void {
    this.#sinceForgot += 1;
    if (this.#sinceForgot < FORGET_EVERY) return;
    this.#sinceForgot = 0;
    for (const [orderNo, atMs] of this.#expected) {
      if (atMs > nowMs - FORGOTTEN_MS && this.#expected.size <= MOST_EXPECTED) return;
      this.#expected.delete(orderNo);
    }
  }
}

export type SilentNow = {
  /** When the first and the latest order were paid that wait. */
  readonly sinceMs: number;
  readonly latestMs: number;
  readonly orders: number;
  readonly amountFen: bigint;
};
