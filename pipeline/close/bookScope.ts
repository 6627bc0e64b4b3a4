import { addDays } from '../../domain/businessDate.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { BookScope } from '../../domain/closePorts.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import type { Bill } from '../../domain/ports.ts';

type Slot = { readonly book: Book; readonly channel: Channel | null; readonly businessDate: BusinessDate };

/** Whether a bill of its date is the word on a book at a channel: one without a channel is on all of them. */
export function speaksFor(
  bill: Pick<Bill, 'book' | 'channel'>,
  book: Book,
  channel: Channel | null,
): boolean {
  return bill.book === book && (bill.channel === null || bill.channel === channel);
}

/**
 * Which lines are the three books around a date: where a bill was imported, its lines are the authority for its book,
 * channel and day, and the events of that day stand behind it; elsewhere the events are the book. Of several bills for
 * one place the latest import counts.
 * A line without a channel (a HIS event) stands behind any bill of its book and day.
 */
export function bookScope(
  merchantId: string,
  date: BusinessDate,
  spanDays: number,
  bills: readonly Bill[],
): BookScope {
  const authority = new Map<string, { slot: Slot; bill: Bill }>();
  for (const bill of bills) {
    for (const channel of channelsOf(bill)) {
      const slot: Slot = { book: bill.book, channel, businessDate: bill.businessDate };
      const key = slotKey(slot);
      const known = authority.get(key);
      if (!known || known.bill.version < bill.version) authority.set(key, { slot, bill });
    }
  }
  const covered = new Map<string, Slot>();
  for (const { slot } of authority.values()) {
    covered.set(slotKey(slot), slot);
    const unsaid: Slot = { ...slot, channel: null };
    covered.set(slotKey(unsaid), unsaid);
  }
  return {
    merchantId,
    businessDate: date,
    from: addDays(date, -spanDays),
    to: addDays(date, spanDays),
    bills: distinctBills([...authority.values()]),
    covered: [...covered.values()],
  };
}

/** Days beyond the span whose bills may hold stray lines of its edge (a clearing day that ends at 23:00). */
const STRAY_DAYS = 1;

/** The dates whose bills `bookScope` must be given. */
export function billDatesAround(
  date: BusinessDate,
  spanDays: number,
): { from: BusinessDate; to: BusinessDate } {
  return { from: addDays(date, -spanDays - STRAY_DAYS), to: addDays(date, spanDays + STRAY_DAYS) };
}

/** Ids of the date's own bills that count in the scope, sorted. @param bills those that the scope was made of */
export function billsOfDate(scope: BookScope, bills: readonly Bill[]): readonly string[] {
  const counting = new Set(scope.bills.map(({ billId }) => billId));
  const own = bills.filter((bill) => bill.businessDate === scope.businessDate && counting.has(bill.billId));
  return [...new Set(own.map(({ billId }) => billId))].toSorted();
}

function channelsOf(bill: Bill): readonly (Channel | null)[] {
  return bill.channel === null ? [null, ...CHANNELS] : [bill.channel];
}

function slotKey(slot: Slot): string {
  return `${slot.book} ${slot.channel ?? ''} ${slot.businessDate}`;
}

function distinctBills(places: readonly { slot: Slot; bill: Bill }[]): BookScope['bills'] {
  const byBill = new Map<string, BookScope['bills'][number]>();
  for (const { slot, bill } of places) {
    byBill.set(`${bill.billId} ${slot.book} ${slot.channel ?? ''}`, {
      billId: bill.billId,
      book: slot.book,
      channel: slot.channel,
    });
  }
  return [...byBill.values()];
}
