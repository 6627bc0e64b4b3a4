import { DuizhangError } from '../../domain/errors.ts';
import { httpCall, retryAfterMs, textOf } from '../http/httpCall.ts';
import type { SendAnswer } from '../../domain/deliveryPorts.ts';
import { answerOfMeaning, harmless, later } from './answers.ts';

/** A message is small: a service that has not taken it by then is tried again. */
export const SEND_WITHIN_MS = 10_000;

export type NotifyDeps = {
  /** Epoch milliseconds of the real clock: services refuse signatures of another time. */
  readonly now: () => number;
  readonly withinMs?: number;
};

type Post = {
  readonly url: URL;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM; null: the authorities that Node knows. */
  readonly ca?: string | null;
  /** Nothing that is told of the call may hold one of these. */
  readonly secrets: readonly string[];
};

/** A 2xx answer, or what any other means. */
export async function postJson(
  { url, body, headers, ca = null, secrets }: Post,
  { now, withinMs = SEND_WITHIN_MS }: NotifyDeps,
): Promise<{ readonly text: string } | SendAnswer> {
  try {
    const answer = await httpCall(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'duizhang', ...headers },
      body,
      tls: ca === null ? null : { ca },
      limits: { answerWithinMs: withinMs, idleMs: withinMs, totalMs: withinMs },
      signal: new AbortController().signal,
    });
    const text = await textOf(answer);
    if (answer.status >= 200 && answer.status < 300) return { text };
    const retryAt = retryAfterMs(answer.headers, now());
    const said = harmless(`${url.host} answered ${answer.status} ${text}`.trim(), secrets);
    return answerOfStatus(answer.status, said, retryAt === null ? null : Math.max(retryAt - now(), 0));
  } catch (error) {
    if (error instanceof DuizhangError) return later(harmless(`${error.code}: ${error.message}`, secrets));
    throw error;
  }
}

function answerOfStatus(status: number, said: string, waitMs: number | null): SendAnswer {
  if (status === 408 || status === 425 || status === 429 || status >= 500) return later(said, waitMs);
  // 9499 is also what a body of the wrong form gets; ours is held to the form by a test.
  if (/too many request/i.test(said)) return later(said, waitMs);
  return answerOfMeaning(said, { state: 'REFUSED', todo: todoOf(status) });
}

function todoOf(status: number): string {
  if (status >= 300 && status < 400) return 'redirects are not followed: name the address that it leads to';
  if (status === 401 || status === 403)
    return 'the key is not accepted: compare it with that of the receiver';
  if (status === 404 || status === 410) return 'there is no receiver at this address: check it';
  return 'check the address of the contact and what the receiver says of the message';
}
