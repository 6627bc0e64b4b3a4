/** npm passes on the Ctrl-C that a terminal has sent to everybody already: the same one, heard twice. */
const SAME_MS = 500;
const EXIT_INTERRUPTED = 130;

/**
 * The first Ctrl-C (or SIGTERM, or a terminal that goes away) asks; a second one ends the process at once, and with it
 * every child, by their guards.
 */
export function listenForInterrupt(now: () => number): { readonly signal: AbortSignal; stop(): void } {
  const asked = new AbortController();
  let askedAtMs = 0;
  const onSignal = (): void => {
    if (asked.signal.aborted && now() - askedAtMs > SAME_MS) process.exit(EXIT_INTERRUPTED);
    if (asked.signal.aborted) return;
    askedAtMs = now();
    asked.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: asked.signal,
    stop() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}

/** Resolves when the signal is given. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
