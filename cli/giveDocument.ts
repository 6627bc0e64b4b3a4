import { resolve } from 'node:path';
import { writeWhole } from '../adapters/files/writeWhole.ts';
import type { CommandIo, ExitCode } from './command.ts';

/** To the file that was named, or to stdout. */
export async function giveDocument(text: string, out: string | undefined, io: CommandIo): Promise<ExitCode> {
  if (out === undefined) io.stdout(text);
  else await writeWhole(resolve(io.cwd, out), text);
  return 0;
}
