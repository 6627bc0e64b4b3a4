import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';

/** Where the parts of a running system answer; lies in its data folder as run.json. */
export type RunFile = {
  readonly pid: number;
  readonly clickhouseUrl: string;
  /** Of Redis, or of Kafka. */
  readonly logUrl: string;
  /** Of the Redis that keeps the heads of the audit trail. */
  readonly auditUrl: string;
  readonly windowRedisUrl: string;
  readonly apiUrl: string;
  readonly startedAt: string;
  /** Of duizhang.config.yaml, absolute. */
  readonly configPath: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Of the key that certificates are signed with, absolute. */
  readonly signingKeyPath: string;
  /** Of the key that sessions hang on, absolute. */
  readonly sessionKeyPath: string;
};

/** The data folder: `DUIZHANG_DATA`, or ./data. */
export function dataDirOf(env: NodeJS.ProcessEnv, cwd: string): string {
  return resolve(cwd, env['DUIZHANG_DATA'] ?? 'data');
}

/** @throws DZ_NOT_RUNNING when no system runs on this data folder */
export function readRunFile(dataDir: string): RunFile {
  const run = parsedRunFile(dataDir);
  // A system that was killed leaves its file behind.
  if (!isRunFile(run) || !isAlive(run.pid)) throw notRunning(dataDir);
  return run;
}

function parsedRunFile(dataDir: string): unknown {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8'));
  } catch (error) {
    throw notRunning(dataDir, error);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export function writeRunFile(dataDir: string, run: RunFile): void {
  const path = join(dataDir, 'run.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeRunFile(dataDir: string): void {
  rmSync(join(dataDir, 'run.json'), { force: true });
}

function notRunning(dataDir: string, cause?: unknown): DuizhangError {
  return new DuizhangError(
    'DZ_NOT_RUNNING',
    `no system runs on ${dataDir}: start one with "npm start", or name its data folder in DUIZHANG_DATA`,
    { cause },
  );
}

function isRunFile(value: unknown): value is RunFile {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map(Object.entries(value));
  return (
    Number.isInteger(fields.get('pid')) &&
    [
      'clickhouseUrl',
      'logUrl',
      'auditUrl',
      'windowRedisUrl',
      'apiUrl',
      'startedAt',
      'configPath',
      'dataDir',
      'signingKeyPath',
      'sessionKeyPath',
    ].every((name) => typeof fields.get(name) === 'string')
  );
}
