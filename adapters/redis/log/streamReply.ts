import { DuizhangError } from '../../../domain/errors.ts';
import type { LogRecord, PartitionId, Position } from '../../../domain/ports.ts';
import { eachEvent, entryCountOf } from './entryFormat.ts';
import { readTraced } from './tracedValue.ts';

// Replies of Redis as ioredis gives them; this is the edge where they become typed values.

export type StreamBounds = { readonly start: Position; readonly end: Position };

/** What a stream is read for: events from a position on, at most so many. */
export type Wanted = {
  readonly partition: PartitionId;
  readonly from: Position;
  readonly maxRecords: number;
};

/** First kept position and end, of a reply of bounds.lua. */
export function boundsOf(partition: PartitionId, reply: unknown): StreamBounds {
  const [last, firstId, header, newestId] = Array.isArray(reply) ? reply : [];
  const end = endOf(partition, last);
  if (firstId === undefined) return { start: end, end };
  const newest = positionOf(partition, newestId);
  if (newest !== end - 1) throw foreign(partition, newestId, `the last position is ${end - 1}`);
  return { start: startOf(partition, firstId, header), end };
}

/** The end, of a reply to GET of the last position. */
export function endOf(partition: PartitionId, reply: unknown): Position {
  const last = reply === null || reply === undefined ? 0 : Number(textOf(reply));
  if (Number.isSafeInteger(last) && last >= 0) return last + 1;
  throw foreign(partition, 'last', `${textOf(reply)} is not a position`);
}

/** The wanted records of an XRANGE reply in Buffers; its first and last entries may hold others, too. */
export function recordsOf(wanted: Wanted, reply: unknown): readonly LogRecord[] {
  const { partition, from, maxRecords } = wanted;
  const records: LogRecord[] = [];
  let before: Position | null = null;
  for (const entry of Array.isArray(reply) ? reply : []) {
    const [id, value] = partsOf(entry);
    const start = startOf(partition, id, value);
    if (before !== null && start !== before + 1) {
      throw foreign(partition, id, `it begins at ${start} and the entry before ends at ${before}`);
    }
    before = positionOf(partition, id);
    const whole = eachEvent(value, before - start + 1, (index, event) => {
      const position = start + index;
      if (position >= from && records.length < maxRecords) records.push({ position, ...readTraced(event) });
    });
    if (!whole) throw foreign(partition, id, 'it is not an entry of packed events');
  }
  return records;
}

/** An entry is [id, [name, value]]; what has another form gets an empty value, which is none of ours. */
function partsOf(entry: unknown): readonly [unknown, Buffer] {
  const [id, fields] = Array.isArray(entry) ? entry : [];
  const value: unknown = Array.isArray(fields) ? fields[1] : undefined;
  return [id, Buffer.isBuffer(value) ? value : Buffer.alloc(0)];
}

/** Position of an entry's first event: its id is that of the last one. */
function startOf(partition: PartitionId, id: unknown, value: unknown): Position {
  const last = positionOf(partition, id);
  const count = Buffer.isBuffer(value) ? entryCountOf(value) : null;
  if (count === null || count > last) throw foreign(partition, id, 'it is not an entry of packed events');
  return last - count + 1;
}

function positionOf(partition: PartitionId, id: unknown): Position {
  const position = Number(/^0-(\d+)$/.exec(textOf(id))?.[1]);
  if (Number.isSafeInteger(position)) return position;
  throw foreign(partition, id, 'it is not an id of this log');
}

function textOf(reply: unknown): string {
  if (Buffer.isBuffer(reply)) return reply.toString();
  return typeof reply === 'string' ? reply : JSON.stringify(reply);
}

function foreign(partition: PartitionId, id: unknown, what: string): DuizhangError {
  return new DuizhangError(
    'DZ_LOG_FOREIGN',
    `entry ${textOf(id)} of ${partition} is not the log's: ${what}; nothing else may write to dz:log:*. ` +
      'Remove what was written there, or begin with an empty log',
    { details: { partition, id: textOf(id) } },
  );
}
