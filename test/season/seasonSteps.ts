import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { SimulatedBill, SimulatedEvent } from '../../simulator/day.ts';
import type { Mishap, SeasonPlan, Strike } from './seasonPlan.ts';

const HOUR_MS = 3_600_000;

export type SeasonStep = {
  readonly atMs: number;
  /** Not before this date has such a run, however late it runs. */
  readonly after: {
    readonly merchantId: string;
    readonly date: BusinessDate;
    readonly failed: boolean;
  } | null;
  readonly act:
    | { readonly kind: 'EVENTS'; readonly events: readonly SimulatedEvent[] }
    | { readonly kind: 'BILL'; readonly bill: SimulatedBill }
    | { readonly kind: 'HANDLE'; readonly merchantId: string; readonly date: BusinessDate }
    | { readonly kind: 'STRIKE'; readonly strike: Strike['kind'] };
};

/** What happens outside of the system, by time; events that arrive as they should are none of it. */
export function stepsOf({ season, mishaps, strikes }: SeasonPlan): {
  readonly events: readonly SimulatedEvent[];
  readonly steps: readonly SeasonStep[];
} {
  const outages = mishaps.filter(({ kind }) => kind === 'HIS_OUTAGE');
  const heldBy = (event: SimulatedEvent): Mishap | undefined =>
    outages.find((mishap) => isHeld(event, mishap));
  const held = Map.groupBy(season.events, heldBy);
  const backAgain = outages.map((mishap): SeasonStep => {
    const events = held.get(mishap) ?? [];
    return { ...at(mishap, 15), after: { ...mishap, failed: false }, act: { kind: 'EVENTS', events } };
  });
  const bills = season.channelBills.flatMap((bill) => {
    const isOf = (mishap: Mishap): boolean =>
      mishap.merchantId === bill.merchantId && mishap.date === bill.date && mishap.channel === bill.channel;
    return billSteps(bill, mishaps.find(isOf), season);
  });
  const handlings = mishaps
    .filter(({ kind }) => kind === 'BAD_ROWS')
    .map((mishap): SeasonStep => {
      const { merchantId, date } = mishap;
      return {
        ...at(mishap, 15),
        after: { ...mishap, failed: true },
        act: { kind: 'HANDLE', merchantId, date },
      };
    });
  const struck = strikes.map(({ kind, atMs }): SeasonStep => {
    return { atMs, after: null, act: { kind: 'STRIKE', strike: kind } };
  });
  const steps = [...backAgain, ...bills, ...handlings, ...struck];
  return { events: held.get(undefined) ?? [], steps: steps.toSorted((a, b) => a.atMs - b.atMs) };
}

/** From the morning on, or from midnight: then the HIS has nothing of the day at all. */
function isHeld({ topic, payload, arrivesAtMs }: SimulatedEvent, { merchantId, date }: Mishap): boolean {
  const isWhole = Number(date.slice(-2)) % 2 === 0;
  const fromMs = startOfDate(date) - (isWhole ? HOUR_MS : -9 * HOUR_MS);
  const toMs = startOfDate(addDays(date, 1)) + 15 * HOUR_MS;
  const isOwn = topic === 'his-orders' && 'event' in payload && payload.event['merchantId'] === merchantId;
  return isOwn && arrivesAtMs >= fromMs && arrivesAtMs < toMs;
}

function billSteps(
  bill: SimulatedBill,
  mishap: Mishap | undefined,
  season: SeasonPlan['season'],
): readonly SeasonStep[] {
  const comes = (hour: number, as: SimulatedBill, after: SeasonStep['after'] = null): SeasonStep => {
    return { ...at(bill, hour), after, act: { kind: 'BILL', bill: as } };
  };
  const { merchantId, date, bytes } = bill;
  const { channel, kind } = mishap ?? { channel: 'WECHAT', kind: 'NONE' };
  switch (kind) {
    case 'BILL_LATE':
      return [comes(15, bill)];
    case 'BILL_TOO_LATE':
      return [comes(20, bill, { merchantId, date, failed: true })];
    case 'BILL_BROKEN':
      return [comes(9, { ...bill, bytes: bytes.subarray(0, bytes.length / 2) }), comes(15, bill)];
    case 'BILL_CORRECTED': {
      const wrong = season.wrongBill({ merchantId, channel, date }, 'WRONG_AMOUNT');
      return [comes(9, wrong), comes(16, bill, { merchantId, date, failed: false })];
    }
    case 'BAD_ROW_REPLACED': {
      const wrong = season.wrongBill({ merchantId, channel, date }, 'BAD_ROW');
      return [comes(9, wrong), comes(15, bill, { merchantId, date, failed: true })];
    }
    case 'HIS_OUTAGE':
    case 'HIS_NEVER_BOOKS':
    case 'BAD_ROWS':
    case 'NO_TRADE':
    case 'NONE':
      return [comes(9, bill)];
  }
}

/** An hour of the day after. */
function at({ date }: { readonly date: BusinessDate }, hour: number): { readonly atMs: number } {
  return { atMs: startOfDate(addDays(date, 1)) + hour * HOUR_MS };
}
