import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { DuizhangError } from '../../domain/errors.ts';

// node:http and not fetch: client certificates without a package, and every limit in our hands.

export type HttpLimits = {
  /** Until the answer's head is there. */
  readonly answerWithinMs: number;
  /** Longest silence within the body. */
  readonly idleMs: number;
  /** For everything; a body that drips must not hold a place for ever. */
  readonly totalMs: number;
};

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  answerWithinMs: 20_000,
  idleMs: 30_000,
  totalMs: 15 * 60_000,
};

/** PEM texts. */
export type ClientTls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

export type HttpCall = {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole, so that its length is announced. */
  readonly body?: string;
  readonly tls?: ClientTls | null;
  readonly limits?: HttpLimits;
  readonly signal: AbortSignal;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Rejects when it is cut off or stands still. Has to be read, or ended by `discard`. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
};

/**
 * One request on a connection of its own; redirects are not followed.
 * @throws DZ_SOURCE_UNREACHABLE, DZ_SOURCE_SLOW; the body DZ_SOURCE_SLOW and DZ_SOURCE_CUT. No message holds a query.
 */
export async function httpCall(url: URL, call: HttpCall): Promise<HttpAnswer> {
  const limits = call.limits ?? DEFAULT_HTTP_LIMITS;
  const place = `${url.host}${url.pathname}`;
  const ending = new AbortController();
  const end = (error: Error): void => ending.abort(error);
  const total = setTimeout(() => end(slow(place, 'the whole answer', limits.totalMs)), limits.totalMs);
  const first = setTimeout(() => end(slow(place, 'an answer', limits.answerWithinMs)), limits.answerWithinMs);
  const signal = AbortSignal.any([call.signal, ending.signal]);
  try {
    const message = await answerOf(url, call, signal);
    return {
      status: message.statusCode ?? 0,
      headers: message.headers,
      body: bodyOf(message, { place, idleMs: limits.idleMs, signal, end, done: () => clearTimeout(total) }),
      discard: () => {
        clearTimeout(total);
        message.destroy();
      },
    };
  } catch (error) {
    clearTimeout(total);
    throw failureOf(error, signal, unreachable(place, error));
  } finally {
    clearTimeout(first);
  }
}

/** A short body as text. @throws DZ_SOURCE_NONSENSE when it is longer */
export async function textOf(answer: HttpAnswer, maxBytes = 64 * 1024): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new DuizhangError('DZ_SOURCE_NONSENSE', `the answer is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a text says; null when it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Seconds of Retry-After as an instant; null when it is not given. A day at most, whatever is said. */
export function retryAfterMs(headers: IncomingHttpHeaders, nowMs: number): number | null {
  const seconds = /^\d{1,9}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : null;
  return seconds === null ? null : nowMs + Math.min(seconds, 86_400) * 1000;
}

function answerOf(url: URL, call: HttpCall, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = {
    method: call.method ?? 'GET',
    headers: { ...call.headers },
    agent: false,
    signal,
  } as const;
  const request =
    url.protocol === 'https:' ? httpsRequest(url, { ...options, ...call.tls }) : httpRequest(url, options);
  request.once('response', resolve);
  request.on('error', reject);
  request.end(call.body);
  return promise;
}

type BodyWatch = {
  readonly place: string;
  readonly idleMs: number;
  readonly signal: AbortSignal;
  readonly end: (error: Error) => void;
  readonly done: () => void;
};

async function* bodyOf(message: IncomingMessage, watch: BodyWatch): AsyncGenerator<Uint8Array> {
  const { place, idleMs, signal } = watch;
  const idle = setTimeout(() => watch.end(slow(place, 'more of its answer', idleMs)), idleMs);
  let bytes = 0;
  try {
    const chunks: AsyncIterable<Buffer> = message;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      idle.refresh();
      yield chunk;
    }
  } catch (error) {
    throw failureOf(error, signal, cut(place, bytes, error));
  } finally {
    clearTimeout(idle);
    watch.done();
    message.destroy();
  }
}

/** Our own time limits end a request by its signal; they are what is to be told then. */
function failureOf(error: unknown, signal: AbortSignal, otherwise: DuizhangError): unknown {
  if (error instanceof DuizhangError) return error;
  return signal.aborted ? signal.reason : otherwise;
}

function slow(place: string, what: string, ms: number): DuizhangError {
  return new DuizhangError('DZ_SOURCE_SLOW', `${place} did not give ${what} within ${ms} ms`);
}

function cut(place: string, bytes: number, cause: unknown): DuizhangError {
  return new DuizhangError('DZ_SOURCE_CUT', `the answer of ${place} was cut off after ${bytes} bytes`, {
    cause,
  });
}

function unreachable(place: string, cause: unknown): DuizhangError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DuizhangError('DZ_SOURCE_UNREACHABLE', `${place} cannot be reached: ${why}`, { cause });
}
