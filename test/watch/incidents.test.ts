import { expect, test } from 'vitest';
import type { Alert } from '../../domain/alert.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import type { DayOfHospital, Span, Told } from './playDay.ts';
import { dayOf, play } from './playDay.ts';

const MERCHANT = { ...SAMPLE_MERCHANT, merchantId: 'H001' };
const MINUTE_MS = 60_000;
const SEEDS = Array.from({ length: 12 }, (_, n) => n + 1);

const at = (day: DayOfHospital, hour: number, minutes: number): Span => {
  const fromMs = day.startMs + hour * 60 * MINUTE_MS;
  return { fromMs, toMs: fromMs + minutes * MINUTE_MS };
};
const isIn = (ms: number, { fromMs, toMs }: Span): boolean => ms >= fromMs && ms < toMs;
const kinds = (alerts: readonly Alert[]): readonly string[] =>
  alerts
    .map(({ kind, book, channel, detail }) => [kind, book, channel, detail].filter(Boolean).join(' '))
    .toSorted();
/** The day without the orders of the outage that every simulated day has. */
const withoutOutage = ({ told, outage }: DayOfHospital): readonly Told[] => {
  const around = { fromMs: outage.fromMs - 10 * MINUTE_MS, toMs: outage.toMs + MINUTE_MS };
  const gone = new Set(
    told.filter(({ entry }) => isIn(entry.occurredAtMs, around)).map(({ entry }) => entry.orderNo),
  );
  return told.filter(({ entry }) => !gone.has(entry.orderNo));
};
const seconds = (all: readonly number[], share: number): number =>
  Math.round((all.toSorted((a, b) => a - b)[Math.ceil(all.length * share) - 1] ?? 0) / 1000);

test.each([2_000, 20_000])(
  'a HIS that falls silent is one incident, whatever the day: found, held to its end, and nothing beside it (%i orders)',
  (orders) => {
    const foundAfter: number[] = [];
    for (const seed of SEEDS.slice(0, orders === 20_000 ? 4 : SEEDS.length)) {
      const day = dayOf(MERCHANT, seed, orders);
      const { alerts } = play([MERCHANT], day.told);
      const incidents = alerts.filter(({ kind }) => kind !== 'ORDERS_ONE_SIDED');
      expect(kinds(incidents)).toEqual(['FEED_SILENT MERCHANT']);
      const [incident] = incidents;
      if (!incident) return;
      foundAfter.push(incident.openedAtMs - day.outage.fromMs);
      expect(Math.abs(incident.sinceMs - day.outage.fromMs)).toBeLessThan(4 * MINUTE_MS);
      expect((incident.untilMs ?? 0) - day.outage.toMs).toBeLessThan(3 * MINUTE_MS);
      expect(incident).toMatchObject({ state: 'CLOSED', severity: 'CRITICAL', left: 0 });
      const paid = day.told.filter(
        ({ entry }) =>
          entry.book === 'PLATFORM' && entry.kind === 'PAYMENT' && isIn(entry.occurredAtMs, day.outage),
      );
      const own = new Set(paid.map(({ entry }) => entry.orderNo)).size;
      expect(incident.orders / own).toBeGreaterThan(0.8);
      expect(incident.orders / own).toBeLessThan(1.2);
      // What stays outside of it is late by itself, one by one.
      for (const order of alerts.filter(({ kind }) => kind === 'ORDERS_ONE_SIDED')) {
        expect(isIn(order.sinceMs, day.outage)).toBe(false);
        expect(order.orders).toBeLessThan(4);
      }
    }
    // A silence is known by the orders that wait: five at the least, as fast as patients pay.
    expect(seconds(foundAfter, 0.5)).toBeLessThan(orders === 20_000 ? 60 : 150);
    expect(seconds(foundAfter, 1)).toBeLessThan(orders === 20_000 ? 120 : 600);
  },
  300_000,
);

test('what an outage takes away for good is its summary, and no alert of its own', () => {
  const day = dayOf(MERCHANT, 3, 20_000);
  const lost = at(day, 10, 9);
  const told = withoutOutage(day).filter(
    ({ entry }) => entry.book === 'PLATFORM' || !isIn(entry.occurredAtMs, lost),
  );
  const { alerts } = play([MERCHANT], told);
  expect(kinds(alerts.filter(({ orders }) => orders > 3))).toEqual(['FEED_SILENT MERCHANT']);
  const [incident] = alerts.filter(({ kind }) => kind === 'FEED_SILENT');
  expect(incident?.left).toBeGreaterThan(50);
  expect(incident?.left).toBeLessThanOrEqual(incident?.orders ?? 0);
  expect(incident?.amountFen).toBeGreaterThan(0n);
});

test('one channel that HIS does not book any more is told as that channel', () => {
  const day = dayOf(MERCHANT, 4, 20_000);
  const lost = at(day, 10, 12);
  const gone = new Set(
    day.told
      .filter(({ entry }) => entry.channel === 'ALIPAY' && isIn(entry.occurredAtMs, lost))
      .map(({ entry }) => entry.orderNo),
  );
  const told = withoutOutage(day).filter(
    ({ entry }) => entry.book === 'PLATFORM' || !gone.has(entry.orderNo),
  );
  const { alerts } = play([MERCHANT], told);
  const [incident, ...more] = alerts.filter(({ orders }) => orders > 3);
  expect(more).toEqual([]);
  expect(incident).toMatchObject({
    kind: 'CHANNEL_ONE_SIDED',
    channel: 'ALIPAY',
    book: 'MERCHANT',
    state: 'CLOSED',
  });
  expect((incident?.openedAtMs ?? 0) - lost.fromMs).toBeLessThan(90_000);
});

test('a platform that falls silent is told as the platform', () => {
  const day = dayOf(MERCHANT, 5, 20_000);
  const silent = at(day, 14, 10);
  const told = withoutOutage(day).map(({ entry, arrivesAtMs }) =>
    entry.book === 'PLATFORM' && isIn(arrivesAtMs, silent)
      ? { entry, arrivesAtMs: silent.toMs + 1_000 }
      : { entry, arrivesAtMs },
  );
  const { alerts } = play([MERCHANT], told);
  expect(kinds(alerts.filter(({ orders }) => orders > 3))).toEqual(['FEED_SILENT PLATFORM']);
});

test('wrong amounts of one business type are one incident of that type', () => {
  const day = dayOf(MERCHANT, 6, 2_000);
  const wrong = at(day, 7, 90);
  const told = withoutOutage(day).map(({ entry, arrivesAtMs }) =>
    entry.book === 'MERCHANT' && entry.businessType === 'REGISTRATION' && isIn(entry.occurredAtMs, wrong)
      ? { entry: { ...entry, amountFen: entry.amountFen + 100n }, arrivesAtMs }
      : { entry, arrivesAtMs },
  );
  const { alerts } = play([MERCHANT], told);
  const [incident, ...more] = alerts.filter(({ kind }) => kind === 'AMOUNT_WRONG');
  expect(more).toEqual([]);
  expect(incident).toMatchObject({ detail: 'REGISTRATION', state: 'OPEN' });
  expect(incident?.orders).toBeGreaterThan(4);
});

test('a producer with a clock ahead is told, and raises nothing else', () => {
  const day = dayOf(MERCHANT, 7, 2_000);
  const told = day.told.map(({ entry, arrivesAtMs }) =>
    entry.book === 'MERCHANT' && isIn(arrivesAtMs, at(day, 15, 20))
      ? { entry: { ...entry, occurredAtMs: entry.occurredAtMs + 30 * MINUTE_MS }, arrivesAtMs }
      : { entry, arrivesAtMs },
  );
  const { alerts } = play([MERCHANT], told);
  const [clock] = alerts.filter(({ kind }) => kind === 'CLOCK_WRONG');
  expect(clock).toMatchObject({ book: 'MERCHANT', state: 'CLOSED' });
});

test.each([
  ['MERCHANT', 10],
  ['MERCHANT', 90],
  ['PLATFORM', 10],
] as const)(
  'a %s clock that is %i minutes behind is told, and nothing of that size beside it',
  (book, minutes) => {
    const day = dayOf(MERCHANT, 7, 2_000);
    const wrong = at(day, 15, 40);
    const told = withoutOutage(day).map(({ entry, arrivesAtMs }) =>
      entry.book === book && isIn(arrivesAtMs, wrong)
        ? { entry: { ...entry, occurredAtMs: entry.occurredAtMs - minutes * MINUTE_MS }, arrivesAtMs }
        : { entry, arrivesAtMs },
    );
    const { alerts } = play([MERCHANT], told);
    const [clock, ...more] = alerts.filter(({ kind }) => kind === 'CLOCK_WRONG');
    expect(more).toEqual([]);
    expect(clock).toMatchObject({ book, state: 'CLOSED' });
    expect(Math.abs(Number(clock?.evidence['secondsBehind']) - minutes * 60)).toBeLessThan(60);
    expect((clock?.openedAtMs ?? 0) - wrong.fromMs).toBeLessThan(10 * MINUTE_MS);
    // Once it is known, an order is not called one-sided because of it.
    const foundMs = clock?.openedAtMs ?? 0;
    expect(kinds(alerts.filter(({ openedAtMs: ms }) => ms > foundMs && ms < wrong.toMs))).toEqual([]);
  },
);

test('events that are late, whatever the day, speak of no clock', () => {
  for (const seed of SEEDS.slice(0, 4)) {
    const { alerts } = play([MERCHANT], dayOf(MERCHANT, seed, 2_000).told);
    expect(alerts.filter(({ kind }) => kind === 'CLOCK_WRONG')).toEqual([]);
  }
  // We were down for an hour: both books come at once, in the order in which they were sent.
  const day = dayOf(MERCHANT, 2, 2_000);
  const down = at(day, 10, 60);
  const told = withoutOutage(day).map(({ entry, arrivesAtMs }) =>
    isIn(arrivesAtMs, down)
      ? { entry, arrivesAtMs: down.toMs + (arrivesAtMs - down.fromMs) / 60 }
      : { entry, arrivesAtMs },
  );
  expect(play([MERCHANT], told).alerts.filter(({ kind }) => kind === 'CLOCK_WRONG')).toEqual([]);
}, 60_000);

test('hospitals do not disturb each other: the other one is quiet', () => {
  const [one, two] = [dayOf(MERCHANT, 8, 2_000), dayOf({ ...MERCHANT, merchantId: 'H002' }, 9, 2_000)];
  const { alerts } = play([one.merchant, two.merchant], [...one.told, ...withoutOutage(two)]);
  expect(kinds(alerts.filter(({ merchantId, orders }) => merchantId === 'H002' && orders > 3))).toEqual([]);
  expect(
    kinds(alerts.filter(({ merchantId, kind }) => merchantId === 'H001' && kind === 'FEED_SILENT')),
  ).toHaveLength(1);
});

test('where silences are off, or are told late, their orders are told by themselves', () => {
  const day = dayOf(MERCHANT, 3, 2_000);
  const withRules = (feedSilence: AlertRules['feedSilence']) =>
    play([MERCHANT], day.told, { feedSilence }).alerts;
  const off = withRules(null);
  expect(kinds(off.filter(({ kind }) => kind === 'FEED_SILENT'))).toEqual([]);
  expect(Math.max(...off.map(({ orders }) => orders))).toBeGreaterThan(3);
  const outageMs = day.outage.toMs - day.outage.fromMs;
  const late = withRules({ leastMs: outageMs / 2 }).find(({ kind }) => kind === 'FEED_SILENT');
  expect((late?.openedAtMs ?? 0) - (late?.sinceMs ?? 0)).toBeGreaterThanOrEqual(outageMs / 2);
  expect(late).toMatchObject({ state: 'CLOSED' });
  expect(withRules({ leastMs: 4 * outageMs }).filter(({ kind }) => kind === 'FEED_SILENT')).toEqual([]);
}, 60_000);
