import { setTimeout as pause } from 'node:timers/promises';
import type { BillInbox } from '../../domain/billSource.ts';
import type { BillCollector } from './billCollector.ts';
import type { InboxParts } from './emptyInbox.ts';
import { emptyInbox } from './emptyInbox.ts';

export type KeepParts = {
  readonly collector: Pick<BillCollector, 'round'>;
  readonly inboxes: readonly BillInbox[];
  readonly inboxParts: InboxParts;
  /** Of the machine's time, between two rounds. */
  readonly everyMs: number;
  /** Whether an error says that a server is away. */
  readonly isAway: (error: unknown) => boolean;
  readonly onAway: (error: unknown) => void;
  /** Of an error that neither is expected nor says that a server is away. */
  readonly onBroken: (error: unknown) => void;
  readonly signal: AbortSignal;
};

/**
 * Fetches bills until the signal comes. What goes wrong here must not stop the stream of events in the same process: it
 * is told, and tried again in the next round.
 */
export async function keepCollecting(parts: KeepParts): Promise<void> {
  const { collector, inboxes, inboxParts, everyMs, signal } = parts;
  const works = [
    () => collector.round(signal),
    ...inboxes.map((inbox) => () => emptyInbox(inbox, inboxParts)),
  ];
  while (!signal.aborted) {
    for (const work of works) {
      try {
        await work();
      } catch (error) {
        if (signal.aborted) return;
        if (parts.isAway(error)) parts.onAway(error);
        else parts.onBroken(error);
      }
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
