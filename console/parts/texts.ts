import { yuanText } from '../../domain/alertText.ts';
import { businessDateOf, localOfInstant } from '../../domain/businessDate.ts';
import type { Labels } from '../labels/zh.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Of fen, as the API writes it: `-27` gives `-¥0.27`. */
export function moneyText(fen: string | bigint): string {
  return yuanText(BigInt(fen));
}

/** `12,345` */
export function countText(n: number): string {
  return String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `99.98%`: never rounded up to a hundred that it is not. */
export function percentText(part: number, whole: number): string {
  if (whole === 0) return '—';
  const hundredths = Math.floor((part / whole) * 10_000);
  return `${(hundredths / 100).toFixed(2)}%`;
}

/** `10:02:31`; of another day `03-08 10:02:31`, of another year with it. Always Beijing time. */
export function beijingText(ms: number, nowMs: number): string {
  const local = localOfInstant(ms);
  if (businessDateOf(ms) === businessDateOf(nowMs)) return local.slice(11);
  return local.slice(0, 4) === localOfInstant(nowMs).slice(0, 4) ? local.slice(5) : local;
}

/** How long something takes, in its largest unit. */
export function spanText(ms: number, { days, hours, minutes, seconds }: Labels['common']): string {
  if (ms >= 2 * DAY_MS) return days(Math.floor(ms / DAY_MS));
  if (ms >= 2 * HOUR_MS) return hours(Math.floor(ms / HOUR_MS));
  if (ms >= 2 * MINUTE_MS) return minutes(Math.floor(ms / MINUTE_MS));
  return seconds(Math.max(0, Math.floor(ms / 1000)));
}

/** `1.2 MB` */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
