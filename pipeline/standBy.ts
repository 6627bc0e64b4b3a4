import type { CloseLease } from '../domain/closePorts.ts';

export type StandByParts = {
  /** null while another process has the duties. */
  readonly tryToHold: () => Promise<CloseLease | null>;
  readonly rest: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onStandingBy: () => void;
};

const TRY_EVERY_MS = 250;
const LOOK_EVERY_MS = 500;

/** Waits until no other process has the duties. @returns null when it was asked to end before */
export async function standBy(parts: StandByParts): Promise<CloseLease | null> {
  let isTold = false;
  while (!parts.signal.aborted) {
    const lease = await parts.tryToHold();
    if (lease !== null) return lease;
    if (!isTold) parts.onStandingBy();
    isTold = true;
    await parts.rest(TRY_EVERY_MS);
  }
  return null;
}

/** Rejects as soon as another process has the duties in this one's place; resolves when it is to end. */
export async function keepHeld(
  lease: CloseLease,
  { rest, signal }: Pick<StandByParts, 'rest' | 'signal'>,
): Promise<void> {
  while (!signal.aborted) {
    await lease.assertHeld();
    await rest(LOOK_EVERY_MS);
  }
}
