// The pipeline process: joins the log's events into the windows, writes entries and verdicts to the ledger, and keeps
// the days. Its addresses come by environment (adapters/config/processEnv.ts). SIGTERM drains, a second one forces.
import { randomUUID } from 'node:crypto';
import { isAway } from '../adapters/clickhouse/patientLedger.ts';
import { hostOf, portOf } from '../adapters/config/processEnv.ts';
import { redisDutyLease } from '../adapters/redis/lease.ts';
import { redisLedgerAnswers, redisPipelineMembers } from '../adapters/redis/pipelineMembers.ts';
import type { CloseLease } from '../domain/closePorts.ts';
import { ANSWER_STALE_MS, LedgerWitness } from './ledgerWitness.ts';
import { joinEvents } from './process/joinEvents.ts';
import { billsOf } from './process/keepBills.ts';
import { daysOf } from './process/keepDays.ts';
import { moneyOf } from './process/keepMoney.ts';
import { watchOf } from './process/keepWatch.ts';
import { openPipeline } from './process/parts.ts';
import { serveHealth } from './process/serveHealth.ts';
import { MEMBER_STALE_MS, Share } from './share.ts';
import { keepHeld, standBy } from './standBy.ts';

const SHARE_LOOK_MS = 500;
const LEDGER_LOOK_MS = 1_000;
const LATENESS_MS = 2_000;
const AWAY_PAUSE_MS = 200;

const parts = await openPipeline(process.env);
const {
  pino: log,
  config,
  audit,
  metrics,
  windowRedis,
  window,
  eventLog,
  stopping,
  rest,
  keepRounds,
} = parts;
// A secret that is not there ends the process before it counts as started.
const bills = billsOf(parts);
const days = daysOf(parts);
const money = moneyOf(parts);
const watch = watchOf(parts);

const member = randomUUID();
const share = new Share({
  slots: config.slots,
  members: eventLog.hasGroup ? redisPipelineMembers(windowRedis, MEMBER_STALE_MS) : null,
  member,
});
/** What one process does for all; where there is only one, that is settled. */
let lease: CloseLease | null = null;
let keepsDuties = !eventLog.hasGroup;
const tryToHold = (): Promise<CloseLease | null> => redisDutyLease(windowRedis, member);

/** Until the servers answer, or the process is to end. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || stopping.signal.aborted) throw error;
      await rest(AWAY_PAUSE_MS);
    }
  }
}

/** What must be known before the first event is read. An empty window is set up by one process while the others wait. */
async function prepare(): Promise<void> {
  // Before that no duty is taken: another process may be able to do it.
  while (!stopping.signal.aborted && !(await parts.doesLedgerAnswer())) await rest(AWAY_PAUSE_MS);
  while (!stopping.signal.aborted) {
    if (eventLog.hasGroup) lease ??= await tryToHold();
    if (lease !== null || keepsDuties) {
      await patiently(days.setUpEmptyWindow);
      await patiently(takeOver);
      break;
    }
    if ((await window.slotsToSetUp()).length === 0) break;
    await rest(AWAY_PAUSE_MS);
  }
  await patiently(days.learnClosedDays);
  await patiently(() => share.look(watch.learnDiffering));
}

async function takeOver(): Promise<void> {
  await watch.takeOver(lease);
  keepsDuties = true;
}

/** Resolves or rejects when the process is to end. */
async function keepDuties(): Promise<void> {
  if (!keepsDuties) {
    const onStandingBy = (): void =>
      log.info('another pipeline keeps days, money and alerts; this one joins');
    lease = await standBy({ tryToHold, rest, signal: stopping.signal, onStandingBy });
    if (lease === null) return;
    await patiently(takeOver);
    log.info('days, money and alerts are kept here from now on');
  }
  const kept = [
    ...(lease === null ? [] : [keepHeld(lease, { rest, signal: stopping.signal })]),
    bills.keep(),
    money.keepCases(),
    money.keepHealing(),
    watch.keepAlerts(),
    watch.keepLooking(),
    watch.keepAlertsTold() ?? [],
    watch.keepAlertsForOthers(),
    parts.closesBySchedule ? days.keepSchedule() : [],
  ];
  await Promise.race(kept.flat());
}

/** What every process does, beside joining. */
function keepShare(): readonly Promise<void>[] {
  const witness = new LedgerWitness({
    answers: redisLedgerAnswers(windowRedis, ANSWER_STALE_MS),
    member,
    doesLedgerAnswer: parts.doesLedgerAnswer,
    now: () => performance.now(),
  });
  const lookForLedger = (): Promise<void> =>
    keepRounds(
      () => witness.look(),
      () => rest(LEDGER_LOOK_MS),
    );
  return [
    ...(eventLog.hasGroup ? [lookForLedger()] : []),
    keepRounds(
      () => share.look(watch.learnDiffering),
      () => rest(SHARE_LOOK_MS),
    ),
    days.keep(() => keepsDuties),
    watch.keepTelling(),
    keepRounds(measureLateness, () => rest(LATENESS_MS)),
  ];
}

function measureLateness(): Promise<void> {
  for (const { topic, merchant, atMs } of config.metrics.merchantLabels ? parts.lateness.newest() : []) {
    metrics.feedNewest.set({ topic, merchant }, atMs / 1000);
  }
  return Promise.resolve();
}

async function main(): Promise<void> {
  // A log that was made otherwise than the configuration says ends the process before it counts as started.
  await eventLog.log.partitions();
  await parts.outputs?.prepare();
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
  await prepare();
  const realtime = await joinEvents(parts, watch, share);
  ready = true;
  parts.live.watch();
  parts.settings.follow(parts.live);
  audit.note('START', { configSha256: parts.live.hash, settings: parts.live.revision, pid: process.pid });
  log.info({ slots: config.slots, partitions: config.log.partitions }, 'ready');
  await Promise.race([asked.promise, realtime.done, ...keepShare(), keepDuties(), forced.promise]);
  await Promise.race([realtime.stop(), forced.promise]);
  await watch.tellRest();
  await share.leave();
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
await Promise.all([parts.close(), money.close()]);
// Whatever still waits for a server that is away must not keep a process that has ended.
process.exit();
