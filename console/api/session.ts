export type Tokens = {
  readonly accessToken: string;
  readonly accessEndsAt: string;
  readonly refreshToken: string;
  readonly sessionEndsAt: string;
};

/** Why nobody is logged in. ENDED: somebody was, and has to log in anew. */
export type OutBecause = 'START' | 'LOGGED_OUT' | 'ENDED';
export type SessionState = { readonly isIn: boolean; readonly outBecause: OutBecause };

/** How the refresh came out. AGAIN: nobody answered, so that it may be tried again while the token is still good. */
export type Refreshed = Tokens | 'ENDED' | 'AGAIN';

export type SessionDeps = {
  readonly now: () => number;
  /** @returns a function that takes it back */
  readonly after: (ms: number, task: () => void) => () => void;
  readonly refresh: (refreshToken: string) => Promise<Refreshed>;
};

const BEFORE_END_MS = 60_000;
const AGAIN_MS = 5_000;

/**
 * The tokens of whoever is logged in, in memory alone: in no storage, cookie or address, so that nothing of them is left
 * when the page goes. There is one refresh at a time, since a refresh token that is used twice ends its session.
 */
export class Session {
  readonly #deps: SessionDeps;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { isIn: false, outBecause: 'START' };
  #token: string | null = null;
  #tokens: Tokens | null = null;
  #refreshing: Promise<void> | null = null;
  #cancel: () => void = () => undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  readonly state = (): SessionState => this.#state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** By password: the session refreshes itself. */
  open(tokens: Tokens): void {
    this.#take(tokens);
    this.#tell({ isIn: true, outBecause: 'START' });
  }

  /** By a token that somebody has (of the demo, of an identity provider): it is good for as long as it is. */
  openWithToken(token: string): void {
    this.#forget();
    this.#token = token;
    this.#tell({ isIn: true, outBecause: 'START' });
  }

  /** Whether there is a login here that may be shown again (DZ_LOGIN_STALE). */
  hasPassword(): boolean {
    return this.#tokens !== null;
  }

  end(because: OutBecause): void {
    if (!this.#state.isIn) return;
    this.#forget();
    this.#tell({ isIn: false, outBecause: because });
  }

  /** For the next request. A machine that slept wakes up with a token that is over: that one is renewed first. */
  async token(): Promise<string | null> {
    if (this.#tokens && this.#deps.now() >= dueMs(this.#tokens)) await this.#refresh();
    return this.#token;
  }

  #take(tokens: Tokens): void {
    this.#cancel();
    this.#tokens = tokens;
    this.#token = tokens.accessToken;
    this.#planRefresh(Math.max(0, dueMs(tokens) - this.#deps.now()));
  }

  #planRefresh(ms: number): void {
    this.#cancel();
    this.#cancel = this.#deps.after(ms, () => void this.#refresh());
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshOnce(): Promise<void> {
    const before = this.#tokens;
    if (!before) return;
    const refreshed = await this.#deps.refresh(before.refreshToken);
    // Somebody may have logged out while it was under way.
    if (this.#tokens !== before) return;
    if (refreshed === 'AGAIN') this.#planRefresh(AGAIN_MS);
    else if (refreshed === 'ENDED') this.end('ENDED');
    else this.#take(refreshed);
  }

  #forget(): void {
    this.#cancel();
    this.#token = null;
    this.#tokens = null;
  }

  #tell(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function dueMs({ accessEndsAt }: Tokens): number {
  return Date.parse(accessEndsAt) - BEFORE_END_MS;
}
