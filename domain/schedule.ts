import type { BusinessDate } from './businessDate.ts';
import { addDays, businessDateOf, startOfDate } from './businessDate.ts';
import type { CloseSchedule, Merchant } from './merchant.ts';
import { DEFAULT_SCHEDULE, hasLeft } from './merchant.ts';
import type { Outcome } from './ports.ts';

/** What the ledger knows of a merchant's date. */
export type DayStatus = {
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  /** An event or a bill of the date is on record. */
  readonly hasData: boolean;
  /** The latest run, failed or not. */
  readonly lastRun: {
    readonly outcome: Outcome;
    /** The bills of the date are others now than those it saw, or what it found wrong in them was handled. */
    readonly hasOtherBills: boolean;
    /** Events of the date came since. */
    readonly hasMoreEvents: boolean;
  } | null;
};

export type DueClose = {
  readonly merchant: Merchant;
  readonly date: BusinessDate;
  /** SCHEDULED: its hour has come and it has not run. BILL: a bill came since its last run. EVENTS: it failed, events came. */
  readonly why: 'SCHEDULED' | 'BILL' | 'EVENTS';
};

/** Days behind today that are caught up after a downtime. */
export const CATCH_UP_DAYS = 31;
/** A hospital that was silent for this long is not connected: its empty days are not closed. */
export const CONNECTED_DAYS = 7;

/** The instant from which a date may be closed by itself. */
export function scheduledAtMs(merchant: Merchant, date: BusinessDate): number {
  return startOfDate(addDays(date, 1)) + scheduleOf(merchant).atMs;
}

/** When a close that is due runs with what there is, whatever bill is missing. */
export function waitsUntilMs(merchant: Merchant, date: BusinessDate): number {
  return scheduledAtMs(merchant, date) + scheduleOf(merchant).billPatienceMs;
}

function scheduleOf(merchant: Merchant): CloseSchedule {
  return merchant.schedule ?? DEFAULT_SCHEDULE;
}

/**
 * The closes that are due, oldest first: what one merchant has to catch up holds none up whose day is older. A date is due when its hour has come and it has not run; days
 * on which nothing happened are closed too, as long as something did in the week before and the hospital has not left. What was closed is due again
 * when a bill came since, what failed also when events came (late events of a closed date are the DayKeeper's).
 */
export function dueCloses(
  days: readonly DayStatus[],
  merchants: Iterable<Merchant>,
  nowMs: number,
): readonly DueClose[] {
  const byMerchant = Map.groupBy(days, (day) => day.merchantId);
  const first = addDays(businessDateOf(nowMs), -CATCH_UP_DAYS);
  const due = [...merchants].flatMap((merchant) => {
    const own = new Map((byMerchant.get(merchant.merchantId) ?? []).map((day) => [day.businessDate, day]));
    const ofMerchant: DueClose[] = [];
    for (let date = first; scheduledAtMs(merchant, date) <= nowMs; date = addDays(date, 1)) {
      const why = reasonOf(own.get(date), () => !hasLeft(merchant, date) && isConnected(own, date));
      if (why !== null) ofMerchant.push({ merchant, date, why });
    }
    return ofMerchant;
  });
  return due.toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

function reasonOf(day: DayStatus | undefined, isExpected: () => boolean): DueClose['why'] | null {
  const run = day?.lastRun ?? null;
  if (run === null) return isExpected() ? 'SCHEDULED' : null;
  if (run.hasOtherBills) return 'BILL';
  return run.outcome === 'FAILED' && run.hasMoreEvents ? 'EVENTS' : null;
}

/** Whether a date is one of a hospital that sends us something. @param days of the hospital */
export function isConnected(days: ReadonlyMap<BusinessDate, DayStatus>, date: BusinessDate): boolean {
  for (let back = 0; back <= CONNECTED_DAYS; back += 1) {
    if (days.get(addDays(date, -back))?.hasData) return true;
  }
  return false;
}
