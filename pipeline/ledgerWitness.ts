import { DuizhangError } from '../domain/errors.ts';
import type { LedgerAnswers } from '../domain/joinPorts.ts';

/** So long the ledger has to answer others, look by look, and not this process. */
export const ALONE_MS = 10_000;
/** An answer that another process told counts for so long. */
export const ANSWER_STALE_MS = 3_000;

export type LedgerWitnessParts = {
  readonly answers: LedgerAnswers;
  /** This process among the others. */
  readonly member: string;
  readonly doesLedgerAnswer: () => Promise<boolean>;
  /** Milliseconds that only grow. */
  readonly now: () => number;
};

/**
 * A ledger that is away is waited for. When it is away for one process of several, those that it answers have to do that
 * one's work: they cannot while it lives, so it ends, and joins again when the ledger answers it.
 */
export class LedgerWitness {
  readonly #parts: LedgerWitnessParts;
  #aloneSinceMs: number | null = null;

  constructor(parts: LedgerWitnessParts) {
    this.#parts = parts;
  }

  /** @throws DZ_SYSTEM_LEDGER_UNREACHED when the process is to end */
  async look(): Promise<void> {
    const { answers, member, doesLedgerAnswer, now } = this.#parts;
    const isAnswered = await doesLedgerAnswer();
    const others = await answers.tell(member, isAnswered);
    if (isAnswered || others === 0) {
      this.#aloneSinceMs = null;
      return;
    }
    this.#aloneSinceMs ??= now();
    const aloneMs = now() - this.#aloneSinceMs;
    if (aloneMs < ALONE_MS) return;
    throw new DuizhangError(
      'DZ_SYSTEM_LEDGER_UNREACHED',
      `for ${Math.round(aloneMs / 1000)} s the ledger has answered ${others} other ${others === 1 ? 'pipeline' : 'pipelines'} and not this one, which gives them its work; ` +
        'see the way from this machine to DUIZHANG_CLICKHOUSE_URL; started again, it joins as soon as the ledger answers',
    );
  }
}
