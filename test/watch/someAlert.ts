import type { Alert } from '../../domain/alert.ts';
import { alertIdOf } from '../../domain/alertId.ts';

const AT = Date.UTC(2026, 2, 9, 2);

/** An alert with everything in it. */
export function alertOf(given: Partial<Alert> = {}): Alert {
  const alert: Alert = {
    alertId: '',
    version: 1,
    kind: 'AMOUNT_WRONG',
    merchantId: 'H001',
    book: null,
    channel: null,
    detail: 'REGISTRATION',
    state: 'OPEN',
    severity: 'WARNING',
    sinceMs: AT,
    untilMs: null,
    openedAtMs: AT + 1_000,
    updatedAtMs: AT + 1_000,
    closedAtMs: null,
    orders: 3,
    left: 2,
    amountFen: 12_345n,
    evidence: { largestFen: '10000' },
    acknowledgedBy: null,
    acknowledgedAtMs: null,
    note: '',
    ...given,
  };
  return { ...alert, alertId: given.alertId ?? alertIdOf(alert, alert.openedAtMs) };
}
