import type { AlertKind, AlertSeverity } from '../../domain/alert.ts';
import { lackingBook } from '../../domain/alertOrders.ts';
import type { DifferingOrder } from '../../domain/alertPorts.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import { sumOf } from './feedIncidents.ts';
import type { Finding } from './finding.ts';

/**
 * Orders that no silence explains: those that lack a book, by the book; those with two amounts, by business type; those
 * paid twice.
 */
export function orderFindings(
  merchantId: string,
  unexplained: readonly DifferingOrder[],
  rules: AlertRules,
  nowMs: number,
): readonly Finding[] {
  const bySubject = Map.groupBy(unexplained, (order) => {
    const lacking = lackingBook(order);
    if (lacking !== null) return `ORDERS_ONE_SIDED ${lacking}`;
    return order.code === 'DUPLICATE' ? 'PAID_TWICE' : `AMOUNT_WRONG ${order.businessType}`;
  });
  return [...bySubject.values()].map((orders) => {
    const [first] = orders;
    if (!first) throw new Error('a group of orders without one');
    const lacking = lackingBook(first);
    const kind =
      lacking !== null ? 'ORDERS_ONE_SIDED' : first.code === 'DUPLICATE' ? 'PAID_TWICE' : 'AMOUNT_WRONG';
    const most = orders.reduce((high, { amountFen }) => (amountFen > high ? amountFen : high), 0n);
    return {
      kind,
      merchantId,
      book: lacking,
      channel: null,
      detail: kind === 'AMOUNT_WRONG' ? first.businessType : '',
      severity: severityOf(kind, orders, rules, nowMs),
      sinceMs: Math.min(...orders.map(({ occurredAtMs }) => occurredAtMs)),
      untilMs: null,
      orders: orders.length,
      left: orders.length,
      amountFen: sumOf(orders),
      evidence: { largestFen: most.toString() },
      isOver: false,
    };
  });
}

function severityOf(
  kind: AlertKind,
  orders: readonly DifferingOrder[],
  rules: AlertRules,
  nowMs: number,
): AlertSeverity {
  const { criticalFen, criticalOrders, ordersWithin, ageMs } = rules;
  if (orders.length >= criticalOrders || orders.some(({ amountFen }) => amountFen >= criticalFen))
    return 'CRITICAL';
  const times = orders.map(({ occurredAtMs }) => occurredAtMs);
  if (ordersWithin !== null && areWithin(times, ordersWithin)) return 'CRITICAL';
  // One order may heal by itself, for a while; a wrong amount does not.
  if (kind !== 'ORDERS_ONE_SIDED' || orders.length > 1) return 'WARNING';
  return ageMs !== null && times.some((atMs) => nowMs - atMs >= ageMs) ? 'WARNING' : 'NOTICE';
}

/** Whether so many of the times lie within so long of each other. */
function areWithin(
  times: readonly number[],
  { orders, withinMs }: NonNullable<AlertRules['ordersWithin']>,
): boolean {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted.some((fromMs, n) => (sorted[n + orders - 1] ?? Infinity) - fromMs <= withinMs);
}
