import type { Entry } from '../../domain/entry.ts';
import type { Topic } from '../../domain/ports.ts';

/** Of what is read at once, the first event and every so manieth: a backlog would else be measured more than read. */
const EVERY = 20;

/** How long events are on their way, by feed, and the newest event of each hospital's feeds. */
export class FeedLateness {
  readonly #observe: (topic: Topic, seconds: number) => void;
  readonly #newest: Map<string, number> | null;
  #readAtMs = 0;
  #since = 0;

  constructor(observe: (topic: Topic, seconds: number) => void, byMerchant: boolean) {
    this.#observe = observe;
    this.#newest = byMerchant ? new Map() : null;
  }

  see({ book, merchantId, occurredAtMs }: Entry, nowMs: number): void {
    const topic = book === 'MERCHANT' ? 'his-orders' : 'payments';
    if (this.#newest) {
      const feed = `${topic} ${merchantId}`;
      if (occurredAtMs > (this.#newest.get(feed) ?? 0)) this.#newest.set(feed, occurredAtMs);
    }
    this.#since += 1;
    if (nowMs === this.#readAtMs && this.#since < EVERY) return;
    this.#readAtMs = nowMs;
    this.#since = 0;
    this.#observe(topic, Math.max(0, (nowMs - occurredAtMs) / 1000));
  }

  /** Empty unless hospitals are told apart. */
  *newest(): Iterable<{ readonly topic: string; readonly merchant: string; readonly atMs: number }> {
    for (const [feed, atMs] of this.#newest ?? []) {
      const space = feed.indexOf(' ');
      yield { topic: feed.slice(0, space), merchant: feed.slice(space + 1), atMs };
    }
  }
}
