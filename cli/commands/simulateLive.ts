import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../adapters/clock/playbackClock.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { openLog } from '../../adapters/openLog.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, businessDateOf, dayNumberOf, startOfDate } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { SimulatedDay } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import type { Closing } from '../closing.ts';
import { openClosing } from '../closing.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { configOf } from '../configOf.ts';
import { systemHere } from '../runningSystem.ts';
import { feedDay } from '../start/feedDay.ts';
import { listenForInterrupt } from '../start/interrupt.ts';

export type LiveRequest = {
  readonly seed: number;
  readonly orders: number;
  /** The first so many hospitals with a HIS. */
  readonly merchantsOf: (config: Config, path: string) => readonly Merchant[];
};

/** The last events of a day are on their way until then. */
const AFTER_MIDNIGHT_MS = 30 * 60_000;

/**
 * Plays simulated days into the running system as they pass: what today has had so far at once, then event by event, and
 * after midnight the channels' bills. A day that is played again is the same: nothing changes by it.
 * @throws DZ_USAGE for hospitals that are real: they have sources, refunds, or machines
 */
export async function simulateLive(request: LiveRequest, io: CommandIo): Promise<ExitCode> {
  const run = systemHere(io);
  const config = configOf(run);
  const merchants = request.merchantsOf(config, run.configPath);
  refuseReal(config, merchants, run.configPath);
  const log = openLog({
    url: run.logUrl,
    config,
    env: io.env,
    process: 'cli',
    onWarning: () => undefined,
  });
  const producer = log.newProducer();
  const closing = openClosing(run, config, io.env);
  const clock = systemClock();
  const interrupt = listenForInterrupt(Date.now);
  const { signal } = interrupt;
  try {
    for (let date = businessDateOf(clock.now()); !signal.aborted; date = addDays(date, 1)) {
      const day = dayOf(request, merchants, date);
      io.stderr(`${date}: ${merchants.length} hospitals, ${day.events.length} events\n`);
      const parts = { producer, clock, pause: (ms: number) => pause(ms), signal, onFed: () => undefined };
      await feedDay(day.events, 0, parts);
      const endMs = startOfDate(addDays(date, 1)) + AFTER_MIDNIGHT_MS;
      await pause(Math.max(0, endMs - clock.now()), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await bringBills(day, merchants, closing);
    }
    return 0;
  } finally {
    interrupt.stop();
    await closing.dispose();
    await producer.close();
    await log.close();
  }
}

function dayOf(
  { seed, orders }: LiveRequest,
  merchants: readonly Merchant[],
  date: BusinessDate,
): SimulatedDay {
  return simulateDay({ seed: seed + dayNumberOf(startOfDate(date)), merchants, orders, date, defects: null });
}

function refuseReal(config: Config, merchants: readonly Merchant[], path: string): void {
  const real = merchants.find(
    ({ merchantId }) =>
      config.sources.has(merchantId) ||
      config.refunds.has(merchantId) ||
      config.machines.some(({ raw }) => raw.merchants.includes(merchantId)),
  );
  if (!real) return;
  throw new DuizhangError(
    'DZ_USAGE',
    `${real.merchantId} of ${path} has sources, refunds or machines: invented payments are not mixed with real ones`,
  );
}

async function bringBills(
  day: SimulatedDay,
  merchants: readonly Merchant[],
  closing: Closing,
): Promise<void> {
  for (const { merchantId, book, channel, date, fileName, bytes } of day.bills) {
    const merchant = merchants.find((one) => one.merchantId === merchantId);
    if (book !== 'CHANNEL' || !merchant) continue;
    const open = async function* (): AsyncIterable<Uint8Array> {
      yield bytes;
    };
    const { bill } = await closing.importBill({
      merchant,
      book,
      channel,
      date,
      fileName,
      source: 'simulator',
      open,
    });
    // Bad lines are planted: nobody has to look at them.
    const { billId, errorRows } = bill;
    if (errorRows > 0)
      await closing.handleBill({ merchantId, billId, handledBy: 'simulator', note: 'planted' });
  }
}
