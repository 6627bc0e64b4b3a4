import { MAX_ROW_BYTES, PLAIN_HEADER, SCAN_AHEAD_BYTES } from './scanRows.ts';

/** How the plain way reads files: at any place, without streams. */
export type RandomAccess = {
  /** Fills the buffer from a place of a file. @returns bytes read, fewer only at the file's end */
  readonly read: (file: number, into: Uint8Array, position: number) => number;
};

const RANGE_BYTES = 1 << 20;
const LF = 10;
const CR = 13;
const HEADER = Buffer.from(PLAIN_HEADER);
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

export type ByteRange = { readonly file: number; readonly from: number; readonly to: number };

/** Cuts files into ranges; a row belongs to the range in which its first byte lies. */
export function rangesOf(fileSizes: readonly number[]): ByteRange[] {
  return fileSizes.flatMap((size, file) =>
    Array.from({ length: Math.ceil(size / RANGE_BYTES) }, (_, i) => ({
      file,
      from: i * RANGE_BYTES,
      to: Math.min(size, (i + 1) * RANGE_BYTES),
    })),
  );
}

export type RangeRows = {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly fileOffset: number;
};

/** Reads the rows of ranges through one buffer. */
export class RangeReader {
  // One byte before the range tells whether a row begins with it; one behind the file may take a missing line feed.
  readonly #buffer = new Uint8Array(RANGE_BYTES + MAX_ROW_BYTES + 2 + SCAN_AHEAD_BYTES);
  readonly #access: RandomAccess;
  readonly #sizes: readonly number[];

  constructor(access: RandomAccess, fileSizes: readonly number[]) {
    this.#access = access;
    this.#sizes = fileSizes;
  }

  /** @returns where the range's rows lie in the buffer; null when they are not of the plain shape */
  rowsOf({ file, from, to }: ByteRange): RangeRows | null {
    const position = Math.max(0, from - 1);
    const size = this.#sizes[file] ?? 0;
    const wanted = Math.min(size, to + MAX_ROW_BYTES) - position;
    const bytes = this.#buffer;
    if (this.#access.read(file, bytes.subarray(0, wanted), position) !== wanted) return null;
    let length = wanted;
    if (position + length === size && bytes[length - 1] !== LF) {
      bytes[length] = LF;
      length += 1;
    }
    const first = from === 0 ? afterHeader(bytes, length) : bytes.indexOf(LF) + 1;
    // No line feed at all, or no header.
    if (first <= 0) return null;
    const rowsFrom = Math.min(first, length);
    const rangeEnd = to - position;
    if (rowsFrom >= rangeEnd) return { bytes, from: rowsFrom, to: rowsFrom, fileOffset: position };
    const lastFeed = bytes.subarray(0, length).indexOf(LF, rangeEnd - 1);
    return lastFeed < 0 ? null : { bytes, from: rowsFrom, to: lastFeed + 1, fileOffset: position };
  }
}

function afterHeader(bytes: Uint8Array, length: number): number {
  let at = startsWith(bytes, 0, BOM) ? BOM.length : 0;
  if (!startsWith(bytes, at, HEADER)) return -1;
  at += HEADER.length;
  if (bytes[at] === CR) at += 1;
  return at < length && bytes[at] === LF ? at + 1 : -1;
}

function startsWith(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}
