import type { BusinessDate } from '../domain/businessDate.ts';
import { addDays, businessDateOf } from '../domain/businessDate.ts';
import type { Channel } from '../domain/entry.ts';
import type { Merchant } from '../domain/merchant.ts';
import { booksOf } from './books/index.ts';
import type { SimulatedBill, SimulatedEvent, TruthRow } from './day.ts';
import { deliveriesOf } from './delivery.ts';
import type { PlannedLine } from './planner.ts';
import { planDay } from './simulateDay.ts';

export type SeasonOptions = {
  readonly seed: number;
  readonly merchants: readonly Merchant[];
  /** Of each merchant and day. */
  readonly orders: number;
  readonly first: BusinessDate;
  readonly days: number;
  /** How many of each defect. */
  readonly defectsOf: (merchant: Merchant, date: BusinessDate) => Readonly<Record<string, number>>;
  /** A channel through which nobody pays on that date; null: there is none. */
  readonly silentChannelOf: (merchant: Merchant, date: BusinessDate) => Channel | null;
};

export type BillPlace = {
  readonly merchantId: string;
  readonly channel: Channel;
  readonly date: BusinessDate;
};
/** A payment in it is a fen too high, or its amount cannot be read. */
export type WrongBill = 'WRONG_AMOUNT' | 'BAD_ROW';

export type Season = {
  /** The days, and one on either side, into which orders around midnight reach. */
  readonly dates: readonly BusinessDate[];
  /** By arrival. */
  readonly events: readonly SimulatedEvent[];
  /** One of each channel and date: what all days put into it. */
  readonly channelBills: readonly SimulatedBill[];
  /** The verdict of every key once all dates have closed. */
  readonly truth: readonly TruthRow[];
  /** A channel's bill as it should not be. */
  wrongBill(place: BillPlace, wrong: WrongBill): SimulatedBill;
};

/** Days that follow one another: what one of them puts into the next lies in the same books as the next one's own. */
export function simulateSeason(options: SeasonOptions): Season {
  const { merchants, first, days } = options;
  const dates = Array.from({ length: days + 2 }, (_, index) => addDays(first, index - 1));
  const events: SimulatedEvent[] = [];
  const truth: TruthRow[] = [];
  const books = new Map<string, { readonly merchant: Merchant; readonly lines: readonly PlannedLine[] }>();
  for (const [index, merchant] of merchants.entries()) {
    const lines: PlannedLine[] = [];
    for (const [dayIndex, date] of dates.slice(1, -1).entries()) {
      // Numbers hold the seed: those of two days must not meet.
      const day = { seed: options.seed * 1_000 + dayIndex, date, orders: options.orders };
      const trading = tradingOn(merchant, date, options);
      const planner = planDay(trading, index, day, options.defectsOf(merchant, date));
      lines.push(...planner.lines);
      events.push(...deliveriesOf(planner).events);
      truth.push(...planner.rows.map((row) => closedInItsTurn(row, date)));
    }
    books.set(merchant.merchantId, { merchant, lines });
  }
  const channelBillsOf = (merchant: Merchant, lines: readonly PlannedLine[]): readonly SimulatedBill[] =>
    booksOf(merchant, dates, lines).bills.filter(({ book }) => book === 'CHANNEL');
  return {
    dates,
    events: events.toSorted((a, b) => a.arrivesAtMs - b.arrivesAtMs),
    channelBills: [...books.values()].flatMap(({ merchant, lines }) => channelBillsOf(merchant, lines)),
    truth,
    wrongBill(place, wrong) {
      const own = books.get(place.merchantId);
      const isThere = ({ channel, date }: SimulatedBill): boolean =>
        channel === place.channel && date === place.date;
      const bill = own && channelBillsOf(own.merchant, withWrong(own.lines, place, wrong)).find(isThere);
      if (!bill) throw new Error(`${place.merchantId} has no ${place.channel} bill of ${place.date}`);
      return bill;
    },
  };
}

/** Who pays around midnight pays on the next date, too: the neighbours of a silent date leave the channel alone as well. */
function tradingOn(merchant: Merchant, date: BusinessDate, { silentChannelOf }: SeasonOptions): Merchant {
  const silent = [-1, 0, 1].map((days) => silentChannelOf(merchant, addDays(date, days)));
  return { ...merchant, channels: merchant.channels.filter(({ channel }) => !silent.includes(channel)) };
}

/** What lies wholly on a neighbouring date has no row in the day's own run, and one in the run of that date. */
function closedInItsTurn(row: TruthRow, date: BusinessDate): TruthRow {
  const isElsewhere = row.threeWay === null && row.realtime !== null && row.realtime.businessDate !== date;
  return isElsewhere ? { ...row, threeWay: row.realtime } : row;
}

function withWrong(
  lines: readonly PlannedLine[],
  { merchantId, channel, date }: BillPlace,
  wrong: WrongBill,
): readonly PlannedLine[] {
  const at = lines.findIndex(
    (line) =>
      line.book === 'CHANNEL' &&
      line.channel === channel &&
      line.kind === 'PAYMENT' &&
      line.damage === null &&
      businessDateOf(line.occurredAtMs) === date,
  );
  const line = lines[at];
  if (!line) throw new Error(`${merchantId} has no ${channel} payment on ${date}`);
  return lines.with(
    at,
    wrong === 'BAD_ROW' ? { ...line, damage: 'AMOUNT' } : { ...line, amountFen: line.amountFen + 1n },
  );
}
