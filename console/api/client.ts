import createClient from 'openapi-fetch';
import { after } from './after.ts';
import { freshLogin } from './freshLogin.ts';
import { ApiProblem, isProblem, offlineProblem, problemOf } from './problem.ts';
import type { paths } from './schema.d.ts';
import type { Refreshed } from './session.ts';
import { Session } from './session.ts';

const V1 = '/api/v1';

/** The one session of this page. */
export const session = new Session({
  now: Date.now,
  after,
  refresh,
});

/** Requests of whoever is logged in; every page asks through it, and through `given`. */
export const api = createClient<paths>({ baseUrl: '', fetch: fetchInSession });

/**
 * What a request gave.
 * @throws ApiProblem when it was refused
 */
export async function given<Data>(
  request: Promise<{ readonly data?: Data; readonly error?: unknown; readonly response: Response }>,
): Promise<Data> {
  const { data, error, response } = await request;
  if (!response.ok) throw problemOf(response, error);
  // An answer without a body (204) has none to give; whoever asks for one has it in its type.
  return data as Data;
}

async function refresh(refreshToken: string): Promise<Refreshed> {
  const body = JSON.stringify({ refreshToken });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${V1}/sessions/refresh`, { method: 'POST', body, headers }).catch(() => null);
  if (answer?.ok) return answer.json();
  return answer?.status === 401 ? 'ENDED' : 'AGAIN';
}

/** What `api` sends with; for what openapi-fetch is not made for: streams and files. */
export async function fetchInSession(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await send(request);
  if (answer.status !== 401) return answer;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  const code = isProblem(body) ? body.code : '';
  // The request is sent again as it was, under its own Idempotency-Key.
  if (code === 'DZ_LOGIN_STALE' && session.hasPassword())
    return (await freshLogin.ask()) ? send(again) : answer;
  if (code === 'DZ_UNAUTHENTICATED' || code === 'DZ_SESSION_ENDED') session.end('ENDED');
  return answer;
}

/** With the bearer's token; an answer that never comes is a problem like others. */
async function send(request: Request): Promise<Response> {
  const token = await session.token();
  if (token !== null) request.headers.set('authorization', `Bearer ${token}`);
  return fetch(request).catch((error: unknown) => {
    if (request.signal.aborted) throw error;
    throw offlineProblem();
  });
}

export function isOffline(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 0;
}
