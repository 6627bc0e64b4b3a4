import { createServer } from 'node:http';
import type { CryptoKey, JWK } from 'jose';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

type Key = { readonly kid: string; readonly privateKey: CryptoKey; readonly jwk: JWK };

/** An identity provider on this machine: discovery, keys over HTTP, and tokens; its keys are turned by the test. */
export class OidcIssuer implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    this.asked.push(request.url ?? '');
    const answer = this.isAway ? null : this.#answerOf(request.url ?? '');
    response
      .writeHead(answer ? 200 : 503, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer));
  });
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  isAway = false;
  /** What discovery says of itself; absent: the truth. */
  said: Readonly<Record<string, string>> = {};
  #keys: Key[] = [];
  #made = 0;

  async start(): Promise<void> {
    await this.turnKey();
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it has not started');
    return `http://127.0.0.1:${address.port}/realm`;
  }

  /** A new key signs from now on. @param drop the former ones are withdrawn */
  async turnKey(drop = false): Promise<void> {
    this.#made += 1;
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = `key-${this.#made}`;
    const key = { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
    this.#keys = drop ? [key] : [key, ...this.#keys];
  }

  /** @param claims `undefined` leaves one out */
  async token(nowMs: number, claims: object = {}, header: object = {}): Promise<string> {
    const [key] = this.#keys;
    if (!key) throw new Error('it has not started');
    const nowS = Math.floor(nowMs / 1000);
    const usual = { iss: this.url, aud: 'duizhang', sub: '7f3a', iat: nowS, exp: nowS + 300 };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  /** As others see them. */
  get publicKeys(): readonly JWK[] {
    return this.#keys.map(({ jwk }) => jwk);
  }

  #answerOf(path: string): object | null {
    if (path === '/realm/.well-known/openid-configuration') {
      return { issuer: this.url, jwks_uri: `${this.url}/certs`, ...this.said };
    }
    return path === '/realm/certs' ? { keys: this.publicKeys } : null;
  }
}
