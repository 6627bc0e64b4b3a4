import type { Alert, AlertSeverity, AlertSubject } from '../../domain/alert.ts';
import { alertIdOf, subjectKeyOf } from '../../domain/alertId.ts';

/** What the watch sees now of one subject. */
export type Finding = AlertSubject &
  Pick<Alert, 'severity' | 'sinceMs' | 'untilMs' | 'orders' | 'left' | 'amountFen' | 'evidence'> & {
    /** It has come to its end, and these are its last numbers. */
    readonly isOver: boolean;
  };

/** Numbers that only grow are worth a row this often. */
const UPDATE_EVERY_MS = 5_000;

const RANK: Readonly<Record<AlertSeverity, number>> = { NOTICE: 0, WARNING: 1, CRITICAL: 2 };

/**
 * The rows that bring the alerts to what is found: opened, updated in place, or closed. What is found no more is closed with
 * nothing left.
 * @param open by `subjectKeyOf`
 */
export function changesOf(
  open: ReadonlyMap<string, Alert>,
  findings: readonly Finding[],
  nowMs: number,
): readonly Alert[] {
  const found = new Map(findings.map((finding) => [subjectKeyOf(finding), finding]));
  const changes: Alert[] = [];
  for (const [key, finding] of found) {
    const alert = open.get(key);
    if (!alert && finding.isOver) continue;
    if (!alert) changes.push(opened(finding, nowMs));
    else if (finding.isOver) changes.push(closed(updated(alert, finding, nowMs), nowMs));
    else if (isWorthARow(alert, finding, nowMs)) changes.push(updated(alert, finding, nowMs));
  }
  for (const [key, alert] of open) {
    if (found.has(key)) continue;
    changes.push(closedWithNothingLeft(alert, nowMs));
  }
  return changes;
}

function opened(finding: Finding, nowMs: number): Alert {
  return {
    ...factsOf(finding),
    alertId: alertIdOf(finding, nowMs),
    version: 1,
    state: 'OPEN',
    openedAtMs: nowMs,
    updatedAtMs: nowMs,
    closedAtMs: null,
    acknowledgedBy: null,
    acknowledgedAtMs: null,
    note: '',
  };
}

/** An alert keeps the worst that it came to: its severity falls no more, and its orders are all that it ever spoke of. */
function updated(alert: Alert, finding: Finding, nowMs: number): Alert {
  return {
    ...alert,
    ...factsOf(finding),
    severity: RANK[finding.severity] > RANK[alert.severity] ? finding.severity : alert.severity,
    sinceMs: Math.min(alert.sinceMs, finding.sinceMs),
    orders: Math.max(alert.orders, finding.orders),
    version: alert.version + 1,
    updatedAtMs: nowMs,
  };
}

export function closedWithNothingLeft(alert: Alert, nowMs: number): Alert {
  return closed({ ...alert, version: alert.version + 1, updatedAtMs: nowMs, left: 0 }, nowMs);
}

function closed(alert: Alert, nowMs: number): Alert {
  return { ...alert, state: 'CLOSED', closedAtMs: nowMs };
}

function isWorthARow(alert: Alert, finding: Finding, nowMs: number): boolean {
  if (RANK[finding.severity] > RANK[alert.severity] || finding.untilMs !== alert.untilMs) return true;
  const isSame =
    finding.left === alert.left && finding.orders <= alert.orders && finding.amountFen === alert.amountFen;
  return !isSame && nowMs - alert.updatedAtMs >= UPDATE_EVERY_MS;
}

function factsOf(finding: Finding): Omit<Finding, 'isOver'> {
  const { kind, merchantId, book, channel, detail, severity, sinceMs, untilMs } = finding;
  const { orders, left, amountFen, evidence } = finding;
  const subject = { kind, merchantId, book, channel, detail };
  return { ...subject, severity, sinceMs, untilMs, orders, left, amountFen, evidence };
}
