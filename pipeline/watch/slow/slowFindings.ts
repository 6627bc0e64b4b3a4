import type { Alert, AlertKind } from '../../../domain/alert.ts';
import type { Finding } from '../finding.ts';
import { daysNotClosed } from './daysNotClosed.ts';
import { lateBills } from './lateBills.ts';
import { LowMatchRates } from './lowMatchRates.ts';
import type { SlowParts } from './slowParts.ts';
import { stuckRefunds } from './stuckRefunds.ts';

type Look = (open: readonly Alert[], nowMs: number) => Promise<readonly Finding[]>;

/** A look that fails is told of, and stops none of the others. */
export type LookFailure = { readonly kind: AlertKind; readonly error: unknown };

/**
 * What is found by asking the ledger, each kind by itself. What could not be asked is not known to have ended: such alerts
 * stay as they are.
 */
export class SlowFindings {
  readonly #looks: ReadonlyMap<AlertKind, Look>;
  readonly #found = new Map<AlertKind, readonly Finding[]>();

  constructor(parts: SlowParts) {
    const rates = new LowMatchRates(parts);
    this.#looks = new Map<AlertKind, Look>([
      ['DAY_NOT_CLOSED', (open, nowMs) => daysNotClosed(parts, open, nowMs)],
      ['BILL_LATE', (open, nowMs) => lateBills(parts, open, nowMs)],
      ['REFUND_STUCK', (_, nowMs) => stuckRefunds(parts, nowMs)],
      ['MATCH_RATE_LOW', (open, nowMs) => rates.find(open, nowMs)],
    ]);
  }

  /** Asks the ledger once. @param open alerts that are open */
  async look(open: readonly Alert[], nowMs: number): Promise<readonly LookFailure[]> {
    const failures: LookFailure[] = [];
    for (const [kind, look] of this.#looks) {
      try {
        this.#found.set(kind, await look(open, nowMs));
      } catch (error) {
        failures.push({ kind, error });
      }
    }
    return failures;
  }

  /** As the last look that came through found it; before the first one, what is open. */
  findings(open: Iterable<Alert>): readonly Finding[] {
    const alerts = [...open];
    return [...this.#looks.keys()].flatMap(
      (kind) =>
        this.#found.get(kind) ??
        alerts.filter((alert) => alert.kind === kind).map((alert) => ({ ...alert, isOver: false })),
    );
  }
}
