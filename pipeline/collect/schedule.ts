import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';

/** When a bill of a date is asked for. */
export type FetchWindow = {
  /** After Shanghai midnight of the day that follows the date. */
  readonly fromMs: number;
  /** How long it goes on. */
  readonly forMs: number;
};

export type BackOff = {
  /** Between asks for a bill that is not ready, where its source does not say when it will be. */
  readonly notReadyMs: number;
  /** After a first failure. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** Failures after which a person has to look. */
  readonly tries: number;
};

export const DEFAULT_BACK_OFF: BackOff = {
  notReadyMs: 10 * 60_000,
  firstMs: 60_000,
  maxMs: 30 * 60_000,
  tries: 12,
};

export function opensAt(date: BusinessDate, { fromMs }: FetchWindow): number {
  return startOfDate(addDays(date, 1)) + fromMs;
}

/** The end of the asking. A bill that nobody could ask for in its window, the system being down, has a window of its own. */
export function closesAt(date: BusinessDate, window: FetchWindow, firstAskedAtMs: number): number {
  return Math.max(opensAt(date, window), firstAskedAtMs) + window.forMs;
}

export type Asking = {
  readonly nowMs: number;
  readonly closesAtMs: number;
  readonly failures: number;
  /** What the source said; null: nothing. */
  readonly askAgainAtMs: number | null;
};

/**
 * When to ask next: as the source said, else in twice the time of the try before; with jitter, so that hundreds of hospitals do
 * not come in step. The last ask is at the window's end.
 * @param random in [0, 1)
 * @returns null: no more
 */
export function nextAsk(
  { nowMs, closesAtMs, failures, askAgainAtMs }: Asking,
  { notReadyMs, firstMs, maxMs, tries }: BackOff,
  random: number,
): number | null {
  if (nowMs >= closesAtMs || failures >= tries) return null;
  const waitMs = failures === 0 ? notReadyMs : Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  const wanted =
    askAgainAtMs !== null && askAgainAtMs > nowMs
      ? askAgainAtMs + random * firstMs
      : nowMs + waitMs * (0.5 + random / 2);
  return Math.ceil(Math.min(wanted, closesAtMs));
}
