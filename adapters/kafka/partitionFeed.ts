import type { LogBatch, LogRecord, PartitionId, Position } from '../../domain/ports.ts';

/** Ranges that wait while one is worked on: the broker is asked for the next before they run out. */
const WAITING_RANGES = 2;

/** What the broker answered for one partition. */
export type FetchedRange = {
  readonly records: readonly LogRecord[];
  /** First position not read: behind the records, and behind what of the log is no record. */
  readonly end: Position;
  readonly partitionEnd: Position;
  /** See LogBatch. */
  readonly askedAtMs: number;
};

/** A place to read from; after a seek it is another one, even at the same position. */
export type Wanted = { readonly from: Position; readonly epoch: number };

/** Ranges of one partition on their way from the broker to the handler. */
export class PartitionFeed {
  readonly partition: PartitionId;
  readonly #maxRecords: number;
  readonly #onWanting: () => void;
  readonly #waiting: LogBatch[] = [];
  #next: Position | null = null;
  /** Answers to questions from before a seek are thrown away. */
  #epoch = 0;
  #taker: ((batch: LogBatch) => void) | null = null;

  /** @param onWanting called when it wants more after it did not */
  constructor(partition: PartitionId, maxRecords: number, onWanting: () => void) {
    this.partition = partition;
    this.#maxRecords = maxRecords;
    this.#onWanting = onWanting;
  }

  /** Where to read on, with the epoch of the question; null while enough waits. */
  get wanted(): Wanted | null {
    if (this.#next === null || this.#waiting.length >= WAITING_RANGES) return null;
    return { from: this.#next, epoch: this.#epoch };
  }

  seek(position: Position): void {
    this.#epoch += 1;
    this.#waiting.length = 0;
    this.#next = position;
    this.#onWanting();
  }

  /** Takes an answer; one that was asked for elsewhere meanwhile is none. */
  offer(asked: Wanted, range: FetchedRange): void {
    if (asked.epoch !== this.#epoch || asked.from !== this.#next) return;
    const { partitionEnd, askedAtMs } = range;
    // Of silence one range is as good as several.
    if (asked.from === range.end && this.#waiting.length > 0) return;
    let { from } = asked;
    let at = 0;
    do {
      const records = range.records.slice(at, at + this.#maxRecords);
      at += this.#maxRecords;
      const end = range.records[at]?.position ?? range.end;
      this.#waiting.push({ partition: this.partition, from, end, records, partitionEnd, askedAtMs });
      from = end;
    } while (at < range.records.length);
    this.#next = range.end;
    this.#give();
  }

  /** The next range, as soon as there is one. One taker at a time. */
  take(): Promise<LogBatch> {
    return new Promise((resolve) => {
      this.#taker = resolve;
      this.#give();
    });
  }

  #give(): void {
    const batch = this.#taker === null ? undefined : this.#waiting.shift();
    if (batch === undefined || this.#taker === null) return;
    const taker = this.#taker;
    this.#taker = null;
    taker(batch);
    this.#onWanting();
  }
}
