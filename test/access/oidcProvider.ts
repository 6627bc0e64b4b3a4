import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Context } from 'oidc-provider';
import Provider from 'oidc-provider';

export const CLIENT = { clientId: 'duizhang-console', secret: 'a secret of the client' };

export type Account = Readonly<Record<string, unknown>>;
export type ProviderOptions = {
  /** Where the console answers: <address>/login/callback. */
  readonly address: string;
  /** By the name that is typed at the provider; what is told of whoever it is. */
  readonly accounts: Readonly<Record<string, Account>>;
  readonly codeLivesS?: number;
};

const PAGE = `<!doctype html><html lang="en"><title>Provider</title>
<h1>Provider</h1>
<form method="post"><label>Account <input name="account"></label><button>Sign in</button></form></html>`;

/** A whole OpenID provider on this machine, with a page where somebody types who they are. */
export class OidcProvider implements AsyncDisposable {
  readonly issuer: string;
  readonly #server: Server;

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.#server = server;
  }

  static async start(options: ProviderOptions): Promise<OidcProvider> {
    let answer: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
    const server = createServer((request, response) => answer?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const place = server.address();
    if (place === null || typeof place === 'string') throw new Error('it has no port');
    const issuer = `http://127.0.0.1:${place.port}`;
    const provider = new Provider(issuer, configurationOf(options));
    const callback = provider.callback();
    answer = (request, response) => {
      const isLogin = request.url?.startsWith('/interaction/') === true;
      void (isLogin ? interact(provider, request, response) : callback(request, response));
    };
    return new OidcProvider(issuer, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    return;
  }
  let body = '';
  for await (const piece of request) body += String(piece);
  const accountId = new URLSearchParams(body).get('account') ?? '';
  await provider.interactionFinished(request, response, { login: { accountId } });
}

function configurationOf({ address, accounts, codeLivesS = 60 }: ProviderOptions): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.secret,
        redirect_uris: [`${address}/login/callback`],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['of a test'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'dz_roles', 'dz_scope'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    ttl: {
      AuthorizationCode: codeLivesS,
      Session: 3600,
      Grant: 3600,
      AccessToken: 600,
      IdToken: 600,
      Interaction: 600,
    },
    findAccount: (_: unknown, id: string) => {
      const account = accounts[id];
      return account && { accountId: id, claims: () => ({ sub: id, ...account }) };
    },
    // Nobody is asked what the console may know.
    loadExistingGrant: async ({ oidc }: Context & { oidc: { provider: Provider } }) => {
      const { provider, client, session } = oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  };
}

/** A browser at the provider, as far as a login goes: it keeps cookies and follows redirects. */
export class ProviderVisitor {
  readonly #cookies = new Map<string, string>();
  /** How often somebody had to say who they are. */
  asked = 0;

  /** @returns the address of the console to which it is sent back */
  async logIn(address: string, account: string, callback: string): Promise<URL> {
    let at = address;
    let body: URLSearchParams | null = null;
    for (let step = 0; step < 12; step += 1) {
      if (at.startsWith(callback)) return new URL(at);
      const answer: Response = await this.#get(at, body);
      body = null;
      const location = answer.headers.get('location');
      if (location !== null) at = new URL(location, at).href;
      else if (new URL(at).pathname.startsWith('/interaction/')) {
        this.asked += 1;
        body = new URLSearchParams({ account });
      } else throw new Error(`the provider answers ${answer.status}: ${await answer.text()}`);
    }
    throw new Error('the provider sends on and on');
  }

  async #get(url: string, body: URLSearchParams | null): Promise<Response> {
    const cookie = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const more = body === null ? {} : { method: 'POST', body };
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie }, ...more });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}
