import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../domain/errors.ts';
import type { Child } from '../../adapters/process/childProcess.ts';

export type Awaited = {
  readonly name: string;
  readonly url: string;
  readonly child: Child;
  readonly logFile: string;
  readonly signal: AbortSignal;
};

const UP_WITHIN_MS = 60_000;
const POLL_MS = 30;
const TAIL_BYTES = 4_000;

/**
 * Resolves when a process answers at /healthz; one that does not within its time is ended.
 * @throws DZ_SYSTEM_PART with the last line of its log
 */
export async function untilHealthy(awaited: Awaited): Promise<void> {
  const { name, url, child, logFile, signal } = awaited;
  const givenUp = AbortSignal.any([signal, AbortSignal.timeout(UP_WITHIN_MS)]);
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  while (!ended && !givenUp.aborted) {
    if (await isHealthy(url, givenUp)) return;
    await pause(POLL_MS);
  }
  await child.stop();
  const said = lastLineOf(logFile);
  throw new DuizhangError(
    'DZ_SYSTEM_PART',
    `${name} did not come up${said === '' ? '' : ` ("${said}")`}; its log is ${logFile}`,
  );
}

async function isHealthy(url: string, signal: AbortSignal): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal }).then(
    (answer) => answer.ok,
    // Not listening yet.
    () => false,
  );
}

function lastLineOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const from = Math.max(0, fstatSync(file).size - TAIL_BYTES);
    const bytes = Buffer.alloc(TAIL_BYTES);
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, TAIL_BYTES, from));
    return messageOf(text.trim().split('\n').at(-1) ?? '');
  } finally {
    closeSync(file);
  }
}

/** Processes of ours log JSON; people want the message. */
function messageOf(line: string): string {
  try {
    const entry: { err?: { message?: string }; msg?: string } = JSON.parse(line);
    return entry.err?.message ?? entry.msg ?? line;
  } catch {
    return line;
  }
}
