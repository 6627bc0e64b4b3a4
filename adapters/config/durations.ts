/** Patterns of texts in the configuration. */
export const DURATION = '^\\d+(ms|s|m|h|d)$';
export const SIGNED_DURATION = '^-?\\d+(ms|s|m|h|d)$';
export const TIME_OF_DAY = '^([01]\\d|2[0-3]):[0-5]\\d$';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const DEFAULT_GRACE_MS = 10 * 60_000;

/** Milliseconds of a text like 30s, 5m or -1h; null: nothing is said. */
export function ms(duration: string | undefined): number | null {
  const match = duration === undefined ? null : /^(-?\d+)(ms|s|m|h|d)$/.exec(duration);
  return match ? Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? Number.NaN) : null;
}

/** As people write it, in the largest unit up to hours that keeps it whole. */
export function durationText(milliseconds: number): string {
  if (milliseconds === 0) return '0h';
  const unit = (['h', 'm', 's'] as const).find((name) => milliseconds % (UNIT_MS[name] ?? 1) === 0) ?? 'ms';
  return `${milliseconds / (UNIT_MS[unit] ?? 1)}${unit}`;
}
