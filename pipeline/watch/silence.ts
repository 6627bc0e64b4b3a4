import { Lags } from './lags.ts';
import type { Waiting } from './waitingOrders.ts';
import { WaitingOrders } from './waitingOrders.ts';

// One book stops telling while the other one goes on. Whether it has is a matter of chance: each order that the other book
// has may be late, all at once hardly. Everything is event time and is held against the watermark: what has not been read
// yet is no silence.

/** That all orders behind the last one told of are late by chance: about once in ten thousand days of a busy hospital. */
const CHANCE = 1e-8;
/** How late an order was that the book told of only then teaches nothing. */
const TEACHES_WITHIN_MS = 30 * 60_000;

/** Orders of one book that the other one has told nothing of, nor of any later one. */
export class Silence {
  readonly #lags = new Lags();
  /** When the latest order was paid that it has told of. */
  #frontMs = -Infinity;
  /** Of those behind the front, by time. */
  readonly #waiting = new WaitingOrders();
  /** Orders up to here were late because of a silence, which is no usual lag. */
  #silentMs = -Infinity;

  /** The other book has an order, and this one not yet. */
  expect(order: Waiting): void {
    if (order.atMs > this.#frontMs) this.#waiting.add(order);
  }

  /**
   * The book itself has it now.
   * @param atMs as the other book said
   * @param watermarkMs as known when it was read; null: unknown
   */
  hear(atMs: number, watermarkMs: number | null): void {
    const isUsual = atMs > this.#silentMs && watermarkMs !== null && atMs > watermarkMs - TEACHES_WITHIN_MS;
    if (isUsual) this.#lags.add(watermarkMs - atMs);
    this.reach(atMs);
  }

  /** It has told of an order that was paid then. */
  reach(atMs: number): void {
    if (atMs <= this.#frontMs) return;
    this.#frontMs = atMs;
    this.#waiting.letGo(atMs);
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
}

export type SilentNow = {
  /** When the first and the latest order were paid that wait. */
  readonly sinceMs: number;
  readonly latestMs: number;
  readonly orders: number;
  readonly amountFen: bigint;
};
