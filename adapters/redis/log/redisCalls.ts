import type { ChainableCommander, Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../../domain/errors.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/** Answers of a server that is there and will be well soon. */
const SOON = /^(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|READONLY)\b/;

/** Runs a pipeline; an error of any command rejects, but those that `mayFail` lets through (null stands for them). */
export async function execAll(
  pipeline: ChainableCommander,
  mayFail: (error: Error) => boolean = () => false,
): Promise<readonly unknown[]> {
  const replies = await pipeline.exec();
  if (replies === null) throw new Error('the pipeline was aborted');
  return replies.map(([error, reply]) => {
    if (error === null) return reply;
    if (mayFail(error)) return null;
    throw error;
  });
}

/**
 * Calls again, with growing pauses, while Redis is away or loading. What it answers otherwise is thrown.
 * @throws the signal's reason when it is aborted; DZ_SYSTEM_REDIS when the connection was closed for good
 */
export async function untilAnswered<T>(
  redis: Redis,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await orAborted(signal, call());
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      if (redis.status === 'end') {
        throw new DuizhangError('DZ_SYSTEM_REDIS', 'the connection to the log was closed', { cause: error });
      }
    }
    await pause(pauseMs, undefined, { signal });
  }
}

/** The first of a promise and the signal; a failure after the signal concerns nobody. */
export async function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DuizhangError) return false;
  if (error.name === 'ReplyError') return SOON.test(error.message);
  // ioredis names no class for a broken connection: these are the texts and codes it gives up with.
  return (
    error.name === 'MaxRetriesPerRequestError' ||
    'code' in error ||
    /connection|closed|aborted|writeable|timed out/i.test(error.message)
  );
}
