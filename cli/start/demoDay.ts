import type { Playback } from '../../adapters/clock/playbackClock.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { DayOptions, SimulatedDay } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import type { DemoRecord } from './demoRecord.ts';

/** The stream must have been silent for two seconds of the machine before event time follows the clock. */
const TAIL_MS = 2_500;
const MARGIN_MS = 60_000;
/** The clock runs on fast until the day is closed: an hour of the machine at most. */
const PLAYBACK_MS = 3_600_000;
/** Until then the pipeline is up. */
const LEAD_MS = 1_000;

export function simulateDemo(record: DemoRecord, config: Config): SimulatedDay {
  return simulateDay(dayOptionsOf(record, config));
}

/** @throws DZ_DEMO_OTHER */
export function dayOptionsOf(record: DemoRecord, config: Config): DayOptions {
  const { seed, orders } = record.options;
  return { seed, orders, merchants: demoMerchants(record, config), date: record.date, defects: null };
}

/** @throws DZ_DEMO_OTHER when the configuration has lost hospitals of the day */
export function demoMerchants({ options }: DemoRecord, config: Config): readonly Merchant[] {
  const merchants = [...config.merchants.values()].slice(0, options.merchants);
  if (merchants.length === options.merchants) return merchants;
  throw new DuizhangError(
    'DZ_DEMO_OTHER',
    `the demo day has ${options.merchants} hospitals, the configuration knows ${merchants.length}; add --fresh to begin anew`,
  );
}

/** Event time at which every verdict of the day has been given: its end with its grace, and the last event's window. */
export function settledAtMs(
  { events }: SimulatedDay,
  record: DemoRecord,
  merchants: readonly Merchant[],
): number {
  const lastArrivalMs = events.at(-1)?.arrivesAtMs ?? 0;
  const ends = merchants.map(({ rules, graceMs }) =>
    Math.max(
      startOfDate(addDays(record.date, 1), rules.cutOffMs) + graceMs,
      lastArrivalMs + rules.windowMs + MARGIN_MS,
    ),
  );
  return Math.max(...ends);
}

/** The clock on which the rest of the day is played, at the rate at which all of it takes the given seconds. */
export function playbackOf(
  { events }: SimulatedDay,
  fed: number,
  until: { readonly settledMs: number; readonly seconds: number },
  wallMs: number,
): Playback {
  const firstMs = events[0]?.arrivesAtMs ?? until.settledMs;
  const startMs = events[fed]?.arrivesAtMs ?? events.at(-1)?.arrivesAtMs ?? until.settledMs;
  const playedMs = Math.max(until.seconds * 1_000 - TAIL_MS, until.seconds * 500);
  const rate = Math.max(1, (until.settledMs - firstMs) / playedMs);
  return { wallStartMs: wallMs + LEAD_MS, startMs, rate, untilMs: startMs + rate * PLAYBACK_MS };
}
