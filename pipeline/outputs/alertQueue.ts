import type { Alert } from '../../domain/alert.ts';
import type { AlertChanges, AlertsSent, ChangePlace, Outputs } from '../../domain/outputPorts.ts';

export type AlertQueueParts = {
  readonly ledger: AlertChanges;
  readonly sent: AlertsSent;
  readonly outputs: Pick<Outputs, 'writeAlerts'>;
  readonly now: () => number;
};

/** Clocks of two machines, of which one takes over from the other, differ by less. */
const SLACK_MS = 60_000;
/** Where nobody knows what was told, this much is told again. */
const UNKNOWN_MS = 7 * 86_400_000;
/** Of a week there may be millions. */
const CHANGES_A_ROUND = 1_000;

/**
 * Alerts on their way to others. What the ledger has and nobody is known to have been told of is found after a restart by
 * the time of its change, so that a process that died between ledger and topic leaves nothing out.
 */
export class AlertQueue {
  readonly #parts: AlertQueueParts;
  #waiting: readonly Alert[] = [];
  /** What the ledger has behind this was not asked for yet, new changes among it; null: everything was. */
  #unasked: ChangePlace | null = null;
  /** Changes since the ledger was last asked. */
  #meanwhile: readonly Alert[] = [];

  constructor(parts: AlertQueueParts) {
    this.#parts = parts;
  }

  /** Before the first new change: from where on a former process may have left something untold. */
  async resume(): Promise<void> {
    const { sent, now } = this.#parts;
    const untilMs = await sent.read();
    const updatedAtMs = untilMs === null ? now() - UNKNOWN_MS : untilMs - SLACK_MS;
    this.#waiting = [];
    this.#unasked = { updatedAtMs, alertId: '', version: 0 };
  }

  /** Changes that the ledger has. */
  add(changes: readonly Alert[]): void {
    if (this.#unasked === null) this.#waiting = [...this.#waiting, ...changes];
    else this.#meanwhile = [...this.#meanwhile, ...changes];
  }

  /** @returns how many were told */
  async round(): Promise<number> {
    if (this.#waiting.length === 0 && this.#unasked !== null) await this.#ask(this.#unasked);
    const told = this.#waiting.slice(0, CHANGES_A_ROUND);
    if (told.length === 0) return 0;
    await this.#parts.outputs.writeAlerts(told);
    this.#waiting = this.#waiting.slice(told.length);
    await this.#parts.sent.set(Math.max(...told.map(({ updatedAtMs }) => updatedAtMs)));
    return told.length;
  }

  async #ask(behind: ChangePlace): Promise<void> {
    this.#meanwhile = [];
    const found = await this.#parts.ledger.alertChangesBehind(behind, CHANGES_A_ROUND);
    const isAll = found.length < CHANGES_A_ROUND;
    this.#unasked = isAll ? null : (found.at(-1) ?? null);
    this.#waiting = isAll ? [...found, ...this.#meanwhile] : found;
  }
}
