import type { ChainableCommander, Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../../domain/errors.ts';
import { orAborted } from '../../orAborted.ts';

/** The connection's state is looked at this often while it comes back: ioredis itself backs off. */
const STATUS_POLL_MS = 25;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/** Answers of a server that is there and will be well soon. */
const SOON = /^(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|READONLY)\b/;

/** Runs a pipeline; an error of any command rejects. */
export async function execAll(pipeline: ChainableCommander): Promise<readonly unknown[]> {
  const replies = await pipeline.exec();
  if (replies === null) throw new Error('the pipeline was aborted');
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}

/** States of a connection that is on its way to being ready; a call would wait in ioredis's unbounded queue. */
const COMING = new Set(['connecting', 'connect', 'close', 'reconnecting']);
/** Codes of sockets and of name look-ups: ECONNREFUSED, EPIPE, EAI_AGAIN … Node's own mistakes are ERR_… */
const SOCKET_CODE = /^E(?!RR_)/;

/**
 * Calls as soon as Redis is there, and again with growing pauses when it goes away or is loading. What it answers
 * otherwise is thrown. Nothing is queued meanwhile: a call that was given up is not sent later.
 * @throws the signal's reason when it is aborted; DZ_SYSTEM_REDIS when the connection was closed for good
 */
export async function untilAnswered<T>(
  redis: Redis,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    signal.throwIfAborted();
    if (redis.status === 'end') {
      throw new DuizhangError('DZ_SYSTEM_REDIS', 'the connection to the log was closed; connect again');
    }
    if (COMING.has(redis.status)) {
      await pause(STATUS_POLL_MS, undefined, { signal });
      continue;
    }
    try {
      return await orAborted(signal, call());
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
    }
    await pause(pauseMs, undefined, { signal });
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DuizhangError) return false;
  if (error.name === 'ReplyError') return SOON.test(error.message);
  if (error.name === 'MaxRetriesPerRequestError') return true;
  if ('code' in error && typeof error.code === 'string') return SOCKET_CODE.test(error.code);
  // ioredis names no class for the other ends of a connection; these are the texts that it gives up with.
  return /^(Connection is closed|Command aborted|Command timed out|Stream isn't writeable|the pipeline was aborted|connect ETIMEDOUT|Socket timeout)/.test(
    error.message,
  );
}
