import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SpawnNode } from '../../adapters/clickhouse/embedded/start.ts';
import { startEngine } from '../../adapters/clickhouse/embedded/start.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import type { Playback } from '../../adapters/clock/playbackClock.ts';
import { sessionKeyPath } from '../../adapters/access/sessionKey.ts';
import { signingKeyPath } from '../../adapters/files/signingKey.ts';
import { startChild } from '../../adapters/process/childProcess.ts';
import { startRedis } from '../../adapters/process/redisServer.ts';
import { siblingModule } from '../../adapters/process/siblingModule.ts';
import type { Ports } from './addresses.ts';
import { outsideFilesOf } from './outside.ts';
import type { Part, RunningPart } from './supervisor.ts';
import { untilHealthy } from './untilHealthy.ts';

export type SystemPlan = {
  readonly dataDir: string;
  readonly configPath: string;
  readonly ports: Ports;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the outside is simulated, too (outside.ts). */
  readonly hasOutside: boolean;
};

/** A log of this size is put aside when its part starts; the one put aside before goes. */
const MAX_LOG_BYTES = 16_000_000;

export function logFolderOf(plan: Pick<SystemPlan, 'dataDir'>): string {
  return join(plan.dataDir, 'logs');
}

/** An acknowledged event survives a power cut. */
export function logPart(plan: SystemPlan): Part {
  return redisPart(plan, 'log', 'always');
}

/** Emptied, it is rebuilt from the log. */
export function windowPart(plan: SystemPlan): Part {
  return redisPart(plan, 'window', 'everysec');
}

function redisPart(plan: SystemPlan, name: 'log' | 'window', appendfsync: 'always' | 'everysec'): Part {
  const logFile = logFileOf(plan, name);
  const dir = join(plan.dataDir, name);
  return {
    name,
    logFile,
    start: () => {
      putAsideWhenLarge(logFile);
      return startRedis({ dir, appendfsync, port: plan.ports[name], logFile });
    },
  };
}

export function ledgerPart(plan: SystemPlan): Part {
  const logFile = logFileOf(plan, 'ledger');
  return {
    name: 'ledger',
    logFile,
    start: async () => {
      putAsideWhenLarge(logFile);
      const { promise: exited, resolve: onExit } = Promise.withResolvers<void>();
      const spawnEngine: SpawnNode = (modulePath, args, env) => {
        const child = spawn(process.execPath, [modulePath, ...args], {
          env,
          stdio: ['pipe', 'pipe', 'pipe'],
          // Signals of a terminal go to a whole process group; the supervisor decides who ends when.
          detached: true,
        });
        child.once('exit', () => onExit());
        child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
        return child;
      };
      const engine = await startEngine({
        dir: join(plan.dataDir, 'ledger'),
        port: plan.ports.ledger,
        spawn: spawnEngine,
      });
      try {
        await migrate(engine.url);
      } catch (error) {
        await engine.stop();
        throw error;
      }
      return { pid: engine.pid, exited, stop: () => engine.stop() };
    },
  };
}

/** @param playback null: it runs on the machine's clock */
export function pipelinePart(plan: SystemPlan, playback: Playback | null): Part {
  return workerPart(plan, 'pipeline', {
    DUIZHANG_PIPELINE_PORT: String(plan.ports.pipeline),
    DUIZHANG_PLAYBACK: playback === null ? '' : JSON.stringify(playback),
    // A day that is played back closes when it has been played, not at noon of a clock that runs a thousand times as fast.
    DUIZHANG_SCHEDULE: playback === null ? 'on' : 'off',
    DUIZHANG_SIGNING_KEY: signingKeyPath(plan.env, plan.dataDir),
  });
}

export function apiPart(plan: SystemPlan): Part {
  return workerPart(plan, 'api', {
    DUIZHANG_PORT: String(plan.ports.api),
    DUIZHANG_PIPELINE_URL: `http://127.0.0.1:${plan.ports.pipeline}`,
    DUIZHANG_PLAYBACK: '',
    DUIZHANG_UNSIGNED_EVENTS: 'on',
    DUIZHANG_SIGNING_KEY: signingKeyPath(plan.env, plan.dataDir),
    DUIZHANG_SESSION_KEY: sessionKeyPath(plan.env, plan.dataDir),
  });
}

/** Plays those outside; it goes on with its record of refunds when it is started again. */
export function outsidePart(plan: SystemPlan): Part {
  const { worldPath, recordPath } = outsideFilesOf(plan.dataDir);
  const ports = [plan.ports.upp, plan.ports.hdp].map(String);
  return nodePart(plan, {
    name: 'outside',
    port: plan.ports.upp,
    args: [moduleAt('simulator/outsideMain'), worldPath, recordPath, ...ports],
    env: plan.env,
  });
}

function workerPart(plan: SystemPlan, name: 'pipeline' | 'api', env: NodeJS.ProcessEnv): Part {
  return nodePart(plan, {
    name,
    port: plan.ports[name],
    args: [moduleAt(`${name}/main`)],
    env: { ...plan.env, ...addressesOf(plan), ...env },
  });
}

type NodeProgram = {
  readonly name: string;
  /** Where it answers at /healthz. */
  readonly port: number;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
};

function nodePart(plan: SystemPlan, { name, port, args, env }: NodeProgram): Part {
  const logFile = logFileOf(plan, name);
  return {
    name,
    logFile,
    start: async (signal): Promise<RunningPart> => {
      putAsideWhenLarge(logFile);
      const child = await startChild({
        command: process.execPath,
        args,
        env,
        logFile,
      });
      await untilHealthy({ name, url: `http://127.0.0.1:${port}`, child, logFile, signal });
      return child;
    },
  };
}

function moduleAt(name: string): string {
  return fileURLToPath(siblingModule(import.meta.url, `../../${name}`));
}

function addressesOf({ configPath, dataDir, ports, hasOutside }: SystemPlan): NodeJS.ProcessEnv {
  return {
    DUIZHANG_CONFIG: configPath,
    DUIZHANG_DATA: dataDir,
    DUIZHANG_LOG_URL: `redis://127.0.0.1:${ports.log}`,
    DUIZHANG_WINDOW_URL: `redis://127.0.0.1:${ports.window}`,
    DUIZHANG_CLICKHOUSE_URL: `http://127.0.0.1:${ports.ledger}`,
    DUIZHANG_CLICKHOUSE_CLUSTER: '',
    DUIZHANG_DEMO_OUTSIDE: hasOutside ? outsideFilesOf(dataDir).accessPath : '',
  };
}

function logFileOf(plan: SystemPlan, name: string): string {
  return join(logFolderOf(plan), `${name}.log`);
}

function putAsideWhenLarge(logFile: string): void {
  if (existsSync(logFile) && statSync(logFile).size > MAX_LOG_BYTES) renameSync(logFile, `${logFile}.old`);
}
