import { resolve } from 'node:path';
import { sessionKeyPath } from '../adapters/access/sessionKey.ts';
import { ledgerUrlOf } from '../adapters/clickhouse/ledgerAddress.ts';
import { auditUrlOf } from '../adapters/config/processEnv.ts';
import { signingKeyPath } from '../adapters/files/signingKey.ts';
import type { RunFile } from '../adapters/process/runFile.ts';
import { dataDirOf, readRunFile } from '../adapters/process/runFile.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { CommandIo } from './command.ts';

/**
 * The system that a command is about: the one whose addresses stand in the environment, as they do beside its processes,
 * else the one that runs on the data folder here.
 * @throws DZ_NOT_RUNNING
 */
export function systemHere(io: CommandIo): RunFile {
  return systemOfEnvironment(io) ?? readRunFile(dataDirOf(io.env, io.cwd));
}

/** The same; null where there is none. */
export function runningSystem(io: CommandIo): RunFile | null {
  try {
    return systemHere(io);
  } catch (error) {
    if (error instanceof DuizhangError && error.code === 'DZ_NOT_RUNNING') return null;
    throw error;
  }
}

/** The key of the running system, whatever this shell says; else that of the environment or the data folder. */
export function signingKeyHere(io: CommandIo): string {
  return runningSystem(io)?.signingKeyPath ?? signingKeyPath(io.env, dataDirOf(io.env, io.cwd));
}

function systemOfEnvironment({ env, cwd }: CommandIo): RunFile | null {
  const clickhouseUrl = env['DUIZHANG_CLICKHOUSE_URL'];
  const logUrl = env['DUIZHANG_LOG_URL'];
  const windowRedisUrl = env['DUIZHANG_WINDOW_URL'];
  const configPath = env['DUIZHANG_CONFIG'];
  if (!clickhouseUrl || !logUrl || !windowRedisUrl || !configPath) return null;
  const dataDir = dataDirOf(env, cwd);
  return {
    pid: process.pid,
    clickhouseUrl: ledgerUrlOf(clickhouseUrl, env),
    logUrl,
    auditUrl: auditUrlOf(env),
    windowRedisUrl,
    apiUrl: '',
    startedAt: new Date(0).toISOString(),
    configPath: resolve(cwd, configPath),
    dataDir,
    signingKeyPath: signingKeyPath(env, dataDir),
    sessionKeyPath: sessionKeyPath(env, dataDir),
  };
}
