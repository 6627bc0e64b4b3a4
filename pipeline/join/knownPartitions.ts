import type { EventLog, PartitionId } from '../../domain/ports.ts';

const ASK_AGAIN_MS = 5_000;

/** The log's partitions as they were asked for lately: for whoever asks often, and while the log is away. */
export function knownPartitions(
  log: Pick<EventLog, 'partitions'>,
  wallMs: () => number,
): () => Promise<readonly PartitionId[]> {
  let known: readonly PartitionId[] | null = null;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<readonly PartitionId[]> => {
    askedAtMs = wallMs();
    known = await log.partitions();
    return known;
  };
  return async () => {
    if (known === null) return ask();
    // A failure is that of the next one who has to know.
    if (wallMs() - askedAtMs > ASK_AGAIN_MS) void ask().catch(() => undefined);
    return known;
  };
}
