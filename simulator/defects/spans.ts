import type { TruthRow } from '../day.ts';
import type { PlannedLine, Planner } from '../planner.ts';
import type { Defect } from './defect.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What goes wrong for a while and for everybody: it changes orders that are planned already. */
export const SPAN_DEFECTS: readonly Defect[] = [
  { name: 'his-outage', perThousand: 0, cause: 'HIS_OUTAGE', plant: plantOutage },
  { name: 'his-clock', perThousand: 0, cause: 'CLOCK_SKEW', plant: plantWrongClock },
];

/** Of the payments that find HIS down: never booked; the others are booked once it is back. */
const NEVER_BOOKED = 0.5;

/** HIS books nothing for a while, and patients go on paying. */
function plantOutage(planner: Planner): void {
  const { random, startMs } = planner;
  const fromMs = startMs + random.int(9 * HOUR_MS, 16 * HOUR_MS);
  const toMs = fromMs + random.int(15 * MINUTE_MS, 50 * MINUTE_MS);
  const isDown = ({ book, occurredAtMs }: PlannedLine): boolean =>
    book === 'MERCHANT' && occurredAtMs >= fromMs && occurredAtMs < toMs;
  const plain = plainPayments(planner);
  const met = new Set(planner.lines.filter(isDown).map(({ orderNo }) => orderNo));
  const lost = new Set([...met].filter((orderNo) => plain.has(orderNo) && random.chance(NEVER_BOOKED)));
  changeLines(planner, (line) => {
    if (lost.has(line.orderNo)) return line.book === 'MERCHANT' ? null : { ...line, hisOrderNo: null };
    return isDown(line) ? { ...line, occurredAtMs: toMs + random.int(0, 8 * MINUTE_MS) } : line;
  });
  changeRows(planner, lost, (row) => ({
    ...row,
    defect: 'his-outage',
    realtime: row.realtime && { ...row.realtime, code: 'PLATFORM_ONLY' },
    threeWay: row.threeWay && { ...row.threeWay, code: 'CHANNEL_ONLY' },
  }));
}

/** Around the evening's end the clock of HIS is wrong, by the same for every receipt. */
function plantWrongClock(planner: Planner): void {
  const { random, endMs } = planner;
  const wrongMs = random.int(6 * MINUTE_MS, 20 * MINUTE_MS) * (random.chance(0.5) ? 1 : -1);
  const counted = planner.orders;
  for (let i = 0; i < EVENING_PATIENTS; i += 1) {
    const isNextDay = random.chance(0.3);
    const at = isNextDay
      ? endMs + random.int(10_000, 25 * MINUTE_MS)
      : endMs - random.int(60_000, 40 * MINUTE_MS);
    planner.ordinary(planner.payment(at));
  }
  planner.orders = counted;
  const plain = plainPayments(planner);
  const crossing = new Set<string>();
  changeLines(planner, (line) => {
    const { book, orderNo, occurredAtMs } = line;
    const isWrong = occurredAtMs >= endMs - 90 * MINUTE_MS && occurredAtMs < endMs + 40 * MINUTE_MS;
    if (book !== 'MERCHANT' || !isWrong || !plain.has(orderNo)) return line;
    const wrong = { ...line, occurredAtMs: occurredAtMs + wrongMs };
    if (planner.dateOf(wrong.occurredAtMs) !== planner.dateOf(occurredAtMs)) crossing.add(orderNo);
    return wrong;
  });
  changeRows(planner, crossing, (row) => {
    const verdict = row.realtime && { ...row.realtime, code: 'CROSS_DAY' };
    return { ...row, defect: 'his-clock', realtime: verdict, threeWay: verdict };
  });
}
const EVENING_PATIENTS = 24;

/** Orders of which nothing is known but a payment in order. */
function plainPayments({ rows }: Planner): ReadonlySet<string> {
  const byOrder = Map.groupBy(rows, ({ orderNo }) => orderNo);
  const plain = [...byOrder].filter(
    ([, [first, ...more]]) => first?.defect === null && first.kind === 'PAYMENT' && more.length === 0,
  );
  return new Set(plain.map(([orderNo]) => orderNo));
}

/** @param change null: the line is not there */
function changeLines({ lines }: Planner, change: (line: PlannedLine) => PlannedLine | null): void {
  const changed = lines.map(change).filter((line) => line !== null);
  lines.length = 0;
  for (const line of changed) lines.push(line);
}

function changeRows(
  { rows }: Planner,
  orders: ReadonlySet<string>,
  change: (row: TruthRow) => TruthRow,
): void {
  for (const [index, row] of rows.entries()) if (orders.has(row.orderNo)) rows[index] = change(row);
}
