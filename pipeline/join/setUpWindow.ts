import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import type { WindowStore } from '../../domain/joinPorts.ts';
import { DEADLINE_MARK } from '../../domain/joinPorts.ts';
import type { DayLedger, RealtimeLedger } from '../../domain/ledgerPorts.ts';
import { windowEventOf } from './fact.ts';
import { slotOf } from './hash.ts';

export type SetUpParts = {
  readonly window: WindowStore;
  readonly days: Pick<DayLedger, 'unsettledOrders'>;
  readonly ledger: Pick<RealtimeLedger, 'eventEntriesOfOrders'>;
};

/** Orders brought back in one script call. */
const ORDERS_A_CALL = 500;

/**
 * Gives the slots of a window that are empty, new or lost, the open orders that the log may not reach back to any more: their entries
 * are in the ledger. What the log still holds comes by reading it; both together are what was lost.
 * @param since earliest business date whose orders may still meet their counterpart
 * @returns how many orders were brought back
 */
export async function setUpWindow(parts: SetUpParts, since: BusinessDate): Promise<number> {
  const { window, days, ledger } = parts;
  const empty = new Set(await window.slotsToSetUp());
  const orders = await days.unsettledOrders(since);
  let restored = 0;
  for (let at = 0; at < orders.length; at += ORDERS_A_CALL) {
    const known = await ledger.eventEntriesOfOrders(orders.slice(at, at + ORDERS_A_CALL));
    const bySlot = new Map<number, Map<string, readonly string[]>>();
    for (const [orderKey, entries] of known) {
      const slot = slotOf(homeHashOf(entries), window.slots);
      if (!empty.has(slot)) continue;
      const own = bySlot.get(slot) ?? new Map<string, readonly string[]>();
      bySlot.set(slot, own.set(orderKey, linesOf(entries)));
    }
    for (const [slot, own] of bySlot) {
      await window.restoreOrders(slot, own);
      restored += own.size;
    }
  }
  await window.markSetUp([...empty]);
  return restored;
}

/** The order's facts; what stands on one side only is overdue: it has a verdict, or it would not be looked for. */
function linesOf(entries: readonly Entry[]): readonly string[] {
  const events = entries.map((entry) => ({ book: entry.book, ...windowEventOf(entry, 0, false, 0) }));
  const overdue = [...Map.groupBy(events, (event) => event.part)]
    .filter(([, own]) => own.every((event) => event.book === own[0]?.book))
    .map(([part]) => `${part}\t${DEADLINE_MARK}`);
  return [...new Set(events.map((event) => event.line)), ...overdue];
}

function homeHashOf([entry]: readonly Entry[]): number {
  if (!entry) throw new Error('an order without entries');
  return windowEventOf(entry, 0, false, 0).homeHash;
}
