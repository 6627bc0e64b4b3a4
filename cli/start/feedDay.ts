import type { Clock, EventProducer } from '../../domain/ports.ts';
import type { SimulatedEvent } from '../../simulator/day.ts';
import { recordOfSimulated } from './simulatedRecord.ts';

export type FeedParts = {
  readonly producer: EventProducer;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Told how many events are durable in the log. */
  readonly onFed: (count: number) => void;
};

/** Small enough to be taken as one command of the log, whole or not at all. */
const MAX_BATCH = 2_000;
const TICK_MS = 10;

/** Appends the day's events to the log, each when its arrival is due on the clock; ends early when told to. */
export async function feedDay(
  events: readonly SimulatedEvent[],
  alreadyFed: number,
  parts: FeedParts,
): Promise<void> {
  for (let next = alreadyFed; next < events.length && !parts.signal.aborted;) {
    const due = dueUntil(events, next, parts.clock.now());
    if (due === next) {
      await parts.pause(TICK_MS);
      continue;
    }
    await parts.producer.append(events.slice(next, due).map(recordOfSimulated));
    next = due;
    parts.onFed(next);
  }
}

function dueUntil(events: readonly SimulatedEvent[], from: number, nowMs: number): number {
  let end = from;
  while (end < from + MAX_BATCH && (events[end]?.arrivesAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) end += 1;
  return end;
}
