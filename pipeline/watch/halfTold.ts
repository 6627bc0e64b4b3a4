import type { Channel, Book } from '../../domain/entry.ts';
import { dropOldest } from '../dropOldest.ts';

export type EventBook = Exclude<Book, 'CHANNEL'>;

/** A payment as one book has told of it. */
export type Told = {
  readonly book: EventBook;
  /** HIS does not say by which. */
  readonly channel: Channel | null;
  readonly atMs: number;
  readonly amountFen: bigint;
  /** By how much its event came after its time; null: from the ledger, when it came is not known. */
  readonly lagMs: number | null;
};

const MOST_ORDERS = 10_000;

/** Orders of one hospital of which one book has told and the other one not. */
export class HalfTold {
  readonly #orders = new Map<string, Told>();

  /** @returns what the other book has told of the order; `new`: nothing, it waits from now on; `again`: nothing yet */
  take(orderNo: string, told: Told): Told | 'new' | 'again' {
    const first = this.#orders.get(orderNo);
    if (first === undefined) {
      this.#orders.set(orderNo, told);
      dropOldest(this.#orders, MOST_ORDERS);
      return 'new';
    }
    if (first.book === told.book) return 'again';
    this.#orders.delete(orderNo);
    return first;
  }
}
