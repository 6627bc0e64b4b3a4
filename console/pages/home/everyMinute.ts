import type { Overview } from './queries.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;

export type Minute = { readonly atMs: number; readonly platform: number; readonly merchant: number };

/** The sixty minutes before `at`, those without any order too: a gap in a feed is a line at zero, not a line across. */
export function everyMinute(at: string, minutes: Overview['minutes']): readonly Minute[] {
  const known = new Map(minutes.map((each) => [Date.parse(each.at), each]));
  const lastMs = Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS;
  return Array.from({ length: MINUTES }, (_, i) => {
    const atMs = lastMs - (MINUTES - 1 - i) * MINUTE_MS;
    return { atMs, platform: known.get(atMs)?.platform ?? 0, merchant: known.get(atMs)?.merchant ?? 0 };
  });
}
