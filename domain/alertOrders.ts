import type { Alert } from './alert.ts';
import type { OneSidedPayment } from './slowFacts.ts';

/** An order that was paid just before, and that the book would have told of by then if it had not fallen silent. */
export const JUST_BEFORE_MS = 2 * 60_000;

/** Alerts that explain orders: a book or a channel that tells nothing. */
export function isFeedAlert({ kind }: Pick<Alert, 'kind'>): boolean {
  return kind === 'FEED_SILENT' || kind === 'CHANNEL_ONE_SIDED';
}

/** Whether a silence explains a one-sided order. */
export function isOrderOfIncident(
  incident: Pick<Alert, 'merchantId' | 'book' | 'channel' | 'sinceMs' | 'untilMs'>,
  order: OneSidedPayment,
): boolean {
  return (
    incident.merchantId === order.merchantId &&
    incident.book === (order.code === 'PLATFORM_ONLY' ? 'MERCHANT' : 'PLATFORM') &&
    (incident.channel === null || incident.channel === order.channel) &&
    order.occurredAtMs >= incident.sinceMs - JUST_BEFORE_MS &&
    (incident.untilMs === null || order.occurredAtMs <= incident.untilMs)
  );
}
