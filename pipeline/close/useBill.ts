import type { BillStore } from '../../domain/closePorts.ts';
import type { Bill } from '../../domain/ports.ts';
import { laterOf, nextVersion } from './billRecord.ts';

export type UseResult = {
  readonly bill: Bill;
  /** The bill that counted until now; null: this one did, and nothing changes. */
  readonly instead: Bill | null;
};

/** Makes an earlier bill of its day count again; the one that counted stays on record. */
export async function useBill(
  bill: Bill,
  deps: { readonly store: BillStore; now(): number },
): Promise<UseResult> {
  const onRecord = await deps.store.billsBetween(bill.merchantId, bill.businessDate, bill.businessDate);
  const instead = laterOf(bill, onRecord) ?? laterOfAChannel(bill, onRecord);
  if (!instead) return { bill, instead };
  const again = { ...bill, version: nextVersion(onRecord, deps.now()) };
  await deps.store.record(again);
  return { bill: again, instead };
}

/** A bill of every channel that a later one of a single channel has pushed aside in part. */
function laterOfAChannel(bill: Bill, bills: readonly Bill[]): Bill | null {
  if (bill.channel !== null) return null;
  return bills.find((other) => other.book === bill.book && other.version > bill.version) ?? null;
}
