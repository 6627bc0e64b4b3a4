import type { WindowStore } from '../../domain/joinPorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import type { PartitionId, Position } from '../../domain/ports.ts';
import type { EntryWriter } from './entryWriter.ts';
import { ENTRIES_CONSUMER } from './entryWriter.ts';
import { windowEventOf } from './fact.ts';

export type LetGoParts = {
  readonly window: Pick<WindowStore, 'positions'>;
  readonly ledger: Pick<RealtimeLedger, 'loadPositions' | 'eventEntriesOfOrders'>;
  readonly entries: Pick<EntryWriter, 'flush'>;
  readonly rulesOf: (merchantId: string) => MatchRules;
  readonly pause: (ms: number) => Promise<void>;
  /** The process is to end: what other partitions have to bring may never come. */
  readonly isEnding: () => boolean;
};

const ASK_AGAIN_MS = 20;

/**
 * Facts of orders that the window has let go of, by orderKey. The ledger has them once it has stored all that the slot has
 * seen, of other partitions too, so that is waited for; an order it does not know is a collision and begins anew.
 * @returns null when the process is to end before
 */
export async function factsOfLetGo(
  slot: number,
  orderKeys: readonly string[],
  { window, ledger, entries, rulesOf, pause, isEnding }: LetGoParts,
): Promise<ReadonlyMap<string, readonly string[]> | null> {
  await entries.flush();
  const seen = (await window.positions())[slot] ?? new Map<PartitionId, Position>();
  for (;;) {
    const stored = await ledger.loadPositions(ENTRIES_CONSUMER);
    if ([...seen].every(([partition, position]) => (stored.get(partition) ?? 0) >= position)) break;
    if (isEnding()) return null;
    await pause(ASK_AGAIN_MS);
  }
  const known = await ledger.eventEntriesOfOrders(orderKeys.map(orderOfKey));
  return new Map(
    orderKeys.map((orderKey) => [
      orderKey,
      (known.get(orderKey) ?? []).map(
        (entry) => windowEventOf(entry, rulesOf(entry.merchantId).windowMs, false, 0).line,
      ),
    ]),
  );
}

function orderOfKey(orderKey: string): { merchantId: string; orderNo: string } {
  const space = orderKey.indexOf(' ');
  return { merchantId: orderKey.slice(0, space), orderNo: orderKey.slice(space + 1) };
}
