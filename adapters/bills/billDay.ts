import { dateOfDay, dayNumberOf, startOfDate, type BusinessDate } from '../../domain/businessDate.ts';

/** Lines from which the day of a bill is told that does not state it. */
export const LINES_TO_TELL_DAY = 64;
const DAY_MS = 86_400_000;

/** What a bill is of: instants from `fromMs` to before `toMs`. */
export type Period = { readonly fromMs: number; readonly toMs: number };

type Placed = { readonly kind: 'PAYMENT' | 'REFUND'; readonly occurredAtMs: number };

/**
 * Whether lines lie within what their bill is of. A format may state its period; one whose bills are of one day without
 * naming it (WeChat) has it told from its first lines, where more than half lie on one date.
 */
export class BillDay {
  #period: Period | null = null;
  #date: BusinessDate | null = null;
  #refundSlackMs = 0;
  /** The day is still to be told. */
  isOpen = false;

  state(period: Period): void {
    this.#period = period;
  }

  /** @param refundSlackMs how far behind midnight a refund of the day may be dated */
  expectOneDay(refundSlackMs: number): void {
    this.isOpen = this.#period === null;
    this.#refundSlackMs = refundSlackMs;
  }

  get period(): Period | null {
    return this.#period;
  }

  /** The day that was told; null where none was looked for or none found. */
  get date(): BusinessDate | null {
    return this.#date;
  }

  tell(lines: readonly Placed[]): void {
    this.isOpen = false;
    const counts = new Map<number, number>();
    for (const { occurredAtMs } of lines) {
      const day = dayNumberOf(occurredAtMs);
      counts.set(day, (counts.get(day) ?? 0) + 1);
    }
    for (const [day, count] of counts) {
      if (count * 2 <= lines.length) continue;
      this.#date = dateOfDay(day);
      const fromMs = startOfDate(this.#date);
      this.#period = { fromMs, toMs: fromMs + DAY_MS };
    }
  }

  holds({ kind, occurredAtMs }: Placed): boolean {
    if (this.#period === null) return true;
    const slackMs = kind === 'REFUND' ? this.#refundSlackMs : 0;
    return occurredAtMs >= this.#period.fromMs - slackMs && occurredAtMs < this.#period.toMs + slackMs;
  }
}
