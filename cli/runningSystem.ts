import { signingKeyPath } from '../adapters/files/signingKey.ts';
import type { RunFile } from '../adapters/process/runFile.ts';
import { dataDirOf, readRunFile } from '../adapters/process/runFile.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { CommandIo } from './command.ts';

/** The system that runs on the data folder here, if one does. */
export function runningSystem(io: CommandIo): RunFile | null {
  try {
    return readRunFile(dataDirOf(io.env, io.cwd));
  } catch (error) {
    if (error instanceof DuizhangError && error.code === 'DZ_NOT_RUNNING') return null;
    throw error;
  }
}

/** The key of the running system, whatever this shell says; else that of the environment or the data folder. */
export function signingKeyHere(io: CommandIo): string {
  return runningSystem(io)?.signingKeyPath ?? signingKeyPath(io.env, dataDirOf(io.env, io.cwd));
}
