import type { KeptBytes } from '../../domain/billArchive.ts';
import type { BillOrigin, Bill } from '../../domain/ports.ts';
import { speaksFor } from './bookScope.ts';
import type { BillWish, Reading } from './readKeptBill.ts';

export type FoundFile = KeptBytes & Pick<BillOrigin, 'source' | 'fetchedAtMs'>;

/** The record of a reading. */
export function billOf(
  wish: BillWish,
  file: FoundFile,
  { said, channel, date, rowsHash, account }: Reading,
  place: Pick<Bill, 'billId' | 'importedAtMs' | 'version'>,
): Bill {
  const { merchant, book } = wish;
  const agreed = merchant.channels.find((own) => own.channel === channel)?.feeRatePpm ?? null;
  return {
    ...place,
    merchantId: merchant.merchantId,
    book,
    channel,
    businessDate: date,
    format: said.format,
    fileName: wish.fileName,
    rows: said.rows,
    errorRows: said.errorCount,
    payments: said.payments,
    refunds: said.refunds,
    paymentFen: said.paymentFen,
    refundFen: said.refundFen,
    account,
    origin: {
      ...file,
      parserVersion: said.parserVersion,
      rowsHash,
      isDateGiven: wish.date !== null,
      feeMilliFen: said.feeMilliFen,
      feeRatePpm: agreed,
    },
  };
}

/** Growing with the clock too: two imports at once that see the same bills on record still differ. */
export function nextVersion(bills: readonly Bill[], nowMs: number): bigint {
  const latest = bills.reduce((max, bill) => (bill.version > max ? bill.version : max), 0n);
  return BigInt(nowMs) > latest ? BigInt(nowMs) : latest + 1n;
}

/** The bill that counts in the place of this one; null when this one does. */
export function laterOf(bill: Bill, bills: readonly Bill[]): Bill | null {
  const rivals = bills.filter(
    (other) => other.businessDate === bill.businessDate && speaksFor(other, bill.book, bill.channel),
  );
  const later = rivals.filter((other) => other.version > bill.version);
  return later.toSorted((a, b) => Number(b.version - a.version))[0] ?? null;
}

/** The bills that counted and that a new one takes the place of, wholly or for one channel. */
export function replacedBy(bill: Bill, before: readonly Bill[]): readonly Bill[] {
  return before.filter(
    (other) =>
      other.businessDate === bill.businessDate &&
      (speaksFor(other, bill.book, bill.channel) || speaksFor(bill, other.book, other.channel)) &&
      other.billId !== bill.billId &&
      laterOf(other, before) === null,
  );
}
