import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveryParts, RoundResult } from './deliverAlerts.ts';
import { deliverRound } from './deliverAlerts.ts';

export type KeepDeliveringParts = {
  readonly delivery: DeliveryParts;
  /** Of the clock that alerts are made by. */
  readonly now: () => number;
  /** Of the machine's time, between two rounds. */
  readonly everyMs: number;
  /** Of a round that told somebody something, or could not. */
  readonly onRound: (result: RoundResult) => void;
  readonly isAway: (error: unknown) => boolean;
  readonly onAway: (error: unknown) => void;
  /** Of an error that neither is expected nor says that a server is away. */
  readonly onBroken: (error: unknown) => void;
  readonly signal: AbortSignal;
};

/**
 * Tells alerts until the signal comes. What goes wrong here must not stop the stream of events in the same process: it is
 * told, and tried again in the next round.
 */
export async function keepDelivering(parts: KeepDeliveringParts): Promise<void> {
  const { delivery, now, everyMs, signal } = parts;
  while (!signal.aborted) {
    try {
      const result = await deliverRound(delivery, now());
      if (result.sent > 0 || result.failures.length > 0) parts.onRound(result);
    } catch (error) {
      if (signal.aborted) return;
      if (parts.isAway(error)) parts.onAway(error);
      else parts.onBroken(error);
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
