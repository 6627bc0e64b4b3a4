import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './childProcess.ts';

const ASK_EVERY_MS = 20;

/**
 * Waits for a process that was started to answer.
 * @returns false: it has ended, or the time is over
 */
export async function untilUp(
  child: Pick<Child, 'exited'>,
  isUp: () => Promise<boolean>,
  withinMs: number,
): Promise<boolean> {
  const ended = child.exited.then(() => true);
  const givenUpAt = Date.now() + withinMs;
  while (!(await isUp())) {
    if (Date.now() > givenUpAt || (await Promise.race([ended, pause(ASK_EVERY_MS, false)]))) return false;
  }
  return true;
}
