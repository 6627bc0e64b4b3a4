export type Waiting = { readonly atMs: number; readonly amountFen: bigint };

/** More are counted, and not kept one by one. */
const MOST_WAITING = 10_000;
/** Room is looked for once in so many orders: while a backlog is read, books are thousands of orders apart. */
const LOOK_EVERY = 1_000;

/** Orders that wait, by when they were paid. Added and let go of for every event, looked at once in a round: sorted only then. */
export class WaitingOrders {
  #orders: Waiting[] = [];
  #overflow = 0;
  #untilMs = -Infinity;
  #isTidy = true;
  #refused = 0;

  add(order: Waiting): void {
    if (this.#orders.length >= MOST_WAITING && (this.#refused += 1) % LOOK_EVERY === 0) this.#tidyUp();
    if (this.#orders.length >= MOST_WAITING) {
      this.#overflow += 1;
      return;
    }
    if (order.atMs < (this.#orders.at(-1)?.atMs ?? 0)) this.#isTidy = false;
    this.#orders.push(order);
  }

  /** Those up to then wait no more. */
  letGo(untilMs: number): void {
    if (untilMs <= this.#untilMs) return;
    this.#untilMs = untilMs;
    this.#isTidy = false;
  }

  /** The earliest first. */
  get orders(): readonly Waiting[] {
    this.#tidyUp();
    return this.#orders;
  }

  /** With those that are only counted. */
  get count(): number {
    return this.orders.length + this.#overflow;
  }

  #tidyUp(): void {
    if (this.#isTidy) return;
    const kept = this.#orders.filter(({ atMs }) => atMs > this.#untilMs);
    if (kept.length < this.#orders.length) this.#overflow = 0;
    this.#orders = kept.sort((a, b) => a.atMs - b.atMs);
    this.#isTidy = true;
  }
}
