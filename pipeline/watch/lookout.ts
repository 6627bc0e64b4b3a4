import type { DifferingOrder } from '../../domain/alertPorts.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { Sight, WatchedEvent, WatchRelay } from '../../domain/watchRelay.ts';
import { Differences, differingOf } from './differences.ts';
import type { Watch } from './watch.ts';
import { isBacklog } from './watch.ts';

/** Beyond this the oldest are let go of: the relay has not answered for a long time. */
const MOST_WAITING = 200_000;

export type LookoutParts = {
  /** null: there is no other process that could keep the alerts. */
  readonly relay: Pick<WatchRelay, 'publish'> | null;
  /** Whether the watch goes by what this hospital's feeds tell. */
  readonly isWatched: (merchantId: string) => boolean;
};

/**
 * What this process sees of the stream, on its way to the watch: here, or in the process that keeps the alerts. A sight
 * that is lost on the way costs an alert seconds, not an order: the keeper holds what it knows against the ledger.
 */
export class Lookout {
  readonly #parts: LookoutParts;
  /** Orders that differ, by the ledger and by what was seen here: that one agrees now has to be told. */
  readonly #differing = new Differences();
  #watch: Watch | null = null;
  #waiting: Sight[] = [];
  #watermarkMs: number | null = null;

  constructor(parts: LookoutParts) {
    this.#parts = parts;
  }

  seeEvent(entry: WatchedEvent, nowMs: number): void {
    if (this.#watch) return this.#watch.seeEvent(entry, nowMs);
    if (isBacklog(entry.occurredAtMs, this.#watermarkMs, nowMs)) return;
    if (entry.book === 'CHANNEL' || !this.#parts.isWatched(entry.merchantId)) return;
    this.#tell({ kind: 'event', entry, nowMs });
  }

  seeDeadLetters(letters: number, nowMs: number): void {
    if (letters === 0) return;
    if (this.#watch) this.#watch.seeDeadLetters(letters, nowMs);
    else this.#tell({ kind: 'deadLetters', letters, nowMs });
  }

  /** Whether an order of this verdict differed: of any other, only those need to be told of that differ now. */
  knows(judged: VersionedVerdict): boolean {
    return this.#watch ? this.#watch.knows(judged) : this.#differing.knows(judged.verdict, judged.span);
  }

  /** Verdicts that differ or are of orders that did, once they are stored. */
  seeDifference(judged: VersionedVerdict): void {
    const order = differingOf(judged);
    if (this.#watch) return this.#watch.seeOrder(order);
    if (!this.#parts.isWatched(order.merchantId)) return;
    this.#differing.judge(order);
    this.#tell({ kind: 'order', order });
  }

  /** Orders that differ and were told of by others. */
  learn(orders: readonly DifferingOrder[]): void {
    for (const order of orders) this.#differing.take(order);
  }

  dropClosed(isClosed: (merchantId: string, date: BusinessDate) => boolean): void {
    this.#differing.dropClosed(isClosed);
  }

  /** Tells what was seen since the last time. After a failure it is told the next time. */
  async tell(watermarkMs: number | null): Promise<void> {
    this.#watermarkMs = watermarkMs;
    const told = this.#waiting;
    if (this.#parts.relay === null || told.length === 0) return;
    this.#waiting = [];
    try {
      await this.#parts.relay.publish(told);
    } catch (error) {
      this.#waiting = [...told, ...this.#waiting].slice(-MOST_WAITING);
      throw error;
    }
  }

  get isKeeper(): boolean {
    return this.#watch !== null;
  }

  /** From now on this process keeps the alerts. @param watch has resumed */
  handTo(watch: Watch): void {
    this.#watch = watch;
    for (const sight of this.#waiting) watch.take(sight);
    this.#waiting = [];
  }

  #tell(sight: Sight): void {
    this.#waiting.push(sight);
    if (this.#waiting.length > 2 * MOST_WAITING) this.#waiting = this.#waiting.slice(-MOST_WAITING);
  }
}
