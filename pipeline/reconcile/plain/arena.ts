import { LANES } from './record.ts';

/** Records of one part lie together in runs of this many. */
const RUN_RECORDS = 256;
const RUN_LANES = RUN_RECORDS * LANES;
/** No row of the plain shape is shorter: `a,,,PAYMENT,0.01,2026-03-05 00:00:00,,,` and its line feed. */
const SHORTEST_ROW_BYTES = 39;

/** The records that one thread has written, by part; another thread may read them once it has finished. */
export type PartedRecords = {
  readonly lanes: SharedArrayBuffer;
  /** For each part the lanes at which its runs begin. */
  readonly runs: readonly (readonly number[])[];
  /** For each part the number of its records; all runs but the last are full. */
  readonly counts: readonly number[];
};

/**
 * Writes records into parts by the upper bits of their first lane. The buffer is as large as `bytes` of rows could need;
 * the system gives it memory only where it is written.
 */
export class Arena {
  readonly lanes: Int32Array;
  readonly #buffer: SharedArrayBuffer;
  readonly #next: Int32Array;
  readonly #end: Int32Array;
  readonly #runs: number[][];
  readonly #shift: number;
  #free = 0;

  constructor(bytes: number, partBits: number) {
    const parts = 1 << partBits;
    const records = Math.ceil(bytes / SHORTEST_ROW_BYTES) + parts * RUN_RECORDS;
    this.#buffer = new SharedArrayBuffer(records * LANES * Int32Array.BYTES_PER_ELEMENT);
    this.lanes = new Int32Array(this.#buffer);
    this.#next = new Int32Array(parts);
    this.#end = new Int32Array(parts);
    this.#runs = Array.from({ length: parts }, () => []);
    this.#shift = 32 - partBits;
  }

  /** The lane at which to write the next record of this hash. */
  place(order: number): number {
    const part = order >>> this.#shift;
    let at = this.#next[part] ?? 0;
    if (at === this.#end[part]) {
      at = this.#free;
      this.#free += RUN_LANES;
      this.#end[part] = this.#free;
      this.#runs[part]?.push(at);
    }
    this.#next[part] = at + LANES;
    return at;
  }

  finish(): PartedRecords {
    const counts = this.#runs.map((runs, part) => {
      const missing = (this.#end[part] ?? 0) - (this.#next[part] ?? 0);
      return runs.length * RUN_RECORDS - missing / LANES;
    });
    return { lanes: this.#buffer, runs: this.#runs, counts };
  }
}

/** Lanes at which the records of a part begin, in all arenas, one arena after the other. */
export function* recordsOfPart(
  arenas: readonly { readonly lanes: Int32Array; readonly records: PartedRecords }[],
  part: number,
): Generator<{ readonly lanes: Int32Array; readonly from: number; readonly count: number }> {
  for (const { lanes, records } of arenas) {
    let left = records.counts[part] ?? 0;
    for (const from of records.runs[part] ?? []) {
      yield { lanes, from, count: Math.min(left, RUN_RECORDS) };
      left -= RUN_RECORDS;
    }
  }
}
