import type { Alert } from './alert.ts';
import type { DifferingOrder } from './alertPorts.ts';
import type { Book } from './entry.ts';

/** An order that was paid just before, and that the book would have told of by then if it had not fallen silent. */
export const JUST_BEFORE_MS = 2 * 60_000;

/** The book that an order is not in; null where both have it. */
export function lackingBook({ code }: Pick<DifferingOrder, 'code'>): Exclude<Book, 'CHANNEL'> | null {
  if (code === 'PLATFORM_ONLY') return 'MERCHANT';
  return code === 'MERCHANT_ONLY' ? 'PLATFORM' : null;
}

/** Alerts that explain orders: a book or a channel that tells nothing. */
export function isFeedAlert({ kind }: Pick<Alert, 'kind'>): boolean {
  return kind === 'FEED_SILENT' || kind === 'CHANNEL_ONE_SIDED';
}

/** Whether a silence explains a one-sided order. */
export function isOrderOfIncident(
  incident: Pick<Alert, 'merchantId' | 'book' | 'channel' | 'sinceMs' | 'untilMs'>,
  order: Pick<DifferingOrder, 'merchantId' | 'code' | 'channel' | 'occurredAtMs'>,
): boolean {
  return (
    incident.merchantId === order.merchantId &&
    incident.book === lackingBook(order) &&
    (incident.channel === null || incident.channel === order.channel) &&
    order.occurredAtMs >= incident.sinceMs - JUST_BEFORE_MS &&
    (incident.untilMs === null || order.occurredAtMs <= incident.untilMs)
  );
}
