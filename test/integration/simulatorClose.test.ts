import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Merchant } from '../../domain/merchant.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import type { SimulatedBill } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import type { CloseSystem } from './closeHarness.ts';
import { startCloseSystem } from './closeHarness.ts';
import { ALL_HOSPITALS, DATE, eventEntries, textOfVerdict, truthOf } from './simulatorHarness.ts';

let system: CloseSystem;

beforeAll(async () => {
  system = await startCloseSystem();
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

async function importSimulated(bills: readonly SimulatedBill[], merchant: Merchant): Promise<void> {
  for (const { book, channel, date, fileName, bytes } of bills) {
    const open = () => ReadableStream.from([bytes]);
    const request = { merchant, book, channel, date, fileName, open };
    const { bill } = await importBill(request, system.importDeps);
    const { merchantId, billId } = bill;
    if (bill.errorRows === 0) continue;
    const handledAtMs = system.deps.now();
    await system.bills.recordHandling({
      merchantId,
      billId,
      handledBy: 'test',
      note: 'planted',
      handledAtMs,
    });
  }
}

async function verdictsOf(merchant: Merchant): Promise<readonly string[]> {
  const { rows } = await system.close(DATE, merchant);
  return rows.map(({ verdict }) => textOfVerdict(verdict)).sort();
}

// A hospital for each seed: their books do not meet.
describe.each(ALL_HOSPITALS.map((merchant, index) => ({ seed: index + 1, merchant })))(
  'the close of the simulated day of seed $seed',
  ({ seed, merchant }) => {
    const day = simulateDay({ seed, merchants: [merchant], orders: 300, date: DATE, defects: null });
    const planted = truthOf(day, 'threeWay');
    const isChannel = (bill: SimulatedBill) => bill.book === 'CHANNEL';

    test('gives the planted verdicts, with the events as two of the books and with all three as bills', async () => {
      await system.writeEvents(eventEntries(day));
      await importSimulated(day.bills.filter(isChannel), merchant);
      expect(await verdictsOf(merchant)).toEqual(planted);
      await importSimulated(
        day.bills.filter((bill) => !isChannel(bill)),
        merchant,
      );
      expect(await verdictsOf(merchant)).toEqual(planted);
    });
  },
);
