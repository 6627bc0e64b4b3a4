import { DuizhangError } from '../domain/errors.ts';
import type { OrderRef } from '../domain/resolutionPorts.ts';
import { keepCases } from './keepCases.ts';
import { recoverRefunds } from './recoverRefunds.ts';
import type { ResolutionDeps } from './resolution.ts';

/** Whether the Redis that holds the locks of orders is the one in which they were taken. */
export interface MoneyEpoch {
  has(): Promise<boolean>;
  begin(): Promise<void>;
  /** How long a lock that was lost with an earlier Redis may still be believed in by who took it. */
  readonly lockMs: number;
}

export type KeeperParts = {
  readonly deps: ResolutionDeps;
  readonly epoch: MoneyEpoch;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Something could not be done in this round; the next one tries again. */
  readonly onFailed: (error: unknown) => void;
  /** A refund cannot be followed now, and is tried again in each round; or a case cannot be read. */
  readonly onStuck: (order: OrderRef, error: DuizhangError) => void;
  readonly onRound: (round: { readonly written: number; readonly ended: number }) => void;
};

/**
 * The standing work on cases and money until the signal: cases follow the verdicts, refunds without a final outcome are
 * followed to their end. After Redis was emptied, actions wait until no lock of before can be somebody's any more.
 */
export async function keepResolution(parts: KeeperParts): Promise<void> {
  const { deps, signal } = parts;
  let sinceMs: number | null = null;
  let emptySinceMs: number | null = null;
  const tried = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // The next round sees that Redis was emptied, or takes the locks anew. Nothing here may end the process, which joins and
      // closes: it is told, and tried again.
      if (!signal.aborted && !isLost(error)) parts.onFailed(error);
    }
  };
  while (!signal.aborted) {
    await tried(async () => {
      if (await parts.epoch.has()) {
        emptySinceMs = null;
        return;
      }
      emptySinceMs ??= performance.now();
      const isNew = !(await deps.ledger.hasActions());
      if (isNew || performance.now() - emptySinceMs >= parts.epoch.lockMs) await parts.epoch.begin();
    });
    // Refunds first, and each by itself: a case that cannot be read keeps no money waiting.
    await tried(async () => parts.onRound({ written: 0, ended: await recoverRefunds(deps, parts.onStuck) }));
    await tried(async () => {
      sinceMs ??= await deps.ledger.followedUntil();
      const { nextSinceMs, written } = await keepCases(sinceMs, { ...deps, onDamaged: parts.onStuck });
      if (written > 0) await deps.ledger.setFollowedUntil(nextSinceMs);
      sinceMs = nextSinceMs;
      parts.onRound({ written, ended: 0 });
    });
    await deps.pause(parts.everyMs);
  }
}

function isLost(error: unknown): boolean {
  return (
    error instanceof DuizhangError && (error.code === 'DZ_ORDER_LOCK_LOST' || error.code === 'DZ_MONEY_WAITS')
  );
}
