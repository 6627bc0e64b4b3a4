// The pipeline process: joins the log's events into the windows, writes entries and verdicts to the ledger, and keeps
// the days. Its addresses come by environment (adapters/config/processEnv.ts). SIGTERM drains, a second one forces.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../adapters/clickhouse/closeLedger.ts';
import { clickHouseDayLedger } from '../adapters/clickhouse/dayLedger.ts';
import { isAway, patientLedger } from '../adapters/clickhouse/patientLedger.ts';
import { clickHouseRealtimeLedger } from '../adapters/clickhouse/realtimeLedger.ts';
import { portOf, processEnvOf } from '../adapters/config/processEnv.ts';
import { makeEventDecoder } from '../adapters/events/eventCodec.ts';
import { connectRedis } from '../adapters/redis/connect.ts';
import { closesEnded, redisTokenIssuer } from '../adapters/redis/lease.ts';
import { RedisEventLog } from '../adapters/redis/log/redisEventLog.ts';
import { RedisEventProducer } from '../adapters/redis/log/redisEventProducer.ts';
import { RedisHeartbeatBoard } from '../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../adapters/redis/window/redisWindow.ts';
import type { BusinessDate } from '../domain/businessDate.ts';
import { addDays, businessDateOf } from '../domain/businessDate.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { MatchRules } from '../domain/merchant.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import { closeDay } from './close/closeDay.ts';
import { DayKeeper } from './close/dayKeeper.ts';
import { ClosedDays } from './join/closedDays.ts';
import { closeGate } from './join/closeGate.ts';
import { EntryWriter } from './join/entryWriter.ts';
import { startRealtime } from './join/realtime.ts';
import { setUpWindow } from './join/setUpWindow.ts';
import { pipelineMetrics } from './metrics.ts';

const log = pino({ name: 'pipeline' });
const { config, logUrl, windowUrl, clickhouseUrl, clock, rate } = processEnvOf(process.env);
const metrics = pipelineMetrics();

/** How long an event may be on its way to the log, and how wrong a producer's clock may be. */
const IDLE_GRACE_MS = 2_000;
const CLOCK_SKEW_MS = 60_000;
/** Rows in one insert: fewer would give ClickHouse many small parts. */
const ENTRIES_A_WRITE = 50_000;
const ENTRY_DELAY_MS = 1_000;
const DAYS_ROUND_MS = 2_000;
const DAYS_LOOK_MS = 100;
const GATE_PATIENCE_MS = 60_000;

const topics = { payments: config.log.partitions, 'his-orders': config.log.partitions };
const logRedis = connectRedis(logUrl);
const windowRedis = connectRedis(windowUrl);
const clickhouse = connectClickHouse(clickhouseUrl);
const eventLog = new RedisEventLog(logRedis, { topics });
const producer = new RedisEventProducer(logRedis, { topics, maxBytes: config.log.maxBytes });
const window = new RedisWindow(windowRedis, { slots: config.slots });
const board = new RedisHeartbeatBoard(windowRedis);
const stopping = new AbortController();
const ledger = patientLedger(clickHouseRealtimeLedger(clickhouse), {
  signal: stopping.signal,
  onAway: (error) => {
    metrics.ledgerAway.inc();
    log.warn({ err: error }, 'the ledger does not answer; reading stands still until it does');
  },
});
const closedDays = new ClosedDays();
const pauseMs = (ms: number): Promise<void> => pause(ms);
const gateParts = { log: eventLog, window, ledger, board, clock, pause: pauseMs };

function rulesOf(merchantId: string): MatchRules {
  return config.merchants.get(merchantId)?.rules ?? DEFAULT_RULES;
}

/** Dates of locked months with late events: told once, tried again until somebody closes them for a reason. */
const toldLocked = new Set<string>();

async function closeAgain(merchantId: string, date: BusinessDate): Promise<void> {
  const merchant = config.merchants.get(merchantId);
  if (!merchant) return;
  const onWaiting = (reason: string): void => log.info({ merchantId, date, reason }, 'a close waits');
  try {
    const run = await closeDay(
      { merchant, date, runId: randomUUID(), operator: 'system' },
      {
        ledger: clickHouseCloseLedger(clickhouse),
        bills: clickHouseBills(clickhouse),
        tokens: redisTokenIssuer(windowRedis),
        gate: closeGate(gateParts, config.merchants, { patienceMs: GATE_PATIENCE_MS, onWaiting }),
        now: () => clock.now(),
      },
    );
    log.info({ merchantId, date, run: run.runId, outcome: run.outcome }, 'closed again: late events came');
  } catch (error) {
    // Somebody else closes it, or it is too early: the next round looks again.
    if (!(error instanceof DuizhangError) || !/^DZ_(CLOSE_|MONTH_LOCKED$)/.test(error.code)) throw error;
    const day = `${merchantId} ${date}`;
    if (error.code === 'DZ_MONTH_LOCKED' && toldLocked.has(day)) return;
    if (error.code === 'DZ_MONTH_LOCKED') toldLocked.add(day);
    log.warn({ merchantId, date, code: error.code }, error.message);
  }
}

/** Longest time over which keys settle each other, over all merchants. */
const crossDayDays = Math.max(
  ...[...config.merchants.values()].map((merchant) => merchant.rules.crossDayDays),
);
const days = clickHouseDayLedger(clickhouse);
const keeper = new DayKeeper({
  days,
  ledger,
  window,
  closedDays,
  clock,
  trimLog: (partition, before) => producer.trim(partition, before),
  closeAgain,
  crossDayDays,
});

/** Until a close has ended, or a while has passed. */
async function untilDaysMayHaveChanged(endedBefore: string): Promise<void> {
  const givenUpAt = clock.wallMs() + DAYS_ROUND_MS;
  while (!stopping.signal.aborted && clock.wallMs() < givenUpAt) {
    await pause(DAYS_LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    if ((await closesEnded(windowRedis)) !== endedBefore) return;
  }
}

/** A window that is new or was emptied gets back what the log may not hold any more. */
async function keepWindowSetUp(): Promise<void> {
  if (await window.isSetUp()) return;
  const since = addDays(businessDateOf(clock.now()), -crossDayDays - 1);
  const orders = await setUpWindow({ window, days, ledger }, since);
  log.info({ orders, since }, 'the window was empty; its unsettled orders come from the ledger');
}

/** One round after the other; a ledger that is away is tried again. */
async function keepDays(): Promise<void> {
  while (!stopping.signal.aborted) {
    const ended = await closesEnded(windowRedis);
    try {
      await keepWindowSetUp();
      await keeper.learn();
      await keeper.closeLateDates();
      await keeper.letGo();
      metrics.openOrders.set(await window.openOrders());
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!isAway(error)) throw error;
    }
    await untilDaysMayHaveChanged(ended);
  }
}

/** What must be known before the first event is read. */
async function prepare(): Promise<void> {
  for (;;) {
    try {
      await keepWindowSetUp();
      return await keeper.learn();
    } catch (error) {
      if (!isAway(error) || stopping.signal.aborted) throw error;
      await pause(DAYS_ROUND_MS / 10);
    }
  }
}

function serveHealth(isReady: () => boolean): Server {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    if (request.url === '/healthz') return answer(200, 'ok\n');
    if (request.url === '/readyz') return isReady() ? answer(200, 'ready\n') : answer(503, 'starting\n');
    if (request.url !== '/metrics') return answer(404, 'there are /healthz, /readyz and /metrics\n');
    metrics.registry.metrics().then(
      (text) => answer(200, text, metrics.registry.contentType),
      (error: unknown) => answer(500, `${String(error)}\n`),
    );
  });
  return server.listen(portOf(process.env, 'DUIZHANG_PIPELINE_PORT'), '127.0.0.1');
}

async function main(): Promise<void> {
  // A log that was made otherwise than the configuration says ends the process before it counts as started.
  await eventLog.partitions();
  let ready = false;
  const server = serveHealth(() => ready);
  const forced = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const onSignal = (): void => {
    if (stopping.signal.aborted) forced.reject(new Error('a second signal: not drained'));
    stopping.abort();
    asked.resolve();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  await prepare();
  const realtime = await startRealtime({
    ...gateParts,
    entries: new EntryWriter(ledger, { maxRows: ENTRIES_A_WRITE, maxDelayMs: ENTRY_DELAY_MS }),
    decode: makeEventDecoder({ merchants: config.merchants }),
    rulesOf,
    closedDays,
    // The grace is one of the machine's; a day played back faster has the longer one.
    watermark: { skewMs: CLOCK_SKEW_MS, idleGraceMs: IDLE_GRACE_MS * rate },
    onLate: () => metrics.lateEvents.inc(),
    onVerdicts: (counts) => {
      for (const [code, count] of counts) metrics.verdicts.inc({ code }, count);
    },
    onBatch: ({ partition, end, partitionEnd }, summary, joinMs) => {
      const topic = partition.slice(0, partition.lastIndexOf('/'));
      metrics.events.inc({ topic }, summary.events);
      metrics.deadLetters.inc({ topic }, summary.deadLetters);
      metrics.lag.set({ partition }, partitionEnd - end);
      if (summary.latestEventMs !== null) {
        metrics.watermarkDelay.set({ partition }, (clock.now() - summary.latestEventMs) / 1000);
      }
      if (summary.events > 0) metrics.batch.observe(joinMs / 1000);
    },
  });
  ready = true;
  log.info({ slots: config.slots, partitions: config.log.partitions }, 'ready');
  await Promise.race([asked.promise, realtime.done, keepDays(), forced.promise]);
  await Promise.race([realtime.stop(), forced.promise]);
  server.close();
  server.closeAllConnections();
}

try {
  await main();
  log.info('drained');
} catch (error) {
  log.fatal({ err: error }, 'the pipeline ends');
  process.exitCode = 1;
}
await clickhouse.close();
logRedis.disconnect();
windowRedis.disconnect();
// Whatever still waits for a server that is away must not keep a process that has ended.
process.exit();
