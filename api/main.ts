// The API as a process: node api/main.ts, with the addresses of the system's parts in its environment.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ClickHouseClient } from '@clickhouse/client';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { oidcLogin } from '../adapters/access/oidcLogin.ts';
import { oidcPrincipals } from '../adapters/access/oidcPrincipals.ts';
import { peopleParts } from '../adapters/access/peopleParts.ts';
import { sessionKeyPath } from '../adapters/access/sessionKey.ts';
import { configChangeSaid, processAudit } from '../adapters/auditParts.ts';
import { openArchive } from '../adapters/archive/openArchive.ts';
import { archivedProofs } from '../adapters/archive/proofStore.ts';
import { billReader } from '../adapters/bills/billReader.ts';
import { clickHouseActionQueries } from '../adapters/clickhouse/actionPages.ts';
import { clickHouseAlertQueries } from '../adapters/clickhouse/alerts.ts';
import { clickHouseAuditQueries } from '../adapters/clickhouse/auditPages.ts';
import { clickHouseEvidence } from '../adapters/clickhouse/caseEvidence.ts';
import { clickHouseBillErrors } from '../adapters/clickhouse/billErrorPages.ts';
import { clickHouseFetchLog } from '../adapters/clickhouse/billFetches.ts';
import { clickHouseBillFiles } from '../adapters/clickhouse/billFilePages.ts';
import { clickHouseBillLibrary } from '../adapters/clickhouse/billLibrary.ts';
import { clickHouseCertificates } from '../adapters/clickhouse/certificates.ts';
import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { clickHouseSettings } from '../adapters/clickhouse/settings.ts';
import { clickHouseProposals } from '../adapters/clickhouse/settingsProposals.ts';
import { clickHouseBills } from '../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../adapters/clickhouse/closeLedger.ts';
import { clickHouseDeadLetters } from '../adapters/clickhouse/deadLetters.ts';
import {
  clickHouseCertificateQueries,
  clickHouseLedgerQueries,
} from '../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseRealtimeLedger } from '../adapters/clickhouse/realtimeLedger.ts';
import { clickHouseOverview } from '../adapters/clickhouse/overview.ts';
import { isAway } from '../adapters/clickhouse/patientLedger.ts';
import { clickHouseStatementLedger } from '../adapters/clickhouse/statementLedger.ts';
import { readDemoUsers } from '../adapters/config/demoUsers.ts';
import { loadConfig } from '../adapters/config/loadConfig.ts';
import { machinesOf } from '../adapters/config/machines.ts';
import type { ConfigChange } from '../adapters/config/liveConfig.ts';
import type { ProcessEnv } from '../adapters/config/processEnv.ts';
import { hostOf, portOf, processEnvOf, trustedProxiesOf } from '../adapters/config/processEnv.ts';
import { proposalDesk } from '../adapters/config/proposalDesk.ts';
import type { SettingsDeskParts } from '../adapters/config/settingsBasis.ts';
import { settingsDesk } from '../adapters/config/settingsDesk.ts';
import { HisOrderEventJson, PaymentEventJson } from '../adapters/events/eventJsonSchema.ts';
import { ledgerExports } from '../adapters/exports/ledgerExports.ts';
import { letterReader } from '../adapters/events/letterFacts.ts';
import { LogEventIntake } from '../adapters/events/eventIntake.ts';
import { consoleIn } from '../adapters/files/consoleFiles.ts';
import { signerOf, signingKeyPath } from '../adapters/files/signingKey.ts';
import { logOptions } from '../adapters/logOptions.ts';
import type { OpenLog } from '../adapters/openLog.ts';
import { openLog } from '../adapters/openLog.ts';
import { pipelineCheck, pipelineMetrics } from '../adapters/process/pipelineProbe.ts';
import { connectRedis, connectRedisBriefly, isRedisAway, pingRedis } from '../adapters/redis/connect.ts';
import { redisChainLock, redisTokenIssuer } from '../adapters/redis/lease.ts';
import { redisLiveChanges, redisLiveVerdicts } from '../adapters/redis/liveChanges.ts';
import { redisNonces } from '../adapters/redis/nonceStore.ts';
import { RedisHeartbeatBoard } from '../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../adapters/redis/window/redisWindow.ts';
import { settingsLock } from '../adapters/redis/settingsLock.ts';
import { redisLoginsUnderWay } from '../adapters/redis/access/loginsUnderWay.ts';
import { redisUserLocks } from '../adapters/redis/access/userLocks.ts';
import { resolutionParts } from '../adapters/resolutionParts.ts';
import { secretDesk } from '../adapters/sources/secretDesk.ts';
import { processSettings } from '../adapters/settingsParts.ts';
import { receiveBytes } from '../adapters/sources/receiveBytes.ts';
import { renderStatement } from '../adapters/statements/render.ts';
import type { CloseAgain } from '../domain/closePorts.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Machine } from '../domain/machine.ts';
import { certifier } from '../pipeline/close/certifier.ts';
import { closeDay } from '../pipeline/close/closeDay.ts';
import { billHandler } from '../pipeline/close/handleBill.ts';
import { importBill } from '../pipeline/close/importBill.ts';
import { closeGate } from '../pipeline/join/closeGate.ts';
import { statements } from '../pipeline/statement/statements.ts';
import { principalOfToken } from '../people/people.ts';
import { otherAdmins } from '../people/otherAdmins.ts';
import { loginPlaces } from '../people/places.ts';
import { caseEvidence } from '../resolution/evidence.ts';
import { buildApp } from './app.ts';
import { principalsOf } from './principals.ts';
import { RATES } from './rateLimits.ts';
import { EXPORT_WITHIN_MS } from './routes/exports.ts';

/** Longer than any request may take; the supervisor's patience is 10 s. */
const DRAIN_MS = 8_000;
/** Less than a request may take: the caller gets an answer, not a cut connection. */
const LEDGER_ANSWERS_WITHIN_MS = 20_000;
const WINDOW_ANSWERS_WITHIN_MS = 5_000;
const COUNT_WITHIN_MS = 500;
const APPEND_WAITS_MS = 15_000;
/** Somebody waits for the answer, less long than a request may take. */
const GATE_PATIENCE_MS = 20_000;
const NEW_PASSWORD_BYTES = 15;
const TOTP_BYTES = 20;
const CONSOLE_DIR = fileURLToPath(new URL('../console/dist', import.meta.url));
/** A million rows are a quarter of it. */
const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;

async function serve(env: NodeJS.ProcessEnv): Promise<FastifyInstance> {
  const startedAtMs = Date.now();
  // There is no log before there is an app.
  const early: unknown[] = [];
  let onSettingsAway = (error: unknown): void => void early.push(error);
  const settings = await processSettings(env, (error) => onSettingsAway(error));
  const options = {
    onLoaded: (needsRestart: readonly string[], change: ConfigChange) => {
      audit.note('CONFIG_CHANGE', configChangeSaid(change), change.merchants);
      const { merchants, revisions } = change;
      app.log.info({ needsRestart, merchants, revisions }, 'the configuration was read again');
    },
    onRefused: (error: Error) =>
      app.log.error({ err: error }, 'the configuration is wrong; what was read before holds'),
  };
  const read = processEnvOf(env, options, settings.atStart);
  const { config, live, logUrl, auditUrl, windowUrl, clickhouseUrl, clock, dataDir } = read;
  const pipelineUrl = env['DUIZHANG_PIPELINE_URL'] ?? null;
  // It must never hold a request up: what cannot be counted is let through.
  const counting = connectRedisBriefly(windowUrl, COUNT_WITHIN_MS);
  const log = openLog({
    url: logUrl,
    config,
    env,
    process: 'api',
    onWarning: (warning) => app.log.warn(warning, 'the log in Kafka is not as it should be'),
  });
  const auditRedis = connectRedis(auditUrl);
  const window = connectRedis(windowUrl, WINDOW_ANSWERS_WITHIN_MS);
  const audit = processAudit({
    process: 'api',
    clickhouseUrl,
    heads: auditRedis,
    onAway: (error) => app.log.error({ err: error }, 'the audit trail waits: a server does not answer'),
  });
  const ledger = connectClickHouse(clickhouseUrl, LEDGER_ANSWERS_WITHIN_MS);
  // Many lines at once: they may take longer than a question.
  const imports = connectClickHouse(clickhouseUrl);
  const exporting = connectClickHouse(clickhouseUrl, EXPORT_WITHIN_MS);
  const producer = log.newProducer({ waitMs: APPEND_WAITS_MS });
  const archive = openArchive(config.archive, dataDir, env);
  const servers = { log, window, ledger, imports };
  const closing = closingOf(read, servers, signingKeyPath(env, dataDir));
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'duizhang_api_' });
  const resolution = resolutionParts(config, env, { clickhouse: ledger, redis: window }, clock);
  const people = {
    ...peopleParts({ clickhouse: ledger, redis: window }, sessionKeyPath(env, dataDir), () => clock.wallMs()),
    places: loginPlaces(),
    merchants: config.merchants,
  };
  const { oidc } = config.access;
  const host = hostOf(env);
  const trustedProxies = trustedProxiesOf(env);
  // Behind a proxy others than this machine can call: tokens that never end are nobody's there.
  const hasDemoUsers = config.access.hasDemoUsers && trustedProxies.length === 0;
  const machines = machinesOf(config, env);
  const following = settings.follow(live);
  const configPath = env['DUIZHANG_CONFIG'] ?? '';
  const demoUsers = hasDemoUsers ? readDemoUsers(dataDir, host) : [];
  const demo = demoUsers.map(({ principal }) => principal);
  const deskParts: SettingsDeskParts = {
    path: configPath,
    store: clickHouseSettings(ledger),
    whileHeld: settingsLock(window),
    needsRestart: (next) => live.needsRestart(next),
    otherAdmins: otherAdmins({ ...people, demo, hasProvider: oidc !== null }),
    // Whoever waits for the answer has it; this process looks again by itself.
    onChanged: () => following.look().catch(() => undefined),
    now: Date.now,
  };
  const app = await buildApp({
    queries: clickHouseLedgerQueries(ledger),
    overview: { queries: clickHouseOverview(ledger), now: () => clock.wallMs() },
    certificates: clickHouseCertificateQueries(ledger),
    certificateKey: signerOf(signingKeyPath(env, dataDir)).publicKey,
    billFiles: clickHouseBillFiles(ledger),
    exports: ledgerExports(exporting, Date.now),
    statements: statements({
      merchants: config.merchants,
      ledgerOf: (scope) => clickHouseStatementLedger(ledger, scope),
      render: renderStatement,
      now: Date.now,
    }),
    intake: new LogEventIntake({ producer, merchants: config.merchants }),
    eventForms: [PaymentEventJson, HisOrderEventJson],
    takesUnsignedEvents: env['DUIZHANG_UNSIGNED_EVENTS'] === 'on' && !hasProducer(machines),
    bills: {
      library: clickHouseBillLibrary(ledger, async ({ origin }) =>
        origin === undefined ? null : archive.read(origin.sha256),
      ),
      access: { machines, nonces: redisNonces(window), now: () => clock.wallMs() },
      merchants: config.merchants,
      receive: receiveBytes,
      importBill: (bill) =>
        importBill(bill, {
          store: clickHouseBills(imports),
          archive,
          readBill: billReader(config.books),
          now: () => clock.now(),
        }),
      maxUploadBytes: MAX_UPLOAD_BYTES,
    },
    principals: principalsOf(demoUsers, [
      (token) => principalOfToken(token, people),
      ...(oidc === null ? [] : [oidcPrincipals(oidc, people)]),
    ]),
    people,
    providerLogin:
      config.oidcLogin === null
        ? null
        : {
            ...people,
            provider: oidcLogin(config.oidcLogin, env, () => clock.wallMs()),
            logins: redisLoginsUnderWay(window),
            random: () => randomBytes(32).toString('base64url'),
          },
    freshLoginMs: config.access.freshLoginMs,
    limits: { rates: RATES, redis: counting },
    cases: {
      deps: resolution,
      proofs: archivedProofs(openArchive(config.archive, dataDir, env, 'proofs')),
      actions: clickHouseActionQueries(ledger),
    },
    evidenceOf: (principal, exceptionId) =>
      caseEvidence(principal, exceptionId, { ...resolution, evidence: clickHouseEvidence(ledger) }),
    billErrors: {
      queries: clickHouseBillErrors(ledger),
      handleBill: billHandler(clickHouseBills(ledger), () => clock.now()),
    },
    deadLetters: {
      letters: clickHouseDeadLetters(ledger),
      read: letterReader(config.merchants),
      producer,
      now: () => clock.now(),
    },
    closeAgain: closing.closeAgain,
    alerts: { queries: clickHouseAlertQueries(ledger), now: () => clock.now() },
    stream: { live: redisLiveChanges(window), verdicts: redisLiveVerdicts(window) },
    audit: { trail: audit.trail, queries: clickHouseAuditQueries(ledger), now: Date.now },
    settings: settingsDesk(deskParts),
    proposals: proposalDesk({ ...deskParts, proposals: clickHouseProposals(ledger) }),
    secrets: secretDesk({ config: () => loadConfig(configPath), env, startedAtMs }),
    users: {
      ...people,
      whileHeld: redisUserLocks(window),
      newPassword: () => randomBytes(NEW_PASSWORD_BYTES).toString('base64url'),
      newTotpSecret: () => randomBytes(TOTP_BYTES),
    },
    trustedProxies,
    console: consoleIn(CONSOLE_DIR),
    readiness: [
      { part: 'log', check: () => log.ping() },
      { part: 'window', check: () => pingRedis(window) },
      { part: 'ledger', check: () => ledgerAnswers(ledger) },
      ...(pipelineUrl === null ? [] : [pipelineCheck(pipelineUrl)]),
    ],
    metrics,
    isAway: (error) => isAway(error) || isRedisAway(error),
    ...(pipelineUrl === null ? {} : { otherMetrics: () => pipelineMetrics(pipelineUrl) }),
    logger: logOptions('api'),
  });
  onSettingsAway = (error) =>
    app.log.warn({ err: error }, 'what is set in the console is asked for again: the ledger does not answer');
  for (const error of early) onSettingsAway(error);
  app.addHook('onClose', async () => {
    live.stop();
    following.stop();
    await settings.close();
    await audit.close();
    await producer.close();
    await log.close();
    auditRedis.disconnect();
    window.disconnect();
    counting.disconnect();
    await Promise.all([ledger.close(), imports.close(), exporting.close()]);
  });
  live.watch();
  audit.note('START', { configSha256: live.hash, settings: live.revision, pid: process.pid });
  await app.listen({ host, port: portOf(env, 'DUIZHANG_PORT') });
  return app;
}

function hasProducer(machines: ReadonlyMap<string, Machine>): boolean {
  return [...machines.values()].some(({ mayProduce }) => mayProduce.size > 0);
}

type Servers = {
  readonly log: OpenLog;
  readonly window: ReturnType<typeof connectRedis>;
  readonly ledger: ClickHouseClient;
  /** Waits longer for its answers. */
  readonly imports: ClickHouseClient;
};

/** A day closed on demand, as the schedule closes it (pipeline/main.ts). */
function closingOf(
  { config, clock }: ProcessEnv,
  { log, window, imports }: Servers,
  signingKeyPath: string,
): { readonly closeAgain: CloseAgain } {
  const pauseMs = (ms: number): Promise<void> => pause(ms);
  const gateParts = {
    log: log.log,
    window: new RedisWindow(window, { slots: config.slots }),
    ledger: clickHouseRealtimeLedger(imports),
    board: new RedisHeartbeatBoard(window),
    clock,
    pause: pauseMs,
  };
  const waiting = { patienceMs: GATE_PATIENCE_MS, onWaiting: () => undefined };
  const deps = {
    ledger: clickHouseCloseLedger(imports),
    bills: clickHouseBills(imports),
    fetches: clickHouseFetchLog(imports),
    tokens: redisTokenIssuer(window),
    gate: closeGate(gateParts, config.merchants, waiting),
    certifier: certifier({
      store: clickHouseCertificates(imports),
      signer: signerOf(signingKeyPath),
      lock: redisChainLock(window, randomUUID),
      pause: pauseMs,
    }),
    now: () => clock.now(),
  };
  return {
    closeAgain: (wish) => closeDay({ ...wish, runId: randomUUID() }, deps),
  };
}

async function ledgerAnswers(ledger: ClickHouseClient): Promise<void> {
  const answer = await ledger.ping({ select: true });
  if (!answer.success) throw answer.error;
}

function endOnSignal(app: FastifyInstance): void {
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(1);
    ending = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    void app.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

try {
  endOnSignal(await serve(process.env));
} catch (error) {
  if (!(error instanceof DuizhangError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 2;
}
