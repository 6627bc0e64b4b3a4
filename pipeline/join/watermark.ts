import type { Heartbeat } from '../../domain/joinPorts.ts';
import type { PartitionId, Position } from '../../domain/ports.ts';

/** An owner that was not heard of for so long may be gone. */
export const HEARTBEAT_STALE_MS = 5_000;

export type WatermarkOptions = {
  /** Events dated further ahead than this never advance a watermark: their producer's clock is wrong. */
  readonly skewMs: number;
};

type Read = {
  readonly empty: boolean;
  readonly fullyRead: boolean;
  readonly latestEventMs: number | null;
  readonly nowMs: number;
  readonly graceAgoMs: number;
};

/**
 * Event time of one partition: it follows the events. Once it is fully read and has been silent for the grace, nothing
 * older than the grace is on its way to the log any more, and event time follows the clock. With a backlog it never does.
 */
export class PartitionWatermark {
  readonly #options: WatermarkOptions;
  #latestEventMs: number | null = null;
  #silentSinceMs: number | null = null;
  #graceAgoMs: number | null = null;

  constructor(options: WatermarkOptions) {
    this.#options = options;
  }

  /**
   * Takes one read.
   * @param latestEventMs latest occurredAt in it, null when it had no valid event
   * @param nowMs the clock that the events follow
   * @param graceAgoMs what that clock showed a grace before the log was asked: how long an event may be on its way to the
   *   log is the machine's time, however fast a day is played back
   */
  read(read: Read): void {
    const { latestEventMs, nowMs } = read;
    if (latestEventMs !== null && latestEventMs <= nowMs + this.#options.skewMs) {
      this.#latestEventMs = Math.max(this.#latestEventMs ?? latestEventMs, latestEventMs);
    }
    if (!read.empty) this.#silentSinceMs = nowMs;
    this.#silentSinceMs ??= nowMs;
    this.#graceAgoMs = read.fullyRead ? read.graceAgoMs : null;
  }

  /** The event time reached; null while nothing is known. */
  get ms(): number | null {
    if (this.#graceAgoMs === null || this.#silentSinceMs === null) return this.#latestEventMs;
    if (this.#graceAgoMs <= this.#silentSinceMs) return this.#latestEventMs;
    return Math.max(this.#latestEventMs ?? 0, this.#graceAgoMs);
  }
}

/**
 * The lowest watermark over all partitions, or null while one of them has none, is not heard of, or was last heard of
 * too long ago: an owner that is gone may leave unread events behind.
 */
export function lowestWatermark(
  partitions: readonly PartitionId[],
  beats: ReadonlyMap<PartitionId, Heartbeat>,
  wallMs: number,
  staleAfterMs: number,
): number | null {
  let lowest: number | null = null;
  for (const partition of partitions) {
    const beat = beats.get(partition);
    if (!beat || beat.watermarkMs === null || wallMs - beat.atMs > staleAfterMs) return null;
    lowest = lowest === null ? beat.watermarkMs : Math.min(lowest, beat.watermarkMs);
  }
  return lowest;
}

/** What stands between the readers and the end of the log, in records. */
export function lagOf(
  beats: ReadonlyMap<PartitionId, { position: Position; partitionEnd: Position }>,
): number {
  let lag = 0;
  for (const beat of beats.values()) lag += Math.max(0, beat.partitionEnd - beat.position);
  return lag;
}
