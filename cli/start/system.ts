import { setTimeout as pause } from 'node:timers/promises';
import type { Playback } from '../../adapters/clock/playbackClock.ts';
import type { RunFile } from '../../adapters/process/runFile.ts';
import { makeSessionKey, sessionKeyPath } from '../../adapters/access/sessionKey.ts';
import { makeSigningKey, signingKeyPath } from '../../adapters/files/signingKey.ts';
import { removeRunFile, writeRunFile } from '../../adapters/process/runFile.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { SystemPlan } from './parts.ts';
import { apiPart, ledgerPart, logFolderOf, logPart, pipelinePart, windowPart } from './parts.ts';
import type { Supervisor } from './supervisor.ts';

const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;

/** Starts the servers: what holds data, before what writes to it. */
export async function startServers(supervisor: Supervisor, plan: SystemPlan): Promise<void> {
  await Promise.all([
    supervisor.start(logPart(plan)),
    supervisor.start(windowPart(plan)),
    supervisor.start(ledgerPart(plan)),
  ]);
}

/**
 * Starts what works on the servers and, once every part answers, writes run.json.
 * @param playback null: on the machine's clock
 */
export async function startWorkers(
  supervisor: Supervisor,
  plan: SystemPlan,
  playback: Playback | null,
  now: () => number,
): Promise<RunFile> {
  makeSigningKey(plan.env, plan.dataDir);
  makeSessionKey(plan.env, plan.dataDir);
  await supervisor.start(pipelinePart(plan, playback));
  await supervisor.start(apiPart(plan));
  const run = runFileOf(plan, now());
  await untilReady(run.apiUrl, logFolderOf(plan));
  writeRunFile(plan.dataDir, run);
  return run;
}

/** From here on the system lives in the machine's time. */
export async function endPlayback(supervisor: Supervisor, plan: SystemPlan): Promise<void> {
  await supervisor.replace(pipelinePart(plan, null));
}

export async function stopSystem(supervisor: Supervisor, plan: SystemPlan): Promise<void> {
  removeRunFile(plan.dataDir);
  await supervisor.stop();
}

export function runFileOf({ configPath, dataDir, env, ports }: SystemPlan, nowMs: number): RunFile {
  return {
    signingKeyPath: signingKeyPath(env, dataDir),
    sessionKeyPath: sessionKeyPath(env, dataDir),
    pid: process.pid,
    clickhouseUrl: `http://127.0.0.1:${ports.ledger}`,
    logUrl: `redis://127.0.0.1:${ports.log}`,
    auditUrl: `redis://127.0.0.1:${ports.log}`,
    windowRedisUrl: `redis://127.0.0.1:${ports.window}`,
    apiUrl: `http://127.0.0.1:${ports.api}`,
    startedAt: new Date(nowMs).toISOString(),
    configPath,
    dataDir,
  };
}

/** @throws DZ_SYSTEM_NOT_READY naming the part that is not */
async function untilReady(apiUrl: string, logFolder: string): Promise<void> {
  let said = 'no answer';
  for (const until = performance.now() + READY_WITHIN_MS; performance.now() < until; await pause(POLL_MS)) {
    const answer = await fetch(`${apiUrl}/readyz`).catch(() => null);
    if (answer?.ok) return;
    said = (await answer?.text()) ?? said;
  }
  throw new DuizhangError('DZ_SYSTEM_NOT_READY', `the system did not get ready: ${said}; see ${logFolder}`);
}
