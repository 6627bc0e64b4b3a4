import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from '../../adapters/process/childProcess.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { lastWordsOf } from './lastWords.ts';

export type Awaited = {
  readonly name: string;
  readonly url: string;
  readonly child: Child;
  readonly logFile: string;
  readonly signal: AbortSignal;
};

const UP_WITHIN_MS = 60_000;
const POLL_MS = 30;

/**
 * Resolves when a process answers at /healthz; one that does not within its time is ended.
 * @throws DZ_SYSTEM_PART with its last words
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
  const words = lastWordsOf(logFile);
  throw new DuizhangError(
    'DZ_SYSTEM_PART',
    `${name} did not come up${words === '' ? '' : `: ${words}`} (its log: ${logFile})`,
  );
}

async function isHealthy(url: string, signal: AbortSignal): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal }).then(
    (answer) => answer.ok,
    // Not listening yet.
    () => false,
  );
}
