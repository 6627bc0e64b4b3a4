import type { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../../domain/errors.ts';
import type { BatchOutcome, LogBatch, PartitionId, Position } from '../../../domain/ports.ts';
import { orAborted } from '../../orAborted.ts';
import { MAX_ENTRY_EVENTS } from './entryFormat.ts';
import { lastKeyOf, streamKeyOf } from './logKeys.ts';
import { readBounds } from './readBounds.ts';
import { execAll, untilAnswered } from './redisCalls.ts';
import type { StreamBounds } from './streamReply.ts';
import { endOf, recordsOf } from './streamReply.ts';

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
  // No record has position 0: beginning there is beginning at the first. A pause is made at the end alone.
  return fetchRange(Math.max(1, from), pauseMs > 0, options);
}

async function fetchRange(from: Position, atEnd: boolean, options: ReaderOptions): Promise<LogBatch> {
  const { redis, partition, signal } = options;
  const batch = await readRange(from, atEnd, options);
  if (isSound(batch)) return batch;
  // The range is read before the end: what was appended in between is there now.
  const again = await readRange(from, false, options);
  if (isSound(again)) return again;
  const bounds = await untilAnswered(redis, signal, () => readBounds(redis, [partition]));
  throw positionLost(partition, from, bounds.get(partition) ?? { start: 1, end: 1 });
}

/**
 * At most `maxRecords`, the first and the last entry in part when need be. Ids bound what Redis sends: as many events, or
 * one entry. At the end nothing bounds them, so that what does not belong there is seen; there the count of entries does.
 * So a reply holds at most about `maxRecords` events of up to 64 KB, and a batch never more than `maxRecords`.
 */
async function readRange(from: Position, atEnd: boolean, options: ReaderOptions): Promise<LogBatch> {
  const { redis, partition, maxRecords, signal } = options;
  const upTo = atEnd ? '+' : `0-${from + Math.max(maxRecords, MAX_ENTRY_EVENTS) - 1}`;
  const entries = atEnd ? Math.ceil(maxRecords / MAX_ENTRY_EVENTS) : maxRecords;
  const askedAtMs = Date.now();
  const [range, last] = await untilAnswered(redis, signal, () =>
    execAll(
      redis
        .pipeline()
        .xrangeBuffer(streamKeyOf(partition), `0-${from}`, upTo, 'COUNT', entries)
        .get(lastKeyOf(partition)),
    ),
  );
  const records = recordsOf({ partition, from, maxRecords }, range);
  const partitionEnd = endOf(partition, last);
  return { partition, from, end: from + records.length, records, partitionEnd, askedAtMs };
}

/** Begins where it was asked to, and stays within the partition. */
function isSound({ records, from, end, partitionEnd }: LogBatch): boolean {
  const [first] = records;
  return first ? first.position === from && end <= partitionEnd : from === partitionEnd;
}

function positionLost(partition: PartitionId, from: Position, { start, end }: StreamBounds): DuizhangError {
  const lost = from > end ? 'lies beyond its end: the log was emptied or replaced' : 'is not kept any more';
  return new DuizhangError(
    'DZ_LOG_POSITION_LOST',
    `position ${from} of ${partition} ${lost} (kept: ${start} to ${end - 1}); ` +
      'bring the log back, or rebuild the window from the ledger and start at the first kept position',
    { details: { partition, position: from, start, end } },
  );
}
