import { setTimeout as pause } from 'node:timers/promises';

/** The standing work of a process. */
export type Rounds = {
  /** For so long, or until the process is to end. */
  readonly rest: (ms: number) => Promise<void>;
  /**
   * Round after round until the process is to end. A server that is away is asked again in the next one; any other failure
   * rejects.
   * @param restAfter told how many milliseconds the round took
   */
  readonly keepRounds: (
    round: () => Promise<void>,
    restAfter: (tookMs: number) => Promise<void>,
  ) => Promise<void>;
};

/** @param isAway whether a failure says that a server does not answer */
export function roundsUntil(signal: AbortSignal, isAway: (error: unknown) => boolean): Rounds {
  return {
    rest: (ms) => pause(ms, undefined, { signal }).catch(() => undefined),
    async keepRounds(round, restAfter) {
      while (!signal.aborted) {
        const startedAt = performance.now();
        try {
          await round();
        } catch (error) {
          if (signal.aborted) return;
          if (!isAway(error)) throw error;
        }
        await restAfter(performance.now() - startedAt);
      }
    },
  };
}

/** To its end, whatever the process is asked meanwhile. */
export function pauseMs(ms: number): Promise<void> {
  return pause(ms);
}
