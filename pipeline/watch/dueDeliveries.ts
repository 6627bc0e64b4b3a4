import type { Alert } from '../../domain/alert.ts';
import type { AlertRoute, Delivery, DeliveryWhat } from '../../domain/deliveryPorts.ts';
import { heldUntil } from './quietHours.ts';

// What is to be told now, from the alerts as they are and what was told already: no state of its own, so that a restart
// decides the same.

/** That it is over is told no more after so long. What is open is told until it is not. */
export const GIVE_UP_MS = 24 * 3_600_000;

export type Due = {
  readonly alert: Alert;
  readonly what: DeliveryWhat;
  readonly contact: string;
  readonly before: Delivery | null;
};

export type DueNow = {
  /** In the order in which they are told. */
  readonly send: readonly Due[];
  /** Rows that only say why nothing is sent: held back, or given up. */
  readonly note: readonly Delivery[];
};

export type Known = {
  readonly alerts: readonly Alert[];
  readonly deliveries: readonly Delivery[];
  readonly routes: readonly AlertRoute[];
};

/** The route of an alert: the first that fits. */
export function routeOf(alert: Alert, routes: readonly AlertRoute[]): AlertRoute | null {
  return (
    routes.find(
      ({ merchants, severities, kinds }) =>
        (merchants === null || merchants.has(alert.merchantId)) &&
        (severities === null || severities.has(alert.severity)) &&
        (kinds === null || kinds.has(alert.kind)),
    ) ?? null
  );
}

export function dueDeliveries({ alerts, deliveries, routes }: Known, nowMs: number): DueNow {
  const blocked = blockedContacts(deliveries, nowMs);
  const send: Due[] = [];
  const note: Delivery[] = [];
  for (const alert of alerts) {
    const own = deliveries.filter(({ alertId }) => alertId === alert.alertId);
    const route = routeOf(alert, routes);
    const held = heldUntil(route?.quietHours ?? null, alert.severity, nowMs);
    if (alert.state === 'CLOSED') note.push(...droppedWith(own, nowMs));
    const wanted = alert.state === 'OPEN' ? openWanted(alert, route, own, nowMs) : closedWanted(own);
    for (const { what, contact } of wanted) {
      const before = own.find((row) => row.what === what && row.contact === contact) ?? null;
      if (before?.state === 'SENT' || before?.state === 'GAVE_UP') continue;
      const due = { alert, what, contact, before };
      if (what === 'CLOSED' && nowMs - (alert.closedAtMs ?? alert.updatedAtMs) >= GIVE_UP_MS) {
        const detail = before?.detail ?? 'it is over for too long';
        note.push(following(due, nowMs, { state: 'GAVE_UP', nextTryAtMs: null, detail }));
      } else if (held !== null) {
        if (before === null)
          note.push(following(due, nowMs, { state: 'PENDING', nextTryAtMs: held, detail: 'quiet hours' }));
      } else if (before?.state === 'FAILED' && (before.nextTryAtMs ?? 0) > nowMs) {
        continue;
      } else if (!blocked.has(contact)) {
        send.push(due);
      }
    }
  }
  return { send, note };
}

/** The row that comes after what is known of a delivery. */
export function following(
  { alert, what, contact, before }: Due,
  nowMs: number,
  as: Pick<Delivery, 'state' | 'nextTryAtMs' | 'detail'> & { readonly attempt?: number },
): Delivery {
  return {
    alertId: alert.alertId,
    what,
    contact,
    attempt: before?.attempt ?? 0,
    ...as,
    revision: (before?.revision ?? 0) + 1,
    updatedAtMs: nowMs,
  };
}

type Wanted = Pick<Due, 'what' | 'contact'>;

function openWanted(
  alert: Alert,
  route: AlertRoute | null,
  own: readonly Delivery[],
  nowMs: number,
): readonly Wanted[] {
  const [first, ...further] = route?.steps ?? [];
  const opened = (first?.to ?? []).map((contact) => ({ what: 'OPENED' as const, contact }));
  if (alert.acknowledgedAtMs !== null) return opened;
  // A step comes after people had their time: from when the first of them was told, or could not be reached.
  const told = own.filter(({ what, state }) => what === 'OPENED' && state === 'SENT');
  const tried = own.filter(({ what, attempt }) => what === 'OPENED' && attempt > 0);
  if (tried.length === 0) return opened;
  const fromMs = told.length > 0 ? Math.min(...told.map(({ updatedAtMs }) => updatedAtMs)) : alert.openedAtMs;
  const escalated = further.flatMap(({ to, afterMs }, n) =>
    nowMs - fromMs < afterMs ? [] : to.map((contact) => ({ what: `ESCALATED ${n + 1}` as const, contact })),
  );
  return [...opened, ...escalated];
}

/** Whoever was told that it began is told that it is over. */
function closedWanted(own: readonly Delivery[]): readonly Wanted[] {
  const told = own.filter(({ what, state }) => what !== 'CLOSED' && state === 'SENT');
  return [...new Set(told.map(({ contact }) => contact))].map((contact) => ({ what: 'CLOSED', contact }));
}

/** What could not be told before it was over is told no more. */
function droppedWith(own: readonly Delivery[], nowMs: number): readonly Delivery[] {
  return own
    .filter(({ what, state }) => what !== 'CLOSED' && (state === 'PENDING' || state === 'FAILED'))
    .map((row) => ({
      ...row,
      state: 'GAVE_UP',
      nextTryAtMs: null,
      detail:
        row.state === 'PENDING'
          ? 'over before the quiet hours were'
          : `over before it was told: ${row.detail}`,
      revision: row.revision + 1,
      updatedAtMs: nowMs,
    }));
}

/** Contacts whose latest attempt failed, until they are tried again: new alerts wait with the old ones. */
function blockedContacts(deliveries: readonly Delivery[], nowMs: number): ReadonlySet<string> {
  const latest = new Map<string, Delivery>();
  for (const row of deliveries) {
    if (row.state !== 'SENT' && row.state !== 'FAILED') continue;
    const known = latest.get(row.contact);
    if (known === undefined || row.updatedAtMs >= known.updatedAtMs) latest.set(row.contact, row);
  }
  const failing = [...latest.values()].filter(
    ({ state, nextTryAtMs }) => state === 'FAILED' && (nextTryAtMs ?? 0) > nowMs,
  );
  return new Set(failing.map(({ contact }) => contact));
}
