import type { VerdictBatch } from './alertPorts.ts';

/** Live verdicts as JSON shows them: fen as text, times as instants. */
export function verdictBatchJson({ atMs, items, ...batch }: VerdictBatch) {
  return {
    ...batch,
    at: instant(atMs),
    items: items.map(({ atMs: toldMs, occurredAtMs, merchantFen, platformFen, ...item }) => ({
      ...item,
      merchantFen: merchantFen === null ? null : merchantFen.toString(),
      platformFen: platformFen === null ? null : platformFen.toString(),
      occurredAt: instant(occurredAtMs),
      at: instant(toldMs),
    })),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
