import { DuizhangError } from '../domain/errors.ts';
import type { Merchant } from '../domain/merchant.ts';
import { booksOf } from './books/index.ts';
import type { DayOptions, SimulatedBill, SimulatedDay, SimulatedEvent, TruthRow } from './day.ts';
import { ASKED_DEFECTS, checkDefects, defaultDefects, DEFECTS, SPAN_DEFECTS } from './defects/index.ts';
import { deliveriesOf } from './delivery.ts';
import { planAroundMidnight, planOrdinaryOrders } from './ordinaryOrders.ts';
import { Planner } from './planner.ts';

/**
 * One day of some hospitals: the events that reach the log, the books as files, and what is true of each key. The same options
 * give the same bytes.
 * @throws DZ_BAD_DEFECTS for a defect that there is not, DZ_SIMULATE_TWO_WAY for a merchant without a HIS
 */
export function simulateDay(options: DayOptions): SimulatedDay {
  const events: SimulatedEvent[] = [];
  const bills: SimulatedBill[] = [];
  const rows: TruthRow[] = [];
  const badBillLines: SimulatedDay['truth']['badBillLines'][number][] = [];
  const deadLetters = new Map<string, number>();
  for (const planner of plansOf(options)) {
    const { merchant } = planner;
    const delivered = deliveriesOf(planner);
    const books = booksOf(merchant, [options.date], planner.lines);
    for (const event of delivered.events) events.push(event);
    for (const code of delivered.deadLetters) deadLetters.set(code, (deadLetters.get(code) ?? 0) + 1);
    bills.push(...books.bills);
    badBillLines.push(...books.badBillLines);
    for (const row of planner.rows) rows.push(row);
  }
  events.sort((a, b) => a.arrivesAtMs - b.arrivesAtMs);
  const { seed, date } = options;
  return {
    events,
    bills,
    truth: { seed, date, rows, deadLetters: Object.fromEntries(deadLetters), badBillLines },
  };
}

/**
 * What happens at each hospital, before it becomes events and books; the same options give the same plans.
 * @throws DZ_BAD_DEFECTS, DZ_SIMULATE_TWO_WAY
 */
export function* plansOf(options: DayOptions): Generator<Planner> {
  const defects = options.defects ?? defaultDefects(options.orders);
  checkDefects(defects);
  for (const [index, merchant] of options.merchants.entries()) {
    yield planDay(merchant, index, options, defects);
  }
}

/** What happens to one merchant on one day. @throws DZ_SIMULATE_TWO_WAY */
export function planDay(
  merchant: Merchant,
  merchantIndex: number,
  { seed, date, orders }: Pick<DayOptions, 'seed' | 'date' | 'orders'>,
  defects: Readonly<Record<string, number>>,
): Planner {
  if (merchant.mode !== 'THREE_WAY') {
    throw new DuizhangError(
      'DZ_SIMULATE_TWO_WAY',
      `merchant ${merchant.merchantId} closes ${merchant.mode}; a simulated day needs hospitals with a HIS (mode THREE_WAY)`,
    );
  }
  const planner = new Planner({ seed, merchant, merchantIndex, date });
  planAroundMidnight(planner, orders);
  for (const { name, plant } of [...DEFECTS, ...ASKED_DEFECTS]) {
    for (let i = 0; i < (defects[name] ?? 0); i += 1) plant(planner);
  }
  planOrdinaryOrders(planner, orders);
  for (const { name, plant } of SPAN_DEFECTS) {
    for (let i = 0; i < (defects[name] ?? 0); i += 1) plant(planner);
  }
  return planner;
}
