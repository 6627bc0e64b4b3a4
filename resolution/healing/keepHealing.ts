import { businessDateOf } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { hasLeft } from '../../domain/merchant.ts';
import type { OrderRef } from '../../domain/resolutionPorts.ts';
import type { HealingCandidate } from '../../domain/selfHealing.ts';
import { stopFor } from '../../domain/selfHealing.ts';
import type { Considered } from './considerCase.ts';
import { considerCase } from './considerCase.ts';
import type { HealingDeps } from './healingFacts.ts';
import { rulesNow } from './healingStep.ts';

/** Of older exceptions nobody should decide but people. */
const OLDEST_MS = 31 * 24 * 3_600_000;
const CASES_A_ROUND = 100;

export type HealingTold = {
  readonly onConsidered: (considered: Considered) => void;
  /** A case could not be looked at now; the next round tries again. */
  readonly onStuck: (order: OrderRef, error: DuizhangError) => void;
};

/** Goes through the open exceptions of all hospitals that want it, over and over. */
export class SelfHealing {
  readonly #deps: HealingDeps;
  readonly #told: HealingTold;
  /** When a case is worth another look, by its id; lost with the process, which then looks too early. */
  readonly #waits = new Map<string, { readonly untilMs: number; readonly rules: string }>();

  constructor(deps: HealingDeps, told: HealingTold) {
    this.#deps = deps;
    this.#told = told;
  }

  async round(signal?: AbortSignal): Promise<void> {
    const switches = await this.#deps.healing.switches();
    const today = businessDateOf(this.#deps.now());
    for (const [merchantId, merchant] of this.#deps.merchants) {
      // Of a hospital that has left, what is still open is for people.
      if (hasLeft(merchant, today)) continue;
      const { mode } = this.#deps.healingRulesOf(merchantId);
      if (mode !== 'off' && stopFor(merchantId, switches) === null) await this.#hospital(merchantId, signal);
    }
    const nowMs = this.#deps.now();
    for (const [caseId, { untilMs }] of this.#waits) if (untilMs <= nowMs) this.#waits.delete(caseId);
  }

  async #hospital(merchantId: string, signal: AbortSignal | undefined): Promise<void> {
    const rules = this.#deps.healingRulesOf(merchantId);
    const text = rulesNow({ merchantId }, rules, this.#deps);
    const nowMs = this.#deps.now();
    const candidates = await this.#deps.healing.candidates({
      merchantId,
      modes: rules.isIntraday ? ['THREE_WAY', 'REALTIME'] : ['THREE_WAY'],
      openedSinceMs: nowMs - OLDEST_MS,
      rules: text,
      nowMs,
      limit: CASES_A_ROUND,
    });
    for (const candidate of candidates) {
      if (signal?.aborted) return;
      const wait = this.#waits.get(candidate.caseId);
      if (wait?.rules === text && wait.untilMs > this.#deps.now()) continue;
      await this.#case(candidate, text);
    }
  }

  async #case(candidate: HealingCandidate, rules: string): Promise<void> {
    try {
      const considered = await considerCase(candidate, this.#deps);
      if (!considered) return;
      if (considered.untilMs !== null)
        this.#waits.set(candidate.caseId, { untilMs: considered.untilMs, rules });
      this.#told.onConsidered(considered);
    } catch (error) {
      if (!(error instanceof DuizhangError)) throw error;
      this.#told.onStuck(candidate, error);
    }
  }
}

export type HealingParts = {
  readonly healing: SelfHealing;
  readonly everyMs: number;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Something could not be done in this round; the next one tries again. */
  readonly onFailed: (error: unknown) => void;
};

/** Until the signal. Nothing here may end the process, which joins and closes. */
export async function keepHealing({
  healing,
  everyMs,
  pause,
  signal,
  onFailed,
}: HealingParts): Promise<void> {
  while (!signal.aborted) {
    try {
      await healing.round(signal);
    } catch (error) {
      if (!signal.aborted) onFailed(error);
    }
    await pause(everyMs);
  }
}
