import type { AlertSeverity } from '../../domain/alert.ts';
import { ALERT_SEVERITIES } from '../../domain/alert.ts';
import { businessDateOf, startOfDate } from '../../domain/businessDate.ts';
import type { QuietHours } from '../../domain/deliveryPorts.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** When what is held back now may be told; null: nothing is held back. */
export function heldUntil(quiet: QuietHours | null, severity: AlertSeverity, nowMs: number): number | null {
  if (quiet === null) return null;
  if (ALERT_SEVERITIES.indexOf(severity) >= ALERT_SEVERITIES.indexOf(quiet.below)) return null;
  const midnightMs = startOfDate(businessDateOf(nowMs));
  const minute = Math.floor((nowMs - midnightMs) / MINUTE_MS);
  const { fromMinute, toMinute } = quiet;
  const overMidnight = toMinute < fromMinute;
  const isQuiet = overMidnight
    ? minute >= fromMinute || minute < toMinute
    : minute >= fromMinute && minute < toMinute;
  if (!isQuiet) return null;
  const isTomorrow = overMidnight && minute >= fromMinute;
  return midnightMs + (toMinute + (isTomorrow ? DAY_MINUTES : 0)) * MINUTE_MS;
}
