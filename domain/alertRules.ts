/** From when on a hospital's alerts are raised, and how severe they are. null: off. */
export type AlertRules = {
  /** Orders from this amount or this number on are worth waking somebody for. */
  readonly criticalFen: bigint;
  readonly criticalOrders: number;
  /** As are so many that were paid within so long of each other. */
  readonly ordersWithin: { readonly orders: number; readonly withinMs: number } | null;
  /** An order that differs for longer than this is no mere notice, even if it is the only one. */
  readonly ageMs: number | null;
  /** A book or a channel that tells nothing, once it has for so long; no silence is told before it is more than chance. */
  readonly feedSilence: { readonly leastMs: number } | null;
  readonly matchRate: MatchRateRule | null;
  /** After Shanghai midnight of the day that follows the date; null: never, 'SCHEDULE': as the close's own schedule says. */
  readonly closedBy: DayTime | null;
  readonly billBy: DayTime | null;
  readonly refundStuckMs: number | null;
  /** From so many within ten minutes on; of no hospital, so that only the rule of all counts. */
  readonly deadLetters: number | null;
};

export type DayTime = { readonly atMs: number } | 'SCHEDULE';

/** Shares are between 0 and 1. */
export type MatchRateRule = {
  readonly below: number;
  /** Below what the same hour of earlier weeks had, by so much. */
  readonly belowUsualBy: number;
  /** Fewer say nothing. */
  readonly atLeastOrders: number;
  readonly withinMs: number;
};

const MINUTE_MS = 60_000;

export const DEFAULT_ALERT_RULES: AlertRules = {
  criticalFen: 500_000n,
  criticalOrders: 20,
  ordersWithin: { orders: 10, withinMs: 10 * MINUTE_MS },
  ageMs: 120 * MINUTE_MS,
  feedSilence: { leastMs: 0 },
  matchRate: { below: 0.9, belowUsualBy: 0.05, atLeastOrders: 50, withinMs: 60 * MINUTE_MS },
  closedBy: 'SCHEDULE',
  billBy: 'SCHEDULE',
  refundStuckMs: 30 * MINUTE_MS,
  deadLetters: 1,
};
