// The pipeline process: joins the log's events into the windows, writes entries and verdicts to the ledger, and keeps
// the days. Its addresses come by environment (adapters/config/processEnv.ts). SIGTERM drains, a second one forces.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { configChangeSaid, processAudit } from '../adapters/auditParts.ts';
import { openArchive } from '../adapters/archive/openArchive.ts';
import { billReader } from '../adapters/bills/billReader.ts';
import { clickHouseDeliveries } from '../adapters/clickhouse/alertDeliveries.ts';
import { clickHouseAlertLedger } from '../adapters/clickhouse/alerts.ts';
import { clickHouseFetchLog, hasPlatformTrade } from '../adapters/clickhouse/billFetches.ts';
import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../adapters/clickhouse/closeBills.ts';
import { clickHouseCertificates } from '../adapters/clickhouse/certificates.ts';
import { clickHouseCloseLedger } from '../adapters/clickhouse/closeLedger.ts';
import { clickHouseDayLedger } from '../adapters/clickhouse/dayLedger.ts';
import { isAway, patientLedger } from '../adapters/clickhouse/patientLedger.ts';
import { clickHouseRealtimeLedger } from '../adapters/clickhouse/realtimeLedger.ts';
import { clickHouseScheduleLedger } from '../adapters/clickhouse/scheduleLedger.ts';
import { hostOf, portOf, processEnvOf } from '../adapters/config/processEnv.ts';
import { clickHouseSlowFacts } from '../adapters/clickhouse/slowFacts.ts';
import { makeEventDecoder } from '../adapters/events/eventCodec.ts';
import { signerOf, signingKeyPath } from '../adapters/files/signingKey.ts';
import { processSettings } from '../adapters/settingsParts.ts';
import { connectRedis } from '../adapters/redis/connect.ts';
import {
  closesEnded,
  redisChainLock,
  redisPipelineLease,
  redisTokenIssuer,
} from '../adapters/redis/lease.ts';
import { redisLiveChanges, redisLiveVerdicts } from '../adapters/redis/liveChanges.ts';
import { logOptions } from '../adapters/logOptions.ts';
import { openLog } from '../adapters/openLog.ts';
import { RedisHeartbeatBoard } from '../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../adapters/redis/window/redisWindow.ts';
import { redisMoneyEpoch } from '../adapters/redis/money/orderLocks.ts';
import { resolutionParts } from '../adapters/resolutionParts.ts';
import { openContacts } from '../adapters/notify/openContacts.ts';
import { openSources } from '../adapters/sources/openSources.ts';
import type { AlertRules } from '../domain/alertRules.ts';
import { DEFAULT_ALERT_RULES } from '../domain/alertRules.ts';
import type { BusinessDate } from '../domain/businessDate.ts';
import { addDays, businessDateOf } from '../domain/businessDate.ts';
import { orderKeyOf } from '../domain/entry.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { MatchRules, Merchant } from '../domain/merchant.ts';
import { DEFAULT_RULES, hasLeft } from '../domain/merchant.ts';
import type { DeadLetter } from '../domain/ports.ts';
import type { Verdict } from '../domain/verdict.ts';
import { EXCEPTION_CODES } from '../domain/verdict.ts';
import { certifier } from './close/certifier.ts';
import { closeDay } from './close/closeDay.ts';
import { DayKeeper } from './close/dayKeeper.ts';
import { CloseScheduler } from './close/scheduler.ts';
import { importBill } from './close/importBill.ts';
import type { CollectParts } from './collect/billCollector.ts';
import { BillCollector } from './collect/billCollector.ts';
import { keepCollecting } from './collect/keepCollecting.ts';
import { DEFAULT_BACK_OFF } from './collect/schedule.ts';
import { ClosedDays } from './join/closedDays.ts';
import { closeGate } from './join/closeGate.ts';
import { EntryWriter } from './join/entryWriter.ts';
import { startRealtime } from './join/realtime.ts';
import { HEARTBEAT_STALE_MS, lowestWatermark } from './join/watermark.ts';
import { acceptedLossOf } from './join/resumePositions.ts';
import { setUpWindow } from './join/setUpWindow.ts';
import { keepHealing, SelfHealing } from '../resolution/healing/keepHealing.ts';
import { keepResolution } from '../resolution/keepResolution.ts';
import { FeedLateness } from './join/feedLateness.ts';
import { Traces } from './join/traces.ts';
import { keepDelivering } from './watch/keepDelivering.ts';
import { AlertKeeper } from './watch/keepAlerts.ts';
import { SlowFindings } from './watch/slow/slowFindings.ts';
import { VerdictFeed } from './watch/verdictFeed.ts';
import { Watch } from './watch/watch.ts';
import { pipelineMetrics } from './metrics.ts';
import { roundsUntil } from './rounds.ts';
import { serveHealth } from './serveHealth.ts';
import { keepHeld, standBy } from './standBy.ts';

const log = pino(logOptions('pipeline'));
const settings = await processSettings(process.env, (error) =>
  log.warn({ err: error }, 'what is set in the console is asked for again: the ledger does not answer'),
);
const { config, logUrl, auditUrl, windowUrl, clickhouseUrl, clock, rate, closesBySchedule, dataDir, live } =
  processEnvOf(
    process.env,
    {
      onLoaded: (needsRestart, change) => {
        audit.note('CONFIG_CHANGE', configChangeSaid(change), change.merchants);
        const { merchants, revisions } = change;
        log.info({ needsRestart, merchants, revisions }, 'the configuration was read again');
      },
      onRefused: (error) =>
        log.error({ err: error }, 'the configuration is wrong; what was read before holds'),
    },
    settings.atStart,
  );
const acceptedLoss = acceptedLossOf(process.env);
const metrics = pipelineMetrics();
const traces = new Traces();
const lateness = new FeedLateness(
  (topic, seconds) => metrics.feedLateness.observe({ topic }, seconds),
  config.metrics.merchantLabels,
);

/** How long an event may be on its way to the log, and how wrong a producer's clock may be. */
const IDLE_GRACE_MS = 300;
const CLOCK_SKEW_MS = 60_000;
/** Rows in one insert: fewer would give ClickHouse many small parts. */
const ENTRIES_A_WRITE = 50_000;
const ENTRY_DELAY_MS = 1_000;
const DAYS_ROUND_MS = 2_000;
const DAYS_LOOK_MS = 100;
const SCHEDULE_ROUND_MS = atRate(2_000);
const GATE_PATIENCE_MS = 60_000;
const BILLS_ROUND_MS = atRate(5_000);
const CASES_ROUND_MS = 3_000;
/** With the verdicts' own way to the ledger well below the two seconds in which a deadline has to be told. */
const ALERTS_ROUND_MS = 100;
const SLOW_LOOK_MS = atRate(60_000);
/** Where very many orders differ, looking at them takes no more than this share of the time. */
const ALERTS_SHARE = 0.1;
const LONGEST_ALERTS_ROUND_MS = 500;
const HEALING_ROUND_MS = atRate(5_000);
const VERDICTS_ROUND_MS = 500;
const DELIVERY_ROUND_MS = atRate(1_000);
const TRACES_OF_A_FAILURE = 5;
/** The lock of an order lives 60 s. */
const LOCKED_LEDGER_ANSWERS_WITHIN_MS = 25_000;
/** What was missed while the system was down is asked for this far back. */
const BILLS_LOOK_BACK_DAYS = 7;
/** Three calls a second are what WeChat Pay grants its other bill interface. */
const BILL_CALL_SPACING_MS = 350;

/** A day played back faster is looked at oftener, as far as the machine can. */
function atRate(ms: number): number {
  return Math.max(ms / Math.max(rate, 1), Math.min(ms, 250));
}

const auditRedis = connectRedis(auditUrl);
const windowRedis = connectRedis(windowUrl);
const clickhouse = connectClickHouse(clickhouseUrl);
// While an order is locked: what is not answered by then may not be written any more when the lock is over.
const lockedLedger = connectClickHouse(clickhouseUrl, LOCKED_LEDGER_ANSWERS_WITHIN_MS);
const audit = processAudit({
  process: 'pipeline',
  clickhouseUrl,
  heads: auditRedis,
  onAway: (error) => log.error({ err: error }, 'the audit trail waits: a server does not answer'),
});
const opened = openLog({
  url: logUrl,
  config,
  env: process.env,
  process: 'pipeline',
  onWarning: (warning) => log.warn(warning, 'a topic of the log is not as it should be'),
});
const eventLog = opened.log;
const window = new RedisWindow(windowRedis, { slots: config.slots });
const board = new RedisHeartbeatBoard(windowRedis);
const stopping = new AbortController();
const { rest, keepRounds } = roundsUntil(stopping.signal, isAway);
const ledger = patientLedger(clickHouseRealtimeLedger(clickhouse), {
  signal: stopping.signal,
  onStored: (table, ms) => metrics.ledgerInsert.observe({ table }, ms / 1000),
  onAway: (error) => {
    metrics.ledgerAway.inc();
    log.warn(
      { err: error, traceparents: traces.latest(TRACES_OF_A_FAILURE) },
      'the ledger does not answer; reading stands still until it does',
    );
  },
});
const certificates = certifier({
  store: clickHouseCertificates(clickhouse),
  signer: signerOf(signingKeyPath(process.env, dataDir)),
  lock: redisChainLock(windowRedis, randomUUID),
  pause: (ms) => pause(ms),
});
const closedDays = new ClosedDays();
const pauseMs = (ms: number): Promise<void> => pause(ms);
const gateParts = { log: eventLog, window, ledger, board, clock, pause: pauseMs };

function rulesOf(merchantId: string): MatchRules {
  return config.merchants.get(merchantId)?.rules ?? DEFAULT_RULES;
}

function hasMerchantLeft(merchantId: string, date: BusinessDate): boolean {
  const merchant = config.merchants.get(merchantId);
  return merchant !== undefined && hasLeft(merchant, date);
}

/** @param merchantId '' : of no hospital in particular */
function alertRulesOf(merchantId: string): AlertRules {
  return config.alertRules.get(merchantId) ?? DEFAULT_ALERT_RULES;
}

const closeLedger = clickHouseCloseLedger(clickhouse);
const bills = clickHouseBills(clickhouse);
const archive = openArchive(config.archive, dataDir, process.env);
const fetches = clickHouseFetchLog(clickhouse);
const tokens = redisTokenIssuer(windowRedis);
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
      { ledger: closeLedger, bills, fetches, tokens, gate, certifier: certificates, now: () => clock.now() },
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

/** What a hospital without a HIS tells has nothing that it could be held against; one that has left falls silent. */
const watch = new Watch(
  (merchantId) => {
    const merchant = config.merchants.get(merchantId);
    if (merchant?.mode !== 'THREE_WAY') return null;
    const { cutOffMs, windowMs } = merchant.rules;
    const rules = { ...alertRulesOf(merchantId), windowMs };
    return hasLeft(merchant, businessDateOf(clock.now(), cutOffMs)) ? { ...rules, feedSilence: null } : rules;
  },
  () => alertRulesOf('').deadLetters,
);
const alertLedger = clickHouseAlertLedger(clickhouse);
const scheduleLedger = clickHouseScheduleLedger(clickhouse, () => clock.now());
const slowFindings = new SlowFindings({
  merchants: () => config.merchants.values(),
  rulesOf: alertRulesOf,
  days: scheduleLedger,
  isClosed: (merchantId, date) => closedDays.isClosed(merchantId, date),
  fetches,
  facts: clickHouseSlowFacts(clickhouse),
  alerts: alertLedger,
});
const alertKeeper = new AlertKeeper({
  watch,
  slow: slowFindings,
  ledger: alertLedger,
  live: redisLiveChanges(windowRedis),
  watermark: async () =>
    lowestWatermark(await eventLog.partitions(), await board.read(), clock.wallMs(), HEARTBEAT_STALE_MS),
  now: () => clock.now(),
});

/** Of all orders there would be too many lines: of those that somebody traces there is one. */
function tellOneSided({ merchantId, kind, orderNo, refundNo, code }: Verdict): void {
  const traceparent = traces.of(orderKeyOf(merchantId, orderNo));
  if (traceparent === undefined || !traces.mayTell(clock.wallMs())) return;
  const matchKey = [kind, orderNo, ...(refundNo === null ? [] : [refundNo])].join(' ');
  log.info({ merchantId, matchKey, code, traceparent }, 'the books differ about an order');
}

function tellDeadLetter({ partition, position, code }: DeadLetter, traceparent: string | undefined): void {
  if (!traces.mayTell(clock.wallMs())) return;
  log.warn({ partition, position, code, traceparent }, 'a record of the log is no event');
}

const verdictFeed = new VerdictFeed(redisLiveVerdicts(windowRedis), () => clock.now());

/** Nothing rests on it: what cannot be told is left out. */
function keepVerdictsTold(): Promise<void> {
  const round = (): Promise<void> =>
    verdictFeed.round().catch((error: unknown) => {
      log.warn({ err: error }, 'live verdicts were not told');
    });
  return keepRounds(round, () => rest(VERDICTS_ROUND_MS));
}

function keepAlerts(): Promise<void> {
  const round = async (): Promise<void> => {
    watch.dropClosed((merchantId, date) => closedDays.isClosed(merchantId, date));
    for (const { alertId, kind, merchantId, state, severity, orders, left } of await alertKeeper.round()) {
      metrics.alertChanges.inc({ kind, state });
      log.info({ alertId, kind, merchantId, state, severity, orders, left }, 'an alert changed');
    }
    metrics.alertsOpen.set(alertKeeper.open.size);
  };
  return keepRounds(round, (tookMs) =>
    rest(Math.max(ALERTS_ROUND_MS, Math.min(tookMs / ALERTS_SHARE, LONGEST_ALERTS_ROUND_MS))),
  );
}

/** What can wait a minute, apart from what cannot: a question that fails or takes long holds up no other alert. */
function keepLooking(): Promise<void> {
  const round = async (): Promise<void> => {
    for (const { kind, error } of await slowFindings.look([...alertKeeper.open.values()], clock.now())) {
      if (stopping.signal.aborted) return;
      log.warn({ kind, err: error }, 'the ledger could not be asked; alerts of the kind stay as they are');
    }
  };
  return keepRounds(round, () => rest(SLOW_LOOK_MS));
}

/** Longest time over which keys settle each other, over all merchants. */
function crossDayDays(): number {
  return Math.max(...[...config.merchants.values()].map((merchant) => merchant.rules.crossDayDays));
}

const days = clickHouseDayLedger(clickhouse);
const keeper = new DayKeeper({
  days,
  ledger,
  window,
  closedDays,
  clock,
  trimLog: (partition, before) => opened.trim(partition, before),
  closeAgain: async (merchantId, date) => {
    const merchant = config.merchants.get(merchantId);
    if (merchant) await closeBySystem(merchant, date, 'LATE_EVENTS');
  },
  crossDayDays,
});
const scheduler = new CloseScheduler({
  ledger: scheduleLedger,
  bills,
  fetches,
  merchants: () => config.merchants.values(),
  clock,
  close: closeBySystem,
});

/** Until a close has ended, or a while has passed. */
async function untilDaysMayHaveChanged(endedBefore: string): Promise<void> {
  const givenUpAt = clock.wallMs() + DAYS_ROUND_MS;
  while (!stopping.signal.aborted && clock.wallMs() < givenUpAt) {
    await rest(DAYS_LOOK_MS);
    if ((await closesEnded(windowRedis)) !== endedBefore) return;
  }
}

/** A window that is new or was emptied gets back what the log may not hold any more. */
async function keepWindowSetUp(): Promise<void> {
  if (await window.isSetUp()) return;
  const since = addDays(businessDateOf(clock.now()), -crossDayDays() - 1);
  const orders = await setUpWindow({ window, days, ledger }, since);
  log.info({ orders, since }, 'the window was empty; its unsettled orders come from the ledger');
}

function keepDays(): Promise<void> {
  let ended = '';
  const round = async (): Promise<void> => {
    ended = await closesEnded(windowRedis);
    await keepWindowSetUp();
    await keeper.learn();
    await keeper.closeLateDates();
    await keeper.letGo();
    await certificates.certifyAll();
    await measure();
  };
  return keepRounds(round, () => untilDaysMayHaveChanged(ended));
}

async function measure(): Promise<void> {
  metrics.openOrders.set(await window.openOrders());
  const { bytes, outboxEntries } = await window.size();
  metrics.windowBytes.set(bytes);
  metrics.outboxEntries.set(outboxEntries);
  const oneSided = watch.oneSided();
  if (config.metrics.merchantLabels) {
    for (const [merchant, orders] of oneSided) metrics.openOneSided.set({ merchant }, orders);
    for (const { topic, merchant, atMs } of lateness.newest())
      metrics.feedNewest.set({ topic, merchant }, atMs / 1000);
  } else {
    metrics.openOneSided.set(
      { merchant: '' },
      [...oneSided.values()].reduce((sum, orders) => sum + orders, 0),
    );
  }
}

function keepSchedule(): Promise<void> {
  return keepRounds(
    () => scheduler.round(),
    () => rest(SCHEDULE_ROUND_MS),
  );
}

/** What must be known before the first event is read. */
async function prepare(): Promise<void> {
  for (;;) {
    try {
      await keepWindowSetUp();
      await keeper.learn();
      return await alertKeeper.resume();
    } catch (error) {
      if (!isAway(error) || stopping.signal.aborted) throw error;
      await pause(DAYS_ROUND_MS / 10);
    }
  }
}

// A secret that is not there ends the process before it counts as started.
const outside = openSources(config, process.env, {
  now: () => clock.now(),
  nonce: () => randomBytes(16).toString('hex'),
});
const importFetched: CollectParts['importBill'] = async (bill, provenance) => {
  const result = await importBill(bill, {
    store: bills,
    archive,
    readBill: billReader(config.books),
    now: () => clock.now(),
  });
  const { billId, merchantId, businessDate, book, channel } = result.bill;
  const { status } = result;
  log.info({ merchantId, businessDate, book, channel, billId, status, ...provenance }, 'a bill is in');
  return result;
};

const resolution = resolutionParts(
  config,
  process.env,
  { clickhouse: lockedLedger, redis: windowRedis },
  clock,
);

/** Cases follow the verdicts, and refunds are followed to their end. */
function keepMoney(): Promise<void> {
  return keepResolution({
    deps: { ...resolution, pause: rest },
    epoch: redisMoneyEpoch(windowRedis, () => clock.now()),
    everyMs: CASES_ROUND_MS,
    signal: stopping.signal,
    onFailed: (error) => log.warn({ err: error }, 'cases and refunds wait: tried again in the next round'),
    onStuck: (order, error) => log.warn({ ...order, code: error.code }, error.message),
    onRound: ({ written, ended }) => {
      metrics.caseRows.inc(written);
      metrics.refundsEnded.inc(ended);
    },
  });
}

/** Refunds that hospitals let the system begin by itself; of the others nothing is looked at. */
function keepSelfHealing(): Promise<void> {
  const healing = new SelfHealing(resolution, {
    onConsidered: ({ merchantId, caseId, kind, reason, isNew, result }) => {
      if (!isNew) return;
      metrics.healingDecisions.inc({ decision: kind, reason });
      const outcome = result?.state ?? null;
      log.info({ merchantId, caseId, decision: kind, reason, outcome }, 'self-healing decided');
    },
    onStuck: (order, error) => log.warn({ ...order, code: error.code }, error.message),
  });
  return keepHealing({
    healing,
    everyMs: HEALING_ROUND_MS,
    pause: rest,
    signal: stopping.signal,
    onFailed: (error) => log.warn({ err: error }, 'self-healing waits: tried again in the next round'),
  });
}

function keepBills(): Promise<void> {
  const collector = new BillCollector({
    plans: outside.sources,
    fetches,
    bills,
    importBill: importFetched,
    isTradeExpected: ({ merchantId, channel, date }) =>
      hasPlatformTrade(clickhouse, merchantId, channel, date),
    now: () => clock.now(),
    random: Math.random,
    pause: pauseMs,
    lookBackDays: BILLS_LOOK_BACK_DAYS,
    hasLeft: hasMerchantLeft,
    backOff: DEFAULT_BACK_OFF,
    spacingMs: BILL_CALL_SPACING_MS,
    onFetch: ({ merchantId, date, book, channel, source, status, code, detail }) => {
      metrics.billFetches.inc({ source, status });
      log.info({ merchantId, date, book, channel, source, status, code, detail }, 'a bill was asked for');
    },
  });
  return keepCollecting({
    collector,
    inboxes: outside.inboxes,
    inboxParts: {
      merchants: config.merchants,
      importBill: importFetched,
      onEnd: (end) => log.info(end, 'a bill was found in a folder'),
    },
    everyMs: BILLS_ROUND_MS,
    isAway,
    onAway: (error) => log.warn({ err: error }, 'bills wait: a server does not answer'),
    onBroken: (error) => log.error({ err: error }, 'bills are not taken: this needs a person'),
    signal: stopping.signal,
  });
}

/** null: nobody outside is told. Services refuse signatures of another time, so that theirs is the machine's. */
const contacts =
  config.alerts === null ? null : openContacts(config.alerts, process.env, { now: () => Date.now() });

function keepAlertsTold(): Promise<void> {
  return keepDelivering({
    delivery: {
      ledger: clickHouseDeliveries(clickhouse),
      contacts: contacts ?? new Map(),
      routes: config.alerts?.routes ?? [],
      hospitalOf: (merchantId) => config.merchants.get(merchantId)?.name ?? null,
    },
    now: () => clock.now(),
    everyMs: DELIVERY_ROUND_MS,
    onRound: ({ sent, failures }) => {
      if (sent > 0) log.info({ sent }, 'alerts were told');
      for (const failure of failures) log.warn(failure, 'an alert could not be told; it is tried again');
    },
    isAway,
    onAway: (error) => log.warn({ err: error }, 'telling alerts waits: the ledger does not answer'),
    onBroken: (error) => log.error({ err: error }, 'alerts are not told: this needs a person'),
    signal: stopping.signal,
  });
}

const holder = randomUUID();
const standByParts = {
  tryToHold: () => redisPipelineLease(windowRedis, holder),
  rest,
  signal: stopping.signal,
  onStandingBy: () => log.info('another pipeline works; this one stands by'),
};

async function main(): Promise<void> {
  // A log that was made otherwise than the configuration says ends the process before it counts as started.
  await eventLog.partitions();
  let ready = false;
  const server = serveHealth(metrics.registry, () => ready);
  server.listen(portOf(process.env, 'DUIZHANG_PIPELINE_PORT'), hostOf(process.env));
  const forced = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const onSignal = (): void => {
    if (stopping.signal.aborted) forced.reject(new Error('a second signal: not drained'));
    stopping.abort();
    asked.resolve();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  const lease = opened.hasGroup ? await standBy(standByParts) : null;
  if (opened.hasGroup && lease === null) return server.closeAllConnections();
  await prepare();
  const realtime = await startRealtime({
    ...gateParts,
    entries: new EntryWriter(ledger, { maxRows: ENTRIES_A_WRITE, maxDelayMs: ENTRY_DELAY_MS }),
    decode: makeEventDecoder({ merchants: config.merchants }),
    rulesOf,
    closedDays,
    watermark: { skewMs: CLOCK_SKEW_MS },
    idleGraceMs: IDLE_GRACE_MS,
    acceptedLoss,
    onLate: () => metrics.lateEvents.inc(),
    onTrace: ({ merchantId, orderNo }, traceparent) =>
      traces.remember(orderKeyOf(merchantId, orderNo), traceparent),
    onDeadLetter: tellDeadLetter,
    onEvent: (entry, nowMs) => {
      watch.seeEvent(entry, nowMs);
      lateness.see(entry, nowMs);
    },
    watcher: {
      wants: (judged) => watch.knows(judged) || verdictFeed.wants(judged),
      see: (judged) => {
        watch.seeDifference(judged);
        verdictFeed.see(judged);
        if (EXCEPTION_CODES.has(judged.verdict.code)) tellOneSided(judged.verdict);
      },
    },
    onVerdicts: (counts) => {
      for (const [code, count] of counts) metrics.verdicts.inc({ code }, count);
    },
    onBatch: ({ partition, end, partitionEnd }, summary, joinMs) => {
      const topic = partition.slice(0, partition.lastIndexOf('/'));
      metrics.events.inc({ topic }, summary.events);
      metrics.deadLetters.inc({ topic }, summary.deadLetters);
      watch.seeDeadLetters(summary.deadLetters, clock.now());
      metrics.lag.set({ partition }, partitionEnd - end);
      if (summary.latestEventMs !== null) {
        metrics.watermarkDelay.set({ partition }, (clock.now() - summary.latestEventMs) / 1000);
      }
      if (summary.events > 0) metrics.batch.observe(joinMs / 1000);
    },
  });
  ready = true;
  live.watch();
  settings.follow(live);
  audit.note('START', { configSha256: live.hash, settings: live.revision, pid: process.pid });
  log.info({ slots: config.slots, partitions: config.log.partitions }, 'ready');
  const kept = [
    ...(lease === null ? [] : [keepHeld(lease, standByParts)]),
    keepDays(),
    keepBills(),
    keepMoney(),
    keepSelfHealing(),
    keepAlerts(),
    keepLooking(),
    keepVerdictsTold(),
    ...(contacts === null ? [] : [keepAlertsTold()]),
    ...(closesBySchedule ? [keepSchedule()] : []),
  ];
  await Promise.race([asked.promise, realtime.done, ...kept, forced.promise]);
  await Promise.race([realtime.stop(), forced.promise]);
  await lease?.release();
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
await audit.close();
await Promise.all([clickhouse.close(), lockedLedger.close(), settings.close()]);
auditRedis.disconnect();
windowRedis.disconnect();
// Whatever still waits for a server that is away must not keep a process that has ended.
process.exit();
