import { randomUUID } from 'node:crypto';
import { clickHouseCertificates } from '../../adapters/clickhouse/certificates.ts';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { signerOf, signingKeyPath } from '../../adapters/files/signingKey.ts';
import { closesEnded, redisChainLock, redisTokenIssuer } from '../../adapters/redis/lease.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, businessDateOf } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { certifier } from '../close/certifier.ts';
import { closeDay } from '../close/closeDay.ts';
import { DayKeeper } from '../close/dayKeeper.ts';
import { CloseScheduler } from '../close/scheduler.ts';
import { closeGate } from '../join/closeGate.ts';
import { setUpWindow } from '../join/setUpWindow.ts';
import type { PipelineParts } from './parts.ts';
import { pauseMs } from '../rounds.ts';

const ROUND_MS = 2_000;
const LOOK_MS = 100;
const GATE_PATIENCE_MS = 60_000;

/** What follows from days being over: closing them by schedule, certificates, late events, and letting go. */
export function daysOf(parts: PipelineParts) {
  const { pino: log, config, clock, clickhouse, windowRedis, window, ledger, days, bills, fetches } = parts;
  const { rest, keepRounds, stopping, closedDays, board, eventLog } = parts;
  const gateParts = { log: eventLog.log, window, ledger, board, clock, pause: pauseMs };
  const closeLedger = clickHouseCloseLedger(clickhouse);
  const tokens = redisTokenIssuer(windowRedis);
  const certificates = certifier({
    store: clickHouseCertificates(clickhouse),
    signer: signerOf(signingKeyPath(parts.env, parts.dataDir)),
    lock: redisChainLock(windowRedis, randomUUID),
    pause: pauseMs,
  });
  /** Dates of locked months that want another run: told once, tried again until somebody closes them for a reason. */
  const toldLocked = new Set<string>();

  /** @returns whether it ran: somebody else may be closing it, or it is too early, or its month is locked */
  async function closeBySystem(merchant: Merchant, date: BusinessDate, why: string): Promise<boolean> {
    const at = { merchantId: merchant.merchantId, date, why };
    const onWaiting = (reason: string): void => log.info({ ...at, reason }, 'a close waits');
    const gate = closeGate(gateParts, config.merchants, { patienceMs: GATE_PATIENCE_MS, onWaiting });
    try {
      const run = await closeDay(
        { merchant, date, runId: randomUUID(), operator: 'system' },
        {
          ledger: closeLedger,
          bills,
          fetches,
          tokens,
          gate,
          certifier: certificates,
          now: () => clock.now(),
        },
      );
      log.info({ ...at, run: run.runId, outcome: run.outcome, details: run.details }, 'closed');
      return true;
    } catch (error) {
      if (!(error instanceof DuizhangError) || !/^DZ_(CLOSE_|MONTH_LOCKED$)/.test(error.code)) throw error;
      const day = `${merchant.merchantId} ${date}`;
      const isTold = error.code === 'DZ_MONTH_LOCKED' && toldLocked.has(day);
      if (error.code === 'DZ_MONTH_LOCKED') toldLocked.add(day);
      if (!isTold) log.warn({ ...at, code: error.code }, error.message);
      return false;
    }
  }

  /** Longest time over which keys settle each other, over all merchants. */
  function crossDayDays(): number {
    return Math.max(...[...config.merchants.values()].map((merchant) => merchant.rules.crossDayDays));
  }

  const keeper = new DayKeeper({
    days,
    ledger,
    window,
    closedDays,
    clock,
    trimLog: (partition, before) => eventLog.trim(partition, before),
    closeAgain: async (merchantId, date) => {
      const merchant = config.merchants.get(merchantId);
      if (merchant) await closeBySystem(merchant, date, 'LATE_EVENTS');
    },
    crossDayDays,
  });
  const scheduler = new CloseScheduler({
    ledger: parts.schedule,
    bills,
    fetches,
    merchants: () => config.merchants.values(),
    clock,
    close: closeBySystem,
  });

  /** Until a close has ended, or a while has passed. */
  async function untilDaysMayHaveChanged(endedBefore: string): Promise<void> {
    const givenUpAt = clock.wallMs() + ROUND_MS;
    while (!stopping.signal.aborted && clock.wallMs() < givenUpAt) {
      await rest(LOOK_MS);
      if ((await closesEnded(windowRedis)) !== endedBefore) return;
    }
  }

  /** What of the window is new or was lost gets back what the log may not hold any more. */
  async function setUpEmptyWindow(): Promise<void> {
    if ((await window.slotsToSetUp()).length === 0) return;
    const since = addDays(businessDateOf(clock.now()), -crossDayDays() - 1);
    const orders = await setUpWindow({ window, days, ledger }, since);
    log.info(
      { orders, since },
      'the window was empty, or slots of it were; their unsettled orders come from the ledger',
    );
  }

  /** @param keepsDuties whether what one process does for all is this one's */
  function keep(keepsDuties: () => boolean): Promise<void> {
    let ended = '';
    const round = async (): Promise<void> => {
      ended = await closesEnded(windowRedis);
      if (keepsDuties()) await setUpEmptyWindow();
      await keeper.learn();
      if (!keepsDuties()) return;
      await keeper.closeLateDates();
      await keeper.letGo();
      await certificates.certifyAll();
      await measure();
    };
    return keepRounds(round, () => untilDaysMayHaveChanged(ended));
  }

  async function measure(): Promise<void> {
    const { metrics } = parts;
    metrics.openOrders.set(await window.openOrders());
    const { bytes, outboxEntries } = await window.size();
    metrics.windowBytes.set(bytes);
    metrics.outboxEntries.set(outboxEntries);
  }

  return {
    setUpEmptyWindow,
    learnClosedDays: () => keeper.learn(),
    keep,
    keepSchedule: () =>
      keepRounds(
        () => scheduler.round(),
        () => rest(parts.atRate(ROUND_MS)),
      ),
  };
}
