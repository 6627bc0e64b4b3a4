import type { Alert, AlertKind, AlertSeverity } from './alert.ts';

// How people outside hear of alerts: at least once each, and no oftener than a restart at the wrong moment makes it.

/** What is told of an alert. ESCALATED n: the n-th step of its route after the first. */
export type DeliveryWhat = 'OPENED' | 'CLOSED' | `ESCALATED ${number}`;

export const DELIVERY_STATES = ['PENDING', 'SENT', 'FAILED', 'GAVE_UP'] as const;
/** PENDING: held back by quiet hours. FAILED: tried again at `nextTryAtMs`. GAVE_UP: nobody is told any more. */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** At most one counts for each alert, what and contact: the one with the highest revision. */
export type Delivery = {
  readonly alertId: string;
  readonly what: DeliveryWhat;
  readonly contact: string;
  /** Attempts so far. */
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly nextTryAtMs: number | null;
  /** What the service answered; never an address or a secret. */
  readonly detail: string;
  readonly revision: number;
  readonly updatedAtMs: number;
};

export type AlertMessage = {
  /** The same whenever the same is told to the same contact again. */
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  /** What programs get; none in a trial message and in one that sums up several. */
  readonly alert: Alert | null;
  readonly what: DeliveryWhat | 'TEST' | 'SUMMARY';
};

/** LATER: not now, and not before `waitMs` have passed when the service says so. REFUSED: not before somebody changes something. */
export type SendAnswer =
  | { readonly state: 'SENT'; readonly detail: string }
  | { readonly state: 'LATER'; readonly detail: string; readonly waitMs: number | null }
  | { readonly state: 'REFUSED'; readonly detail: string };

export type AlertContact = {
  /** Whether several messages of a moment may come as one: people yes, programs no. */
  readonly readsSummaries: boolean;
  /** Never rejects for what is outside. */
  send(message: AlertMessage): Promise<SendAnswer>;
};

/** Beijing times of day in minutes after midnight; `to` before `from` is on the next day. */
export type QuietHours = {
  readonly fromMinute: number;
  readonly toMinute: number;
  /** Alerts less severe than this wait until the hours end. */
  readonly below: AlertSeverity;
};

export type RouteStep = { readonly to: readonly string[]; readonly afterMs: number };

/** null: any. */
export type AlertRoute = {
  readonly merchants: ReadonlySet<string> | null;
  readonly severities: ReadonlySet<AlertSeverity> | null;
  readonly kinds: ReadonlySet<AlertKind> | null;
  /** The first at once, each further one when nobody has acknowledged the alert that long after it was told first. */
  readonly steps: readonly RouteStep[];
  readonly quietHours: QuietHours | null;
};

export type DeliveryLedger = {
  /** Those that are open, and those that changed since, each as it is now. */
  changedAlerts(sinceMs: number): Promise<readonly Alert[]>;
  deliveriesOf(alertIds: readonly string[]): Promise<readonly Delivery[]>;
  record(deliveries: readonly Delivery[]): Promise<void>;
};
