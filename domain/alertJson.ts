import type { Alert } from './alert.ts';

/** An alert as JSON shows it: fen as text, times as instants. The API, webhooks and live changes are the same. */
export function alertJson(alert: Alert) {
  const { sinceMs, untilMs, openedAtMs, updatedAtMs, closedAtMs, acknowledgedAtMs, amountFen, ...rest } =
    alert;
  return {
    ...rest,
    amountFen: amountFen.toString(),
    since: instant(sinceMs),
    until: untilMs === null ? null : instant(untilMs),
    openedAt: instant(openedAtMs),
    updatedAt: instant(updatedAtMs),
    closedAt: closedAtMs === null ? null : instant(closedAtMs),
    acknowledgedAt: acknowledgedAtMs === null ? null : instant(acknowledgedAtMs),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
