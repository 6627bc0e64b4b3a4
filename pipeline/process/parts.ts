import { pino } from 'pino';
import { configChangeSaid, processAudit } from '../../adapters/auditParts.ts';
import { openArchive } from '../../adapters/archive/openArchive.ts';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../../adapters/clickhouse/closeBills.ts';
import { clickHouseDayLedger } from '../../adapters/clickhouse/dayLedger.ts';
import { ledgerProbe } from '../../adapters/clickhouse/ledgerProbe.ts';
import { isAway, patientLedger } from '../../adapters/clickhouse/patientLedger.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { clickHouseScheduleLedger } from '../../adapters/clickhouse/scheduleLedger.ts';
import { processEnvOf } from '../../adapters/config/processEnv.ts';
import { logOptions } from '../../adapters/logOptions.ts';
import { openLog } from '../../adapters/openLog.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { redisKeptSchemas } from '../../adapters/redis/keptSchemas.ts';
import { RedisHeartbeatBoard } from '../../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import { processSettings } from '../../adapters/settingsParts.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import { ClosedDays } from '../join/closedDays.ts';
import { FeedLateness } from '../join/feedLateness.ts';
import { Traces } from '../join/traces.ts';
import { pipelineMetrics } from '../metrics.ts';
import { patientOutputs } from '../outputs/patientOutputs.ts';
import { roundsUntil } from '../rounds.ts';

const TRACES_OF_A_FAILURE = 5;

/** What all work of a pipeline process shares: its configuration, its servers, what it says of itself and when it ends. */
export type PipelineParts = Awaited<ReturnType<typeof openPipeline>>;

/** @throws DZ_CONFIG_INVALID */
export async function openPipeline(env: NodeJS.ProcessEnv) {
  const log = pino(logOptions('pipeline'));
  const settings = await processSettings(env, (error) =>
    log.warn({ err: error }, 'what is set in the console is asked for again: the ledger does not answer'),
  );
  const onRefused = (error: Error): void =>
    log.error({ err: error }, 'the configuration is wrong; what was read before holds');
  const read = processEnvOf(
    env,
    {
      onLoaded: (needsRestart, change) => {
        audit.note('CONFIG_CHANGE', configChangeSaid(change), change.merchants);
        const { merchants, revisions } = change;
        log.info({ needsRestart, merchants, revisions }, 'the configuration was read again');
      },
      onRefused,
    },
    settings.atStart,
  );
  const { config, rate, clickhouseUrl } = read;
  const metrics = pipelineMetrics();
  const traces = new Traces();
  const auditRedis = connectRedis(read.auditUrl);
  const windowRedis = connectRedis(read.windowUrl);
  const clickhouse = connectClickHouse(clickhouseUrl);
  const probe = ledgerProbe(clickhouseUrl);
  const audit = processAudit({
    process: 'pipeline',
    clickhouseUrl,
    heads: auditRedis,
    onAway: (error) => log.error({ err: error }, 'the audit trail waits: a server does not answer'),
  });
  const stopping = new AbortController();
  const eventLog = openLog({
    url: read.logUrl,
    config,
    env,
    process: 'pipeline',
    onWarning: (warning) => log.warn(warning, 'the log in Kafka is not as it should be'),
    onRegistryAway: (error, isKept) => {
      metrics.besideAway.inc({ server: 'registry' });
      log.warn(
        { err: error },
        isKept
          ? 'the schema registry does not answer; a schema that it gave before is used'
          : 'the schema registry does not answer; partitions with a schema that it has not given yet stand still until it does',
      );
    },
    keptSchemas: (url) => redisKeptSchemas(windowRedis, url),
  });
  const outputs = eventLog.newOutputs();
  return {
    ...read,
    env,
    settings,
    pino: log,
    metrics,
    traces,
    lateness: new FeedLateness(
      (topic, seconds) => metrics.feedLateness.observe({ topic }, seconds),
      config.metrics.merchantLabels,
    ),
    audit,
    windowRedis,
    clickhouse,
    doesLedgerAnswer: probe.doesAnswer,
    stopping,
    ...roundsUntil(stopping.signal, isAway),
    eventLog,
    /** null: nobody reads along. */
    outputs:
      outputs === null
        ? null
        : patientOutputs(outputs, {
            signal: stopping.signal,
            onAway: (error) => {
              metrics.besideAway.inc({ server: 'outputs' });
              log.warn(
                { err: error },
                'the topics for others do not answer; reading stands still until they do',
              );
            },
          }),
    window: new RedisWindow(windowRedis, { slots: config.slots }),
    board: new RedisHeartbeatBoard(windowRedis),
    closedDays: new ClosedDays(),
    ledger: patientLedger(clickHouseRealtimeLedger(clickhouse), {
      signal: stopping.signal,
      onStored: (table, ms) => metrics.ledgerInsert.observe({ table }, ms / 1000),
      onAway: (error) => {
        metrics.ledgerAway.inc();
        log.warn(
          { err: error, traceparents: traces.latest(TRACES_OF_A_FAILURE) },
          'the ledger does not answer; reading stands still until it does',
        );
      },
    }),
    days: clickHouseDayLedger(clickhouse),
    bills: clickHouseBills(clickhouse),
    fetches: clickHouseFetchLog(clickhouse),
    schedule: clickHouseScheduleLedger(clickhouse, () => read.clock.now()),
    archive: openArchive(config.archive, read.dataDir, env),
    rulesOf: (merchantId: string): MatchRules => config.merchants.get(merchantId)?.rules ?? DEFAULT_RULES,
    /** A day played back faster is looked at oftener, as far as the machine can. */
    atRate: (ms: number): number => Math.max(ms / Math.max(rate, 1), Math.min(ms, 250)),
    async close() {
      await audit.close();
      await Promise.all([clickhouse.close(), probe.close(), settings.close(), outputs?.close()]);
      auditRedis.disconnect();
      windowRedis.disconnect();
    },
  };
}
