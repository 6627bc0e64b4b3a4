import { MAX_DECIMALS, textOfExact } from '../../adapters/bills/decimal.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { Bill } from '../../domain/ports.ts';

/** As people name a bill: enough of its id to be the only one. */
export function shortId(bill: Pick<Bill, 'billId'>): string {
  return bill.billId.length > 64 ? bill.billId : bill.billId.slice(0, 12);
}

/** What certificates say of a bill (`account`) stands there. */
export function jsonOfBill({ account: _account, ...bill }: Bill): Readonly<Record<string, unknown>> {
  const { origin } = bill;
  return {
    ...bill,
    paymentFen: bill.paymentFen.toString(),
    refundFen: bill.refundFen.toString(),
    version: bill.version.toString(),
    ...(origin === undefined
      ? {}
      : { origin: { ...origin, feeMilliFen: origin.feeMilliFen?.toString() ?? null } }),
  };
}

export function placeOf(bill: Bill): string {
  return `${bill.format} of ${bill.merchantId}, ${bill.book} ${bill.channel ?? 'all channels'}, ${bill.businessDate}`;
}

export function sumsOf(bill: Bill): string {
  return (
    `${bill.payments} payments ${yuanOfFen(bill.paymentFen)} yuan, ` +
    `${bill.refunds} refunds ${yuanOfFen(bill.refundFen)} yuan, ${bill.errorRows} rows in error`
  );
}

export function feeText(feeMilliFen: bigint | null): string {
  return feeMilliFen === null ? '-' : textOfExact(feeMilliFen, MAX_DECIMALS);
}

export function billUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang bill --help)`);
}
