import type { Book, Channel } from './entry.ts';

// An alert is an incident: one thing that somebody should look at, opened once, updated in place and closed with a summary.
// What it explains raises no alert of its own.

export const ALERT_KINDS = [
  /** A book of a hospital tells nothing while the other one goes on. */
  'FEED_SILENT',
  /** Many orders of one channel of a hospital stay one-sided on the same side, while other channels go on. */
  'CHANNEL_ONE_SIDED',
  /** Many orders of a hospital have another amount in its two books. */
  'AMOUNT_WRONG',
  /** A producer stamps its events with a time that is far from the clock. */
  'CLOCK_WRONG',
  /** Orders past their window without a counterpart, which nothing else explains. */
  'ORDERS_ONE_SIDED',
  /** Orders that were paid more than once. */
  'PAID_TWICE',
  /** Records of the log that are no event of a known hospital. */
  'DEAD_LETTERS',
  'DAY_NOT_CLOSED',
  'BILL_LATE',
  /** Refunds of one channel without a final outcome for long. */
  'REFUND_STUCK',
  /** Of a hospital's payments of the last while, fewer than usual stand in both books. */
  'MATCH_RATE_LOW',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const ALERT_STATES = ['OPEN', 'CLOSED'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export const ALERT_SEVERITIES = ['NOTICE', 'WARNING', 'CRITICAL'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** What an alert is about: at most one is open for each. '' and null where the kind does not tell them apart. */
export type AlertSubject = {
  readonly kind: AlertKind;
  /** '' : no hospital in particular, as with dead letters. */
  readonly merchantId: string;
  /** The book that is silent or lacks the orders. */
  readonly book: Book | null;
  readonly channel: Channel | null;
  /** What else tells it apart: a business date, a business type. */
  readonly detail: string;
};

export type Alert = AlertSubject & {
  /** Of the subject and the time it began; the same after a restart. */
  readonly alertId: string;
  /** Grows with every change; the highest counts. */
  readonly version: number;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  /** When what it tells of began, by what the books say. */
  readonly sinceMs: number;
  /** When that ended, by what the books say; null while it has not. What still waits may take longer. */
  readonly untilMs: number | null;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  readonly closedAtMs: number | null;
  /** Orders (or records) that it speaks of: all since it began, and those that still wait. */
  readonly orders: number;
  readonly left: number;
  /** Fen of the orders that still wait; while none wait, of all. */
  readonly amountFen: bigint;
  /** What it goes by, in numbers: shown to people, never parsed. */
  readonly evidence: Readonly<Record<string, string>>;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAtMs: number | null;
  readonly note: string;
};
