type Waiting = { readonly answer: Promise<boolean>; readonly settle: (isFresh: boolean) => void };

/**
 * Where money moves, the API may ask for the password anew (DZ_LOGIN_STALE). Requests wait here until the dialog
 * (shell/FreshLoginDialog.tsx) has been answered; several at once wait for the same one.
 */
class FreshLogin {
  readonly #listeners = new Set<() => void>();
  #waiting: Waiting | null = null;

  readonly isAsked = (): boolean => this.#waiting !== null;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns whether the password was shown */
  ask(): Promise<boolean> {
    if (!this.#waiting) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      this.#waiting = { answer: promise, settle: resolve };
      this.#tell();
    }
    return this.#waiting.answer;
  }

  settle(isFresh: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#tell();
    waiting?.settle(isFresh);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const freshLogin = new FreshLogin();
