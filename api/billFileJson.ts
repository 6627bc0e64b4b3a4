import { Type } from 'typebox';
import type { BillFile } from '../domain/apiPorts.ts';
import type { Bill } from '../domain/ports.ts';
import { BOOKS, CHANNELS } from '../domain/entry.ts';
import { DateText, Fen, Instant, NullableText, oneOf } from './schemas.ts';

/** A bill on record, as people are shown it. */
export const BillFileSchema = Type.Object({
  id: Type.String({ description: 'begins with the SHA-256 of the original bytes' }),
  merchantId: Type.String(),
  book: oneOf(BOOKS),
  channel: Type.Union([oneOf(CHANNELS), Type.Null()], { description: 'null: it speaks for every channel' }),
  date: DateText,
  format: Type.String(),
  fileName: Type.String(),
  rows: Type.Integer(),
  errorRows: Type.Integer(),
  payments: Type.Integer(),
  refunds: Type.Integer(),
  paymentFen: Fen,
  refundFen: Fen,
  feeMilliFen: {
    ...NullableText,
    description: 'what the channel charged, in thousandths of a fen; null: the bill does not say',
  },
  importedAt: Instant,
  isCurrent: Type.Boolean({ description: 'false: a later bill of the same place counts instead' }),
  sha256: {
    ...NullableText,
    description: 'of the original bytes; null: they are not kept, and cannot be downloaded',
  },
  sizeBytes: Type.Integer(),
});

export function billFileJson({ billId, businessDate, importedAtMs, ...bill }: BillFile) {
  return {
    ...bill,
    id: billId,
    date: businessDate,
    paymentFen: bill.paymentFen.toString(),
    refundFen: bill.refundFen.toString(),
    feeMilliFen: bill.feeMilliFen === null ? null : bill.feeMilliFen.toString(),
    importedAt: new Date(importedAtMs).toISOString(),
  };
}

/** Of a bill that was just taken. */
export function fileOfBill(bill: Bill, isCurrent: boolean): BillFile {
  const { origin, account: _, ...rest } = bill;
  return {
    ...rest,
    isCurrent,
    sha256: origin?.sha256 ?? null,
    sizeBytes: origin?.sizeBytes ?? 0,
    feeMilliFen: origin?.feeMilliFen ?? null,
  };
}
