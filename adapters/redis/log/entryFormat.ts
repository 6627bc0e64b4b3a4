/**
 * What an entry of a stream holds: consecutive events of one partition, in one field. Bytes: a version (1), how many
 * events (2), the length of each (4), then the events; all little-endian. Thousands of events are so a handful of
 * replies to parse, and an event that is read is a view into them.
 */

const VERSION = 1;
export const HEADER_BYTES = 3;
const LENGTH_BYTES = 4;
/** Readers rely on it: the entry that holds position p has an id below p + this. */
export const MAX_ENTRY_EVENTS = 512;
/** A larger event stands alone in its entry. */
export const MAX_ENTRY_BYTES = 256 * 1024;

export type PackedEntry = { readonly bytes: Buffer; readonly count: number };

/** Packs values, in order, into as few entries as the limits allow. */
export function packEntries(values: readonly Uint8Array[]): readonly PackedEntry[] {
  const entries: PackedEntry[] = [];
  let first = 0;
  let size = HEADER_BYTES;
  const pack = (end: number): void => {
    entries.push({ bytes: packed(values, first, end, size), count: end - first });
    first = end;
    size = HEADER_BYTES;
  };
  values.forEach((value, index) => {
    const own = LENGTH_BYTES + value.length;
    const count = index - first;
    if (count === MAX_ENTRY_EVENTS || (count > 0 && size + own > MAX_ENTRY_BYTES)) pack(index);
    size += own;
  });
  if (first < values.length) pack(values.length);
  return entries;
}

function packed(values: readonly Uint8Array[], first: number, end: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt16LE(end - first, 1);
  let lengthAt = HEADER_BYTES;
  let at = HEADER_BYTES + LENGTH_BYTES * (end - first);
  for (let index = first; index < end; index += 1) {
    const value = values[index] ?? new Uint8Array();
    lengthAt = bytes.writeUInt32LE(value.length, lengthAt);
    bytes.set(value, at);
    at += value.length;
  }
  return bytes;
}

/** How many events an entry says that it holds, from its first bytes; null: not an entry of ours. */
export function entryCountOf(bytes: Buffer): number | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt8(0) !== VERSION) return null;
  const count = bytes.readUInt16LE(1);
  return count >= 1 && count <= MAX_ENTRY_EVENTS ? count : null;
}

/**
 * Calls `onEvent` with index and bytes of each event; the bytes are a view into the entry.
 * @returns false, with no call, when the lengths do not add up to the entry
 */
export function eachEvent(
  bytes: Buffer,
  count: number,
  onEvent: (index: number, value: Buffer) => void,
): boolean {
  const dataAt = HEADER_BYTES + LENGTH_BYTES * count;
  if (bytes.length < dataAt) return false;
  let end = dataAt;
  for (let lengthAt = HEADER_BYTES; lengthAt < dataAt; lengthAt += LENGTH_BYTES) {
    end += bytes.readUInt32LE(lengthAt);
  }
  if (end !== bytes.length) return false;
  let at = dataAt;
  for (let index = 0; index < count; index += 1) {
    const next = at + bytes.readUInt32LE(HEADER_BYTES + LENGTH_BYTES * index);
    onEvent(index, bytes.subarray(at, next));
    at = next;
  }
  return true;
}
