// The API as a process: node api/main.ts, with the addresses of the system's parts in its environment.
import type { ClickHouseClient } from '@clickhouse/client';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { openArchive } from '../adapters/archive/openArchive.ts';
import { billReader } from '../adapters/bills/billReader.ts';
import { clickHouseBillLibrary } from '../adapters/clickhouse/billLibrary.ts';
import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../adapters/clickhouse/closeBills.ts';
import {
  clickHouseCertificateQueries,
  clickHouseLedgerQueries,
} from '../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseStatementLedger } from '../adapters/clickhouse/statementLedger.ts';
import { machinesOf } from '../adapters/config/machines.ts';
import { portOf, processEnvOf } from '../adapters/config/processEnv.ts';
import { HisOrderEventJson, PaymentEventJson } from '../adapters/events/eventJsonSchema.ts';
import { ledgerExports } from '../adapters/exports/ledgerExports.ts';
import { LogEventIntake } from '../adapters/events/eventIntake.ts';
import { connectRedis } from '../adapters/redis/connect.ts';
import { redisNonces } from '../adapters/redis/nonceStore.ts';
import { RedisEventProducer } from '../adapters/redis/log/redisEventProducer.ts';
import { receiveBytes } from '../adapters/sources/receiveBytes.ts';
import { renderStatement } from '../adapters/statements/render.ts';
import type { ReadinessCheck } from '../domain/apiPorts.ts';
import { DuizhangError } from '../domain/errors.ts';
import { importBill } from '../pipeline/close/importBill.ts';
import { statements } from '../pipeline/statement/statements.ts';
import { buildApp } from './app.ts';
import { EXPORT_WITHIN_MS } from './routes/exports.ts';

/** Longer than any request may take; the supervisor's patience is 10 s. */
const DRAIN_MS = 8_000;
const PIPELINE_ANSWERS_WITHIN_MS = 1_500;
/** Less than a request may take: the caller gets an answer, not a cut connection. */
const LEDGER_ANSWERS_WITHIN_MS = 20_000;
const APPEND_WAITS_MS = 15_000;
/** A million rows are a quarter of it. */
const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;

async function serve(env: NodeJS.ProcessEnv): Promise<FastifyInstance> {
  const { config, live, logUrl, windowUrl, clickhouseUrl, clock, dataDir } = processEnvOf(env, {
    onLoaded: (needsRestart) => app.log.info({ needsRestart }, 'the configuration was read again'),
    onRefused: (error) =>
      app.log.error({ err: error }, 'the configuration is wrong; what was read before holds'),
  });
  const pipelineUrl = env['DUIZHANG_PIPELINE_URL'] ?? null;
  const log = connectRedis(logUrl);
  const window = connectRedis(windowUrl);
  const ledger = connectClickHouse(clickhouseUrl, LEDGER_ANSWERS_WITHIN_MS);
  // Many lines at once: they may take longer than a question.
  const imports = connectClickHouse(clickhouseUrl);
  const exporting = connectClickHouse(clickhouseUrl, EXPORT_WITHIN_MS);
  const { partitions, maxBytes } = config.log;
  const producer = new RedisEventProducer(log, {
    topics: { payments: partitions, 'his-orders': partitions },
    maxBytes,
    waitMs: APPEND_WAITS_MS,
  });
  const archive = openArchive(config.archive, dataDir, env);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'duizhang_api_' });
  const app = await buildApp({
    queries: clickHouseLedgerQueries(ledger),
    certificates: clickHouseCertificateQueries(ledger),
    exports: ledgerExports(exporting, Date.now),
    statements: statements({
      merchants: config.merchants,
      ledger: clickHouseStatementLedger(ledger),
      render: renderStatement,
      now: Date.now,
    }),
    intake: new LogEventIntake({ producer, merchants: config.merchants }),
    eventForms: [PaymentEventJson, HisOrderEventJson],
    bills: {
      library: clickHouseBillLibrary(ledger, async ({ origin }) =>
        origin === undefined ? null : archive.read(origin.sha256),
      ),
      access: { machines: machinesOf(config, env), nonces: redisNonces(window), now: () => clock.wallMs() },
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
    readiness: [
      { part: 'log', check: async () => void (await log.ping()) },
      { part: 'window', check: async () => void (await window.ping()) },
      { part: 'ledger', check: () => ledgerAnswers(ledger) },
      ...(pipelineUrl === null ? [] : [pipelineCheck(pipelineUrl)]),
    ],
    metrics,
    ...(pipelineUrl === null ? {} : { otherMetrics: () => pipelineMetrics(pipelineUrl) }),
    logger: true,
  });
  app.addHook('onClose', async () => {
    live.stop();
    await producer.close();
    log.disconnect();
    window.disconnect();
    await Promise.all([ledger.close(), imports.close(), exporting.close()]);
  });
  live.watch();
  await app.listen({ host: '127.0.0.1', port: portOf(env, 'DUIZHANG_PORT') });
  return app;
}

async function ledgerAnswers(ledger: ClickHouseClient): Promise<void> {
  const answer = await ledger.ping({ select: true });
  if (!answer.success) throw answer.error;
}

function pipelineCheck(url: string): ReadinessCheck {
  return {
    part: 'pipeline',
    check: async () => {
      const answer = await ask(`${url}/readyz`);
      const text = await answer.text();
      if (!answer.ok) throw new DuizhangError('DZ_NOT_READY', text.trim().slice(0, 500));
    },
  };
}

/** A pipeline that is away leaves our own metrics standing; /readyz names it. */
async function pipelineMetrics(url: string): Promise<string> {
  try {
    const answer = await ask(`${url}/metrics`);
    return answer.ok ? await answer.text() : '';
  } catch (error) {
    return `# the pipeline does not answer: ${String(error)}\n`;
  }
}

async function ask(url: string): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(PIPELINE_ANSWERS_WITHIN_MS) });
  } catch (error) {
    // "fetch failed" says nothing; what it is caused by does.
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  }
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
