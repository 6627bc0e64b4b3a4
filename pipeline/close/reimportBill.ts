import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Bill, BillOrigin } from '../../domain/ports.ts';
import { billOf, laterOf, nextVersion } from './billRecord.ts';
import type { ImportDeps } from './importBill.ts';
import type { BillWish } from './readKeptBill.ts';
import { idOfReading, readKeptBill } from './readKeptBill.ts';

export type ReimportResult =
  /** The same rows as on record. */
  | { readonly status: 'unchanged'; readonly bill: Bill }
  /** `bill` counts now in place of `former`; both stay on record. */
  | { readonly status: 'replaced'; readonly bill: Bill; readonly former: Bill };

/**
 * Reads the kept bytes of a bill on record with today's reader and today's configuration. Other rows become a new version of
 * the bill, which supersedes the former; equal ones change nothing but what is on record of how it was read.
 * @throws DZ_BILL_SUPERSEDED, DZ_ARCHIVE_…, and DZ_BILL_… when today's reader refuses it; all stays as it was then
 */
export async function reimportBill(
  bill: Bill,
  merchant: Merchant,
  deps: ImportDeps,
): Promise<ReimportResult> {
  const { origin } = bill;
  if (origin === undefined) throw withoutBytes(bill);
  const onRecord = await deps.store.billsBetween(bill.merchantId, bill.businessDate, bill.businessDate);
  const later = laterOf(bill, onRecord);
  if (later) throw superseded(bill, later);
  const wish = wishOf(bill, origin, merchant);
  const reading = await readKeptBill(wish, origin, deps, null);
  const { sha256, sizeBytes, source, fetchedAtMs } = origin;
  const file = { sha256, sizeBytes, source, fetchedAtMs };
  const version = nextVersion(onRecord, deps.now());
  if (reading.rowsHash === origin.rowsHash) {
    const { billId, importedAtMs } = bill;
    const same = billOf(wish, file, reading, { billId, importedAtMs, version });
    if (!isReadAlike(origin, same.origin)) await deps.store.record(same);
    return { status: 'unchanged', bill: same };
  }
  const twin = onRecord.find((other) => isSameReading(other, bill, reading.rowsHash));
  const billId = twin?.billId ?? idOfReading(file, reading);
  const next = billOf(wish, file, reading, {
    billId,
    importedAtMs: twin?.importedAtMs ?? deps.now(),
    version,
  });
  if (!twin) {
    await readKeptBill(wish, file, deps, billId);
    await deps.store.writeErrors(next, reading.said.errors);
  }
  await deps.store.record(next);
  return { status: 'replaced', bill: next, former: bill };
}

/** As it was asked for when it was imported: with a date that was said, a bill may read otherwise. */
function wishOf(bill: Bill, origin: BillOrigin, merchant: Merchant): BillWish {
  const { book, channel, businessDate, fileName } = bill;
  return { merchant, book, channel, date: origin.isDateGiven ? businessDate : null, fileName };
}

/** Whether a former version of the bill had just these rows. */
function isSameReading(other: Bill, bill: Bill, rowsHash: string): boolean {
  return (
    other.book === bill.book &&
    other.channel === bill.channel &&
    other.origin?.sha256 === bill.origin?.sha256 &&
    other.origin?.rowsHash === rowsHash
  );
}

function isReadAlike(before: BillOrigin, after: BillOrigin | undefined): boolean {
  return before.parserVersion === after?.parserVersion && before.feeRatePpm === after.feeRatePpm;
}

function withoutBytes(bill: Bill): DuizhangError {
  return new DuizhangError(
    'DZ_ARCHIVE_MISSING',
    `${bill.fileName} of ${bill.businessDate} was imported before bytes were kept; import the original file again`,
  );
}

function superseded(bill: Bill, later: Bill): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_SUPERSEDED',
    `${bill.fileName} (${bill.billId}) does not count: the later ${later.fileName} (${later.billId}) does; read that one anew, or make this one count first with "bill use"`,
  );
}
