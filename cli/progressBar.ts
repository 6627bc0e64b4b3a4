import { statSync } from 'node:fs';
import type { CommandIo } from './command.ts';
import { StatusLine } from './statusLine.ts';

/** What is done sooner needs no bar. */
const QUIET_MS = 500;
const EVERY_MS = 100;
const BAR_CHARS = 30;

/** Whether bytes are counted for people: only on a terminal, and not for a machine that reads the answer. */
export type ProgressIo = Pick<CommandIo, 'stderr' | 'terminal'>;

/**
 * Passes bytes on and shows how many of them have come, on the terminal that stderr is; elsewhere it shows nothing.
 * @param totalBytes null: unknown
 * @param now milliseconds that never go back
 */
export async function* withProgress(
  bytes: AsyncIterable<Uint8Array>,
  label: string,
  totalBytes: number | null,
  io: ProgressIo,
  now: () => number = () => performance.now(),
): AsyncGenerator<Uint8Array> {
  if (!io.terminal) {
    yield* bytes;
    return;
  }
  const line = new StatusLine({ isTTY: true, columns: io.terminal.columns, write: io.stderr }, now);
  const startedMs = now();
  let shownMs = startedMs + QUIET_MS - EVERY_MS;
  let done = 0;
  try {
    for await (const chunk of bytes) {
      yield chunk;
      done += chunk.length;
      if (now() - shownMs < EVERY_MS) continue;
      shownMs = now();
      line.show(barText(label, done, totalBytes, shownMs - startedMs));
    }
  } finally {
    line.clear();
  }
}

/** null: there is no such file, which whoever reads it will say. */
export function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null;
}

function barText(label: string, done: number, total: number | null, elapsedMs: number): string {
  const rate = `${megabytes((done / elapsedMs) * 1000)}/s`;
  if (total === null || total === 0) return `${label} ${megabytes(done)} ${rate}`;
  // A file that grows while it is read.
  const share = Math.min(1, done / total);
  const full = Math.round(share * BAR_CHARS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CHARS - full);
  return `${label} ${bar} ${Math.floor(share * 100)}% of ${megabytes(total)} ${rate}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
