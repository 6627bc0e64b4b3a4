import { api, given } from './client.ts';

/** What a login at the provider is shown with. */
export type ProviderAnswer = {
  readonly state: string;
  readonly secret: string;
  readonly code: string;
  readonly iss?: string;
};

/** The provider's page could not be opened, or said no; the words are for the reader's language to find. */
export class ProviderLoginFailed extends Error {
  readonly why: 'BLOCKED' | 'DECLINED' | 'TOO_LONG';

  constructor(why: ProviderLoginFailed['why']) {
    super(why);
    this.why = why;
  }
}

export const CALLBACK_PATH = '/login/callback';
const CHANNEL = 'duizhang-login';
/** As long as the API keeps a login that has begun. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Lets somebody log in at the provider, in a window of its own: this page, and what was being done in it, stays. The secret
 * stays here; the answer comes from the window that the provider sends back to us.
 * @param isFresh the provider asks who it is although it knows
 */
export async function askProvider(isFresh: boolean, signal: AbortSignal): Promise<ProviderAnswer> {
  // At once, since a browser blocks what it does not see as somebody's click.
  const window = open('', 'duizhang-login', 'popup,width=560,height=720');
  if (!window) throw new ProviderLoginFailed('BLOCKED');
  const secret = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
  const body = { secretHash: base64url(new Uint8Array(digest)), fresh: isFresh };
  const { address, state } = await given(api.POST('/api/v1/sessions/oidc', { body })).catch(
    (error: unknown) => {
      window.close();
      throw error;
    },
  );
  const said = answerWith(state, signal);
  window.location.replace(address);
  const answer = await said;
  const [code, iss] = [answer.get('code'), answer.get('iss')];
  if (code === null) throw new ProviderLoginFailed('DECLINED');
  return { state, secret, code, ...(iss === null ? {} : { iss }) };
}

/** Waits for the window that comes back with this state; those of other tabs are none of ours. */
function answerWith(state: string, signal: AbortSignal): Promise<URLSearchParams> {
  const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
  const channel = new BroadcastChannel(CHANNEL);
  const timeout = setTimeout(() => reject(new ProviderLoginFailed('TOO_LONG')), PATIENCE_MS);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const answer = new URLSearchParams(typeof data === 'string' ? data : '');
    if (answer.get('state') === state) resolve(answer);
  });
  return promise.finally(() => {
    clearTimeout(timeout);
    channel.close();
  });
}

/** In the window that the provider has sent back. */
export function handAnswerBack(search: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(search);
  channel.close();
  // The code is of no use to anybody else, and nobody has to see it.
  history.replaceState(null, '', CALLBACK_PATH);
}

function base64url(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
