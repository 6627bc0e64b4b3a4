import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../domain/errors.ts';
import type { WindowStore } from '../../domain/joinPorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { PartitionId, Position } from '../../domain/ports.ts';
import { ENTRIES_CONSUMER } from './entryWriter.ts';

/** By partition, up to where it was read before the events behind were lost. */
export type AcceptedLoss = ReadonlyMap<PartitionId, Position>;

export type ResumeParts = {
  readonly window: Pick<WindowStore, 'positions' | 'apply'>;
  readonly ledger: Pick<RealtimeLedger, 'loadPositions' | 'storePositions'>;
  readonly acceptedLoss: AcceptedLoss;
};

/** The outboxes are emptied meanwhile. */
const RETRY_FULL_MS = 20;

/**
 * Each partition is resumed from the lowest position of its slots and of the stored entries, asked for whenever it becomes
 * ours: others may have read on. Partitions that come together share one answer.
 */
export function resumePositions(
  parts: ResumeParts,
  startOf: (partition: PartitionId) => Position,
): (partition: PartitionId) => Promise<Position> {
  const ask = () => Promise.all([parts.window.positions(), parts.ledger.loadPositions(ENTRIES_CONSUMER)]);
  let asked: ReturnType<typeof ask> | null = null;
  return async (partition) => {
    asked ??= ask().finally(() => {
      asked = null;
    });
    const [slots, stored] = await asked;
    const start = startOf(partition);
    const bySlot = slots.map((slot) => slot.get(partition) ?? start);
    const lowest = Math.min(stored.get(partition) ?? start, ...bySlot);
    if (lowest >= start) return lowest;
    // It names where reading stood: once it has gone on, a later loss is another one.
    if (parts.acceptedLoss.get(partition) !== lowest) throw positionLost(partition, lowest, start);
    await skipTo(parts.window, partition, start, bySlot);
    // Else whoever waits for the entries would wait for events that nobody sends.
    await parts.ledger.storePositions(ENTRIES_CONSUMER, new Map([[partition, start]]));
    return start;
  };
}

/** Slots take nothing behind a gap: those that stand before it are brought to its end without any events. */
async function skipTo(
  window: Pick<WindowStore, 'apply'>,
  partition: PartitionId,
  start: Position,
  bySlot: readonly Position[],
): Promise<void> {
  for (const [slot, from] of bySlot.entries()) {
    const range = { partition, from, end: start, start: from };
    while (from < start && (await window.apply(slot, range, [], new Map())).kind === 'full')
      await pause(RETRY_FULL_MS);
  }
}

/**
 * Reads DUIZHANG_ACCEPT_LOSS: `payments/3:120`, several by commas.
 * @throws DZ_CONFIG_INVALID
 */
export function acceptedLossOf(env: NodeJS.ProcessEnv): AcceptedLoss {
  const said = (env['DUIZHANG_ACCEPT_LOSS'] ?? '').split(',').filter((one) => one !== '');
  return new Map(
    said.map((one) => {
      const [, partition, position] = /^([a-z-]+\/\d+):(\d{1,15})$/.exec(one.trim()) ?? [];
      if (partition !== undefined) return [partition, Number(position)];
      throw new DuizhangError(
        'DZ_CONFIG_INVALID',
        `DUIZHANG_ACCEPT_LOSS names "${one}", not a partition and a position like payments/3:120`,
      );
    }),
  );
}

function positionLost(partition: PartitionId, position: Position, start: Position): DuizhangError {
  return new DuizhangError(
    'DZ_LOG_POSITION_LOST',
    `${partition} was read up to ${position}, but the log begins at ${start}: events between are gone, and their orders ` +
      `will differ until their bills close the day. Send them again, or go on without them by starting once with ` +
      `DUIZHANG_ACCEPT_LOSS=${partition}:${position} (docs/kafka.md, "A position is lost")`,
    { details: { partition, position, start } },
  );
}
