import { DuizhangError } from '../../../domain/errors.ts';
import type { LogRecord, Position } from '../../../domain/ports.ts';

// Replies of Redis as ioredis gives them; this is the edge where they become typed values.

export type StreamBounds = { readonly start: Position; readonly end: Position };

/** Before its first record a partition has no stream. */
export const NO_STREAM: StreamBounds = { start: 1, end: 1 };

/** First kept position and end, of an XINFO STREAM reply. */
export function boundsOf(reply: unknown): StreamBounds {
  const fields = Array.isArray(reply) ? reply : [];
  const valueOf = (name: string): unknown => fields[fields.indexOf(name) + 1];
  const end = positionOf(valueOf('last-generated-id')) + 1;
  const first = valueOf('first-entry');
  return { start: Array.isArray(first) ? positionOf(first[0]) : end, end };
}

/** Records of an XRANGE reply. Ids follow each other without gaps, so that only the outer two need to be read. */
export function recordsOf(reply: unknown): readonly LogRecord[] {
  if (!Array.isArray(reply) || reply.length === 0) return [];
  const first = positionOf(reply[0][0]);
  const last = positionOf(reply[reply.length - 1][0]);
  if (last - first + 1 !== reply.length) throw foreign(`ids have gaps between ${first} and ${last}`);
  return reply.map((entry, index) => ({ position: first + index, value: valueOfEntry(entry) }));
}

/** Fields of an entry are [name, value]; ours have one. */
function valueOfEntry(entry: readonly unknown[]): Uint8Array {
  const fields = entry[1];
  const value: unknown = Array.isArray(fields) ? fields[1] : undefined;
  return value instanceof Uint8Array ? value : Buffer.alloc(0);
}

function positionOf(id: unknown): Position {
  const position = Number(/^0-(\d+)$/.exec(String(id))?.[1]);
  if (Number.isSafeInteger(position)) return position;
  throw foreign(`${JSON.stringify(id)} is not an id of this log`);
}

function foreign(what: string): DuizhangError {
  return new DuizhangError('DZ_LOG_FOREIGN', `${what}; nothing else may write to the streams dz:log:*`);
}
