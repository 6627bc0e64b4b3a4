import { DuizhangError } from '../domain/errors.ts';
import type { CommandIo, ExitCode } from './command.ts';
import { isSystemFailure } from './systemFailure.ts';

/** Runs a command that reads files; with --json its refusal, too, is told on stdout: `{error: {code, message}}`. */
export async function tellRefusal(
  json: boolean,
  io: CommandIo,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (!json || !(error instanceof DuizhangError) || isSystemFailure(error.code)) throw error;
    io.stdout(`${JSON.stringify({ error: refusalOf(error) })}\n`);
    return 2;
  }
}

/** A refusal as JSON: `{code, message}`, and `messageZh` where there is one. */
export function refusalOf({ code, message, messageZh }: DuizhangError) {
  return { code, message, ...(messageZh === null ? {} : { messageZh }) };
}
