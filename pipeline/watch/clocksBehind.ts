import type { EventBook, Told } from './halfTold.ts';

// A clock that is behind, told apart from events that are late. Late events carry the right time: an order that HIS tells of
// an hour late still says when it was paid, as the platform does. So the two stamps of one order are held against each
// other, and the arrivals say which of the two is wrong: the one that lies far back although the order's other event came
// at once. While both books are late (we were down and catch up) nothing is said.

/** Of an order, by how much the stamp of the book lies before the other one's; 0: it does not. */
type Sample = { readonly atMs: number; readonly behindMs: number };

/** What lies within this is transport, or a booking that was made a little before or after the payment. */
const TOLERATED_MS = 60_000;
/** So many orders in a row, within so long. */
const LEAST_ORDERS = 5;
const KEPT_ORDERS = 10;
const RECENT_MS = 10 * 60_000;
/** A clock is behind by the same for all; times of another meaning (when an order was made, not paid) are scattered. */
const MOST_SPREAD_MS = 60_000;

export type Behind = {
  readonly book: EventBook;
  readonly behindMs: number;
  readonly orders: number;
  readonly firstMs: number;
};

/** Of one hospital. */
export class ClocksBehind {
  readonly #samples: Record<EventBook, Sample[]> = { MERCHANT: [], PLATFORM: [] };

  /** An order that both books have told of. */
  see(one: Told, other: Told, nowMs: number): void {
    this.#take(one, other, nowMs);
    this.#take(other, one, nowMs);
  }

  at(nowMs: number): readonly Behind[] {
    return (['MERCHANT', 'PLATFORM'] as const).flatMap((book) => {
      const recent = this.#samples[book].filter(({ atMs }) => atMs > nowMs - RECENT_MS);
      const offsets = recent.map(({ behindMs }) => behindMs).toSorted((a, b) => a - b);
      const [least = 0, most = 0] = [offsets[0], offsets.at(-1)];
      if (offsets.length < LEAST_ORDERS || least <= TOLERATED_MS || most - least > MOST_SPREAD_MS) return [];
      const behindMs = offsets[Math.floor(offsets.length / 2)] ?? 0;
      return [{ book, behindMs, orders: offsets.length, firstMs: recent[0]?.atMs ?? nowMs }];
    });
  }

  #take(own: Told, other: Told, nowMs: number): void {
    if (own.lagMs === null || other.lagMs === null || other.lagMs > TOLERATED_MS) return;
    const isBehind = own.lagMs > TOLERATED_MS && other.atMs - own.atMs > TOLERATED_MS;
    const behindMs = isBehind ? other.atMs - own.atMs : 0;
    const samples = this.#samples[own.book];
    samples.push({ atMs: nowMs, behindMs });
    if (samples.length > KEPT_ORDERS) samples.shift();
  }
}
