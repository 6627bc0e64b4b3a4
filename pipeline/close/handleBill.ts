import type { BillHandling, BillStore } from '../../domain/closePorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Bill } from '../../domain/ports.ts';

export type HandleBill = (handling: Omit<BillHandling, 'handledAtMs'>) => Promise<Bill>;

/**
 * A person has looked at the rows of a bill that could not be read: its day may close without them.
 * @param handling its billId may be the beginning of one
 * @throws DZ_BILL_NOT_FOUND
 */
export function billHandler(
  bills: Pick<BillStore, 'billsById' | 'recordHandling'>,
  now: () => number,
): HandleBill {
  return async (handling) => {
    const found = await bills.billsById(handling.billId);
    const [bill, ...others] = found.filter(({ merchantId }) => merchantId === handling.merchantId);
    if (bill && others.every(({ billId }) => billId === bill.billId)) {
      await bills.recordHandling({ ...handling, billId: bill.billId, handledAtMs: now() });
      return bill;
    }
    throw new DuizhangError(
      'DZ_BILL_NOT_FOUND',
      `${handling.merchantId} has ${bill ? 'several bills whose ids begin' : 'no bill whose id begins'} with ${handling.billId}`,
    );
  };
}
