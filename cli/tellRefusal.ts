import { DuizhangError } from '../domain/errors.ts';
import type { CommandIo, ExitCode } from './command.ts';

/** Runs a command that reads files; with --json its refusal, too, is told on stdout: `{error: {code, message}}`. */
export async function tellRefusal(
  json: boolean,
  io: CommandIo,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (!json || !(error instanceof DuizhangError)) throw error;
    io.stdout(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    return 2;
  }
}
