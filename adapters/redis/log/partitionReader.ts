import type { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../../domain/errors.ts';
import type { BatchOutcome, LogBatch, PartitionId, Position } from '../../../domain/ports.ts';
import { streamKeyOf } from './logKeys.ts';
import { execAll, orAborted, untilAnswered } from './redisCalls.ts';
import type { StreamBounds } from './streamReply.ts';
import { boundsOf, NO_STREAM, recordsOf } from './streamReply.ts';

/** A partition that is fully read is looked at again after this long, and longer while nothing comes. */
const SHORTEST_POLL_MS = 5;
const LONGEST_POLL_MS = 50;

export type ReaderOptions = {
  readonly redis: Redis;
  readonly partition: PartitionId;
  readonly startAt: Position;
  readonly maxRecords: number;
  readonly onBatch: (batch: LogBatch) => Promise<BatchOutcome>;
  readonly signal: AbortSignal;
};

/**
 * Reads one partition in order until the signal is aborted. The next range is fetched while a batch is worked on; when
 * the answer is to seek, what was fetched is thrown away. Never begins a batch after the abort.
 */
export async function readPartition(options: ReaderOptions): Promise<void> {
  const { signal, onBatch } = options;
  let pollMs = SHORTEST_POLL_MS;
  let next = fetchAfter(0, options.startAt, options);
  for (;;) {
    const batch = await orAborted(signal, next);
    pollMs = batch.records.length > 0 ? SHORTEST_POLL_MS : Math.min(2 * pollMs, LONGEST_POLL_MS);
    // With more to read at once, else after a pause that lets records gather into a batch.
    next = fetchAfter(batch.end < batch.partitionEnd ? 0 : pollMs, batch.end, options);
    // A failure is seen when this range is awaited, or never, when it was in vain.
    next.catch(() => undefined);
    const outcome = await onBatch(batch);
    signal.throwIfAborted();
    if (outcome.kind === 'seek') next = fetchAfter(0, outcome.position, options);
  }
}

async function fetchAfter(pauseMs: number, from: Position, options: ReaderOptions): Promise<LogBatch> {
  if (pauseMs > 0) await pause(pauseMs, undefined, { signal: options.signal });
  // No record has position 0: beginning there is beginning at the first.
  return fetchRange(Math.max(1, from), options);
}

async function fetchRange(from: Position, options: ReaderOptions): Promise<LogBatch> {
  const { redis, partition, maxRecords, signal } = options;
  const key = streamKeyOf(partition);
  const [range, info] = await untilAnswered(redis, signal, () =>
    execAll(
      redis.pipeline().xrangeBuffer(key, `0-${from}`, '+', 'COUNT', maxRecords).xinfo('STREAM', key),
      isNoStream,
    ),
  );
  const records = recordsOf(range);
  const bounds = info === null ? NO_STREAM : boundsOf(info);
  checkKept(partition, from, records[0]?.position ?? null, bounds);
  return { partition, from, end: from + records.length, records, partitionEnd: bounds.end };
}

/** The range was read before the bounds: what came in between begins at or after `from`, so only a trim shows. */
function checkKept(
  partition: PartitionId,
  from: Position,
  first: Position | null,
  bounds: StreamBounds,
): void {
  if (first === from || (first === null && bounds.start <= from && from <= bounds.end)) return;
  const lost =
    from > bounds.end ? 'lies beyond its end: the log was emptied or replaced' : 'is not kept any more';
  throw new DuizhangError(
    'DZ_LOG_POSITION_LOST',
    `position ${from} of ${partition} ${lost} (kept: ${bounds.start} to ${bounds.end - 1}); ` +
      'bring the log back, or rebuild the window from the ledger and start at the first kept position',
    { details: { partition, position: from, start: bounds.start, end: bounds.end } },
  );
}

export function isNoStream(error: Error): boolean {
  return error.message.includes('no such key');
}
