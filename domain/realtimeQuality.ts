import type { VerdictCode } from './verdict.ts';
import { VERDICT_CODES } from './verdict.ts';

/** The window that would have been needed for counterparts that came later; null where none did. */
export type NeededWindow = {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
};

export type QualityFigures = {
  readonly verdicts: number;
  /** Those of which the close said the same of merchant and platform. */
  readonly stood: number;
  readonly needed: NeededWindow;
};

/** How far realtime verdicts stood. */
export type Quality = QualityFigures & {
  /** By what realtime had told first. */
  readonly byType: readonly (QualityFigures & { readonly type: VerdictCode })[];
};

/** How many keys realtime told so of, of which the run said so, with sides so far apart. */
export type RealtimeWords = {
  /** Its first exception, or else its verdict. */
  readonly told: VerdictCode;
  /** What the run says of merchant and platform; NONE where it knows no such key. */
  readonly final: VerdictCode | 'NONE';
  /** How far apart the sides were that realtime had not waited for; null where it had, or one never came. */
  readonly neededMs: number | null;
  readonly keys: number;
};

/** As `v_realtime_quality` (schemas/clickhouse/) says it of the same words. */
export function qualityOf(words: readonly RealtimeWords[]): Quality {
  const byType = VERDICT_CODES.map((type) => ({ type, own: words.filter(({ told }) => told === type) }));
  return {
    ...figuresOf(words),
    byType: byType.filter(({ own }) => own.length > 0).map(({ type, own }) => ({ type, ...figuresOf(own) })),
  };
}

function figuresOf(words: readonly RealtimeWords[]): QualityFigures {
  const times = words
    .flatMap(({ neededMs, keys }) => (neededMs === null ? [] : [{ neededMs, keys }]))
    .toSorted((a, b) => a.neededMs - b.neededMs);
  return {
    verdicts: keysOf(words),
    stood: keysOf(words.filter(({ told, final }) => told === final)),
    needed: { p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), p99Ms: quantile(times, 0.99) },
  };
}

function keysOf(words: readonly { readonly keys: number }[]): number {
  return words.reduce((sum, { keys }) => sum + keys, 0);
}

/** The element at ⌊level × count⌋ of all in order, as ClickHouse's `quantileExact` takes it. */
function quantile(
  sorted: readonly { readonly neededMs: number; readonly keys: number }[],
  level: number,
): number | null {
  const at = Math.floor(level * keysOf(sorted));
  let before = 0;
  for (const { neededMs, keys } of sorted) {
    before += keys;
    if (at < before) return neededMs;
  }
  return null;
}
