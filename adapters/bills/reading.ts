import type { BillLine } from '../../domain/ports.ts';
import { refusal } from './messages.ts';
import type { CheckedBillReport } from './readBill.ts';

/** A bill under reading: its lines, and what it says once they were read to their end. */
export type Reading = {
  readonly lines: AsyncGenerator<readonly BillLine[]>;
  readonly finish: () => CheckedBillReport | Promise<CheckedBillReport>;
};

/** Ties the report to the lines: it settles when they were read to their end, and is refused with them. */
export function reading(begin: () => Reading): {
  readonly lines: AsyncIterable<readonly BillLine[]>;
  readonly report: Promise<CheckedBillReport>;
} {
  const { promise, resolve, reject } = Promise.withResolvers<CheckedBillReport>();
  // Who reads only the lines learns of a refusal there; the report's rejection must not bring the process down.
  promise.catch(() => undefined);
  const lines = async function* (): AsyncGenerator<readonly BillLine[]> {
    try {
      const bill = begin();
      yield* bill.lines;
      resolve(await bill.finish());
    } catch (error) {
      reject(error);
      throw error;
    } finally {
      // Without effect when the bill was read to its end.
      reject(refusal('notRead', {}));
    }
  };
  return { lines: lines(), report: promise };
}
