import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, businessDateOf, dayOfDate } from '../../domain/businessDate.ts';
import type { WindowStore } from '../../domain/joinPorts.ts';
import type { DayLedger, RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { Clock, PartitionId, Position } from '../../domain/ports.ts';
import type { ClosedDays } from '../join/closedDays.ts';
import { ENTRIES_CONSUMER } from '../join/entryWriter.ts';

export type DayKeeperParts = {
  readonly days: DayLedger;
  readonly ledger: Pick<RealtimeLedger, 'loadPositions'>;
  readonly window: Pick<WindowStore, 'dropBefore' | 'positions'>;
  readonly closedDays: ClosedDays;
  readonly clock: Clock;
  /** Frees the log before a position. */
  readonly trimLog: (partition: PartitionId, before: Position) => Promise<void>;
  /** Runs the close of a date again. */
  readonly closeAgain: (merchantId: string, date: BusinessDate) => Promise<void>;
  /** Longest time over which keys settle each other, over all merchants, in days. */
  readonly crossDayDays: () => number;
};

/** Late events come in flocks, and a run that failed fails again until a person has done something. */
const TRY_AGAIN_MS = 15_000;

/** Days that the log keeps whatever is closed: the window can be rebuilt from it. */
const LOG_DAYS = 3;

/**
 * What follows from days being closed: their events are late from now on, late ones make their date run again, and what
 * no open day needs is let go of, in the window and in the log.
 */
export class DayKeeper {
  readonly #parts: DayKeeperParts;
  #newestClosed: BusinessDate | null = null;
  #keptFrom: BusinessDate | null = null;
  /** When each date was last closed again: one whose run fails stays late. */
  readonly #triedAtMs = new Map<string, number>();

  constructor(parts: DayKeeperParts) {
    this.#parts = parts;
  }

  /** Learns which dates are closed. */
  async learn(): Promise<void> {
    for (const { merchantId, businessDate, firstPositions } of await this.#parts.days.closedDates()) {
      this.#parts.closedDays.add(merchantId, businessDate, firstPositions);
      if (this.#newestClosed === null || businessDate > this.#newestClosed) this.#newestClosed = businessDate;
    }
  }

  async closeLateDates(): Promise<void> {
    const nowMs = this.#parts.clock.wallMs();
    for (const { merchantId, businessDate } of await this.#parts.days.datesWithLateEntries()) {
      const key = `${merchantId} ${businessDate}`;
      if (nowMs - (this.#triedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < TRY_AGAIN_MS) continue;
      this.#triedAtMs.set(key, nowMs);
      await this.#parts.closeAgain(merchantId, businessDate);
    }
  }

  /**
   * Lets go of days that are over. The matched keys of a date stay until the date after it has closed, since its sides may
   * lie on both; an order that is open stays as long as its counterpart may come.
   */
  async letGo(): Promise<void> {
    const { days, window, clock, crossDayDays } = this.#parts;
    // Before a first close nothing is over, however old the events are.
    if (this.#newestClosed === null) return;
    const today = businessDateOf(clock.now());
    const open = (await days.oldestOpenDate()) ?? addDays(this.#newestClosed, 1);
    const keepFrom = addDays(earlier(open, today), -1);
    if (keepFrom === this.#keptFrom) return;
    await window.dropBefore(dayOfDate(keepFrom), dayOfDate(keepFrom) - crossDayDays());
    await this.#trimLog(earlier(keepFrom, addDays(today, -LOG_DAYS)));
    this.#keptFrom = keepFrom;
  }

  /** Never beyond what every slot has applied and the ledger has stored. */
  async #trimLog(keepFrom: BusinessDate): Promise<void> {
    const { days, ledger, window, trimLog } = this.#parts;
    const stored = await ledger.loadPositions(ENTRIES_CONSUMER);
    const slots = await window.positions();
    for (const [partition, first] of await days.firstPositionsSince(keepFrom)) {
      const reached = [stored, ...slots].map((positions) => positions.get(partition) ?? 0);
      await trimLog(partition, Math.min(first, ...reached));
    }
  }
}

function earlier(a: BusinessDate, b: BusinessDate): BusinessDate {
  return a < b ? a : b;
}
