import { dropOldest } from '../dropOldest.ts';

/** Orders of which the trace is known; of older ones nobody asks any more. */
const MOST_ORDERS = 20_000;
const LINES_A_SECOND = 20;

/** The traces that events came with, for the lines of the log that speak of these orders later. */
export class Traces {
  readonly #byOrder = new Map<string, string>();
  #secondMs = 0;
  #lines = 0;

  remember(orderKey: string, traceparent: string): void {
    this.#byOrder.set(orderKey, traceparent);
    dropOldest(this.#byOrder, MOST_ORDERS);
  }

  of(orderKey: string): string | undefined {
    return this.#byOrder.get(orderKey);
  }

  /** Those of the orders that were read last. */
  latest(most: number): readonly string[] {
    return [...new Set([...this.#byOrder.values()].slice(-most))];
  }

  /** Whether a line may still be written: in an outage thousands of orders would have one each. */
  mayTell(nowMs: number): boolean {
    if (nowMs - this.#secondMs >= 1_000) {
      this.#secondMs = nowMs;
      this.#lines = 0;
    }
    this.#lines += 1;
    return this.#lines <= LINES_A_SECOND;
  }
}
