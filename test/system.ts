import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sessionKeyPath } from '../adapters/access/sessionKey.ts';
import type { Engine } from '../adapters/clickhouse/embedded/start.ts';
import { clickHouseRealtimeLedger } from '../adapters/clickhouse/realtimeLedger.ts';
import type { Playback } from '../adapters/clock/playbackClock.ts';
import { systemClock } from '../adapters/clock/playbackClock.ts';
import type { Config } from '../adapters/config/loadConfig.ts';
import { loadConfig } from '../adapters/config/loadConfig.ts';
import { makeSigningKey, signingKeyPath } from '../adapters/files/signingKey.ts';
import type { Child } from '../adapters/process/childProcess.ts';
import { startChild } from '../adapters/process/childProcess.ts';
import { freePort } from '../adapters/process/freePort.ts';
import type { RedisServer } from '../adapters/process/redisServer.ts';
import { openLog } from '../adapters/openLog.ts';
import { untilUp } from '../adapters/process/untilUp.ts';
import type { RunFile } from '../adapters/process/runFile.ts';
import { connectRedis } from '../adapters/redis/connect.ts';
import { RedisHeartbeatBoard } from '../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../adapters/redis/window/redisWindow.ts';
import type { EventLog, EventProducer, PartitionId, Position } from '../domain/ports.ts';
import { waitUntilStored } from '../pipeline/join/gate.ts';
import { connectEngine, startEngine, startMigratedEngine, startRedis } from './services/index.ts';

const PIPELINE = new URL('../pipeline/main.ts', import.meta.url).pathname;
const DEFAULT_CONFIG = new URL('../duizhang.config.yaml', import.meta.url).pathname;
const READY_WITHIN_MS = 30_000;

export type SystemOptions = {
  /** Text of a configuration; absent: the repository's. */
  readonly config?: string;
  readonly playback?: Playback;
  /** Whether the pipeline closes days by itself; absent: no. */
  readonly schedule?: boolean;
  /** Of an event log elsewhere; absent: in the system's own Redis. */
  readonly logUrl?: string;
  /** Of a window elsewhere; absent: in a Redis of its own. */
  readonly windowUrl?: string;
};

export type RedisName = 'log' | 'window';
const APPENDFSYNC = { log: 'always', window: 'everysec' } as const;

/** The embedded system in a folder of its own, every part in the hand of a test: to kill, to empty, to start again. */
export type TestSystem = AsyncDisposable & {
  readonly dir: string;
  readonly config: Config;
  /** What starts from now on goes by this text, the system's own log, producer and window among it; needs a `config` of its own. */
  reconfigure(text: string): Promise<void>;
  /** As `npm start` writes it, for the use cases that commands wire up. */
  readonly run: RunFile;
  readonly clickhouse: ReturnType<typeof connectEngine>;
  readonly windowRedis: ReturnType<typeof connectRedis>;
  /** Of the servers. */
  readonly pids: Readonly<Record<'log' | 'window' | 'ledger', number>>;
  readonly window: RedisWindow;
  readonly log: EventLog;
  readonly producer: EventProducer;
  /** Frees the log before a position, as the pipeline does. */
  trimLog(partition: PartitionId, before: Position): Promise<void>;
  /** @param more of its environment */
  startPipeline(more?: NodeJS.ProcessEnv): Promise<Child>;
  /** Of the pipeline's health and metrics. */
  readonly pipelinePort: number;
  /** Another process on the same servers; it is the test's to end. @param program e.g. `api/main.ts` */
  startBeside(program: string, logFile: string, more?: NodeJS.ProcessEnv): Promise<Child>;
  stopPipeline(): Promise<void>;
  killPipeline(): Promise<void>;
  /** Kills a redis-server with -9 and starts it again on its folder, or on nothing. */
  restartRedis(name: RedisName, options?: { readonly emptied: boolean }): Promise<void>;
  restartEngine(): Promise<void>;
  /** Waits until event time has passed an instant and all that was sent is in the ledger. */
  untilStored(eventTimeMs: number, patienceMs?: number): Promise<void>;
  /** What the pipeline logged. */
  pipelineLog(): Promise<string>;
};

export async function startTestSystem(options: SystemOptions = {}): Promise<TestSystem> {
  const dir = await mkdtemp(join(tmpdir(), 'dz-system-'));
  const configPath = options.config === undefined ? DEFAULT_CONFIG : join(dir, 'config.yaml');
  if (options.config !== undefined) await writeFile(configPath, options.config);
  let config = loadConfig(configPath);
  const ports = {
    log: await freePort(),
    window: await freePort(),
    engine: await freePort(),
    pipeline: await freePort(),
  };
  const startServer = (name: RedisName): Promise<RedisServer> =>
    startRedis({ dir: join(dir, name), appendfsync: APPENDFSYNC[name], port: ports[name] });
  const startLedger = (): Promise<Engine> => startEngine({ dir: join(dir, 'ledger'), port: ports.engine });

  const redis: Record<RedisName, RedisServer> = {
    log: await startServer('log'),
    window: await startServer('window'),
  };
  let engine = await startMigratedEngine({ dir: join(dir, 'ledger'), port: ports.engine });
  let pipeline: Child | null = null;

  const clickhouse = connectEngine(engine);
  const logUrl = options.logUrl ?? redis.log.url;
  const windowUrl = options.windowUrl ?? redis.window.url;
  const connections = { window: connectRedis(windowUrl) };
  const ownParts = () => {
    const opened = openLog({ url: logUrl, config, env: {}, process: 'test', onWarning: () => undefined });
    return {
      opened,
      log: opened.log,
      producer: opened.newProducer(),
      window: new RedisWindow(connections.window, { slots: config.slots }),
    };
  };
  let own = ownParts();
  const logFile = join(dir, 'pipeline.log');
  const run: RunFile = {
    pid: process.pid,
    clickhouseUrl: engine.url,
    logUrl,
    auditUrl: redis.log.url,
    windowRedisUrl: windowUrl,
    apiUrl: '',
    startedAt: new Date(0).toISOString(),
    configPath,
    dataDir: dir,
    signingKeyPath: signingKeyPath({}, dir),
    sessionKeyPath: sessionKeyPath({}, dir),
  };
  makeSigningKey({}, dir);
  const env = {
    ...process.env,
    DUIZHANG_CONFIG: configPath,
    DUIZHANG_DATA: dir,
    DUIZHANG_LOG_URL: run.logUrl,
    DUIZHANG_AUDIT_URL: run.auditUrl,
    DUIZHANG_WINDOW_URL: run.windowRedisUrl,
    DUIZHANG_CLICKHOUSE_URL: run.clickhouseUrl,
    DUIZHANG_SIGNING_KEY: run.signingKeyPath,
    DUIZHANG_PIPELINE_PORT: String(ports.pipeline),
    DUIZHANG_SCHEDULE: options.schedule === true ? 'on' : 'off',
    ...(options.playback ? { DUIZHANG_PLAYBACK: JSON.stringify(options.playback) } : {}),
  };

  return {
    dir,
    get config() {
      return config;
    },
    async reconfigure(text) {
      if (options.config === undefined) throw new Error('the repository’s configuration is not rewritten');
      await writeFile(configPath, text);
      config = loadConfig(configPath);
      await Promise.all([own.opened.close(), own.producer.close()]);
      own = ownParts();
    },
    run,
    clickhouse,
    windowRedis: connections.window,
    get pids() {
      return { log: redis.log.pid, window: redis.window.pid, ledger: engine.pid };
    },
    get window() {
      return own.window;
    },
    get log() {
      return own.log;
    },
    get producer() {
      return own.producer;
    },
    pipelinePort: ports.pipeline,
    trimLog: (partition, before) => own.opened.trim(partition, before),
    async startPipeline(more = {}) {
      pipeline = await startChild({
        command: process.execPath,
        args: [PIPELINE],
        env: { ...env, ...more },
        logFile,
      });
      await untilReady(`http://127.0.0.1:${ports.pipeline}/readyz`, pipeline, logFile);
      return pipeline;
    },
    startBeside: (program, itsLog, more = {}) =>
      startChild({
        command: process.execPath,
        args: [new URL(`../${program}`, import.meta.url).pathname],
        env: { ...env, DUIZHANG_PIPELINE_PORT: '0', ...more },
        logFile: itsLog,
      }),
    async stopPipeline() {
      await pipeline?.stop();
      pipeline = null;
    },
    async killPipeline() {
      await pipeline?.kill9();
      pipeline = null;
    },
    async restartRedis(name, { emptied } = { emptied: false }) {
      await redis[name].kill9();
      if (emptied) await rm(join(dir, name, 'appendonlydir'), { recursive: true, force: true });
      redis[name] = await startServer(name);
    },
    async restartEngine() {
      await engine.kill9();
      engine = await startLedger();
    },
    async untilStored(eventTimeMs, patienceMs = 60_000) {
      const board = new RedisHeartbeatBoard(connections.window);
      const ledger = clickHouseRealtimeLedger(clickhouse);
      const { log, window } = own;
      const parts = { log, window, ledger, board, clock: systemClock(), pause: (ms: number) => pause(ms) };
      await waitUntilStored(parts, { eventTimeMs, patienceMs, onWaiting: () => undefined });
    },
    pipelineLog: () => readFile(logFile, 'utf8'),
    async [Symbol.asyncDispose]() {
      await pipeline?.kill9();
      await Promise.all([own.opened.close(), own.producer.close()]);
      for (const connection of Object.values(connections)) connection.disconnect();
      await clickhouse.close();
      await Promise.all([engine.kill9(), redis.log.kill9(), redis.window.kill9()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, child: Child, logFile: string): Promise<void> {
  if (!(await untilUp(child, () => answersOk(url), READY_WITHIN_MS)))
    throw new Error(`the pipeline did not start: ${await readFile(logFile, 'utf8')}`);
}

async function answersOk(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}
