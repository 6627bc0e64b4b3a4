import type { ArrivedBill, BillInbox } from '../../domain/billSource.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { BillToImport, ImportResult } from '../close/importBill.ts';
import type { Provenance } from './billCollector.ts';
import { isRefusal } from './isRefusal.ts';

export type InboxParts = {
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly importBill: (bill: BillToImport, provenance: Provenance) => Promise<ImportResult>;
  readonly onEnd: (end: InboxEnd) => void;
};

export type InboxEnd = {
  readonly merchantId: string;
  readonly fileName: string;
  readonly end: 'done' | 'refused' | 'put back';
  /** Why, unless it is done. */
  readonly code: string | null;
};

/** Another writer is still at it, or may be. */
const LATER: ReadonlySet<string> = new Set(['DZ_BILL_CHANGED', 'DZ_FILE_UNREADABLE']);

/**
 * Imports what lies in an inbox. What fails otherwise than by the bill's fault (a server is away) stays where it is taken
 * from again, and keeps no other file waiting; the first such failure is thrown at the end.
 */
export async function emptyInbox(inbox: BillInbox, parts: InboxParts): Promise<void> {
  const failures: unknown[] = [];
  for await (const arrived of inbox.arrived()) {
    const { merchantId } = arrived;
    const tell = (end: InboxEnd['end'], code: string | null): void =>
      parts.onEnd({ merchantId, fileName: arrived.bill.fileName, end, code });
    try {
      await importArrived(arrived, inbox, parts);
      await arrived.done();
      tell('done', null);
    } catch (error) {
      if (error instanceof DuizhangError && LATER.has(error.code)) {
        await arrived.putBack();
        tell('put back', error.code);
      } else if (isRefusal(error)) {
        await arrived.refuse(error.code, [error.messageZh, error.message].filter(Boolean).join('\n'));
        tell('refused', error.code);
      } else failures.push(error);
    } finally {
      await arrived.bill.dispose();
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function importArrived(arrived: ArrivedBill, inbox: BillInbox, parts: InboxParts): Promise<void> {
  const merchant = parts.merchants.get(arrived.merchantId);
  if (!merchant) throw new Error(`an inbox of the unknown merchant ${arrived.merchantId}`);
  const { bill, book, dateInName } = arrived;
  const request = { merchant, book, channel: null, fileName: bill.fileName, open: () => bill.open() };
  const provenance = { source: inbox.name, from: bill.from };
  try {
    await parts.importBill({ ...request, date: null }, provenance);
  } catch (error) {
    const isUndated = error instanceof DuizhangError && error.code === 'DZ_BILL_DATE_UNKNOWN';
    if (!isUndated || dateInName === null) throw error;
    await parts.importBill({ ...request, date: dateInName }, provenance);
  }
}
