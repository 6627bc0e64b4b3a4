import { setTimeout as pause } from 'node:timers/promises';
import type { TestSystem } from '../system.ts';
import type { Strike } from './seasonPlan.ts';

export type Striker = {
  /** Begins when the strikes before it are over; nobody waits for it. */
  strike(kind: Strike['kind']): void;
  /** Waits for what was begun. @throws what a strike threw */
  done(): Promise<void>;
  /** How often the pipeline ended although nobody struck it; it was started again each time. */
  readonly ended: number;
};

const LOOK_MS = 5;
/** Of the machine's time: a close that is due begins within it, or there is none to strike. */
const CLOSE_WITHIN_MS = 3_000;

/** Keeps the pipeline running, as a supervisor does, and strikes the system's processes. */
export async function openStriker(
  system: TestSystem,
  onStrike: (kind: Strike['kind'], inClose: boolean) => void,
): Promise<Striker> {
  let ended = 0;
  let isMeant = false;
  const start = async (): Promise<void> => {
    const child = await system.startPipeline();
    isMeant = false;
    child.exited.then(
      () => {
        if (isMeant) return;
        ended += 1;
        queue(start);
      },
      () => undefined,
    );
  };
  let last = start();
  const queue = (next: () => Promise<void>): void => {
    last = last.then(next);
    // Whoever waits for all of them is told.
    last.catch(() => undefined);
  };
  await last;
  return {
    strike: (kind) =>
      queue(async () => {
        const inClose = kind === 'PIPELINE_IN_CLOSE' && (await closeBegins(system));
        onStrike(kind, inClose);
        switch (kind) {
          case 'PIPELINE':
          case 'PIPELINE_IN_CLOSE':
            isMeant = true;
            await system.killPipeline();
            return start();
          case 'PIPELINE_STOPPED':
            isMeant = true;
            await system.stopPipeline();
            return start();
          case 'WINDOW':
            return system.restartRedis('window');
          case 'LOG':
            return system.restartRedis('log');
          case 'LEDGER':
            return system.restartEngine();
        }
      }),
    done: () => last,
    get ended() {
      return ended;
    },
  };
}

/** A close holds its lease from its first look at the books to its last word. */
async function closeBegins(system: TestSystem): Promise<boolean> {
  const givenUpAt = Date.now() + CLOSE_WITHIN_MS;
  while (Date.now() < givenUpAt) {
    if ((await system.windowRedis.keys('dz:close:*:lease')).length > 0) return true;
    await pause(LOOK_MS);
  }
  return false;
}
