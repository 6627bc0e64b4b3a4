import type { Alert } from '../../domain/alert.ts';
import type { AlertChanges, AlertsSent, Outputs } from '../../domain/outputPorts.ts';

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

/**
 * Alerts on their way to others. What the ledger has and nobody is known to have been told of is found after a restart by
 * the time of its change, so that a process that died between ledger and topic leaves nothing out.
 */
export class AlertQueue {
  readonly #parts: AlertQueueParts;
  #waiting: readonly Alert[] = [];

  constructor(parts: AlertQueueParts) {
    this.#parts = parts;
  }

  /** Before the first new change: what a former process may have left untold. */
  async resume(): Promise<void> {
    const { ledger, sent, now } = this.#parts;
    const untilMs = await sent.read();
    this.#waiting = await ledger.alertChangesSince(
      untilMs === null ? now() - UNKNOWN_MS : untilMs - SLACK_MS,
    );
  }

  /** Changes that the ledger has. */
  add(changes: readonly Alert[]): void {
    this.#waiting = [...this.#waiting, ...changes];
  }

  /** @returns how many were told */
  async round(): Promise<number> {
    const told = this.#waiting;
    const last = told.at(-1);
    if (last === undefined) return 0;
    await this.#parts.outputs.writeAlerts(told);
    this.#waiting = this.#waiting.slice(told.length);
    await this.#parts.sent.set(Math.max(...told.map(({ updatedAtMs }) => updatedAtMs)));
    return told.length;
  }
}
