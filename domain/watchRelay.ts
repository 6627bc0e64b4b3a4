import type { DifferingOrder } from './alertPorts.ts';
import type { Entry } from './entry.ts';

/** What of an event the watch goes by. */
export type WatchedEvent = Pick<
  Entry,
  'merchantId' | 'orderNo' | 'book' | 'kind' | 'channel' | 'amountFen' | 'occurredAtMs'
>;

/** Something that a pipeline saw. `nowMs` is its clock when it did. */
export type Sight =
  | { readonly kind: 'event'; readonly entry: WatchedEvent; readonly nowMs: number }
  /** An order as its last verdict says it, which is stored. */
  | { readonly kind: 'order'; readonly order: DifferingOrder }
  | { readonly kind: 'deadLetters'; readonly letters: number; readonly nowMs: number };

/** The way of sights from the pipelines that share a log to the one that keeps the alerts. The oldest fall out of it. */
export interface WatchRelay {
  publish(sights: readonly Sight[]): Promise<void>;
  /** Where reading begins that is to tell everything of the last so many milliseconds. */
  idBefore(ms: number): Promise<string>;
  /** @returns what stands behind `after`, and the id to go on behind; the same when nothing does */
  read(after: string): Promise<{ readonly sights: readonly Sight[]; readonly last: string }>;
}
