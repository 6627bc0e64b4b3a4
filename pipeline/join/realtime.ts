import type { Heartbeat, HeartbeatBoard, WindowStore } from '../../domain/joinPorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { Clock, EventLog, LogBatch, LogConsumer, PartitionId, Position } from '../../domain/ports.ts';
import type { EntryWriter } from './entryWriter.ts';
import { flushOutboxes, flushWhatStands } from './flusher.ts';
import type { FlusherParts } from './flusher.ts';
import { Joiner } from './joiner.ts';
import type { BatchSummary, JoinerParts } from './joiner.ts';
import type { AcceptedLoss } from './resumePositions.ts';
import { resumePositions } from './resumePositions.ts';
import { HEARTBEAT_STALE_MS, lowestWatermark, PartitionWatermark } from './watermark.ts';
import { Turns } from './turns.ts';
import type { WatermarkOptions } from './watermark.ts';

export type RealtimeParts = Omit<JoinerParts, 'startOf' | 'isEnding'> &
  FlusherParts & {
    readonly log: EventLog;
    readonly window: WindowStore;
    readonly ledger: RealtimeLedger;
    readonly entries: EntryWriter;
    readonly board: HeartbeatBoard;
    readonly clock: Clock;
    readonly watermark: WatermarkOptions;
    /** How long an event may be on its way to the log, of the machine's time: without one for longer, a partition is silent. */
    readonly idleGraceMs: number;
    /** Events that are gone unread, and that somebody said may be: see resumePositions. */
    readonly acceptedLoss: AcceptedLoss;
    /** Told of partitions that are another process's from now on. */
    readonly onLetGo?: (partitions: readonly PartitionId[]) => void;
    readonly onBatch: (batch: LogBatch, summary: BatchSummary, joinMs: number) => void;
  };

export type RealtimeJoin = {
  /** Drains what was begun and ends. */
  stop(): Promise<void>;
  /** Rejects with the first failure of any part; the process should then end and be started again. */
  readonly done: Promise<void>;
};

const MAX_RECORDS_A_READ = 8_000;
/** Batches that are decoded at once: while one waits for its slots, another is worked on; more would only fill the heap. */
const BATCHES_AT_ONCE = 2;
const HEARTBEAT_MS = 100;
/** Verdicts wait this long for company: many small inserts would cost ClickHouse more than they hold. */
const FLUSH_MS = 200;
/** So many at once are a backlog that is being read: then they wait for more. */
const MANY_VERDICTS = 5_000;
const LONG_FLUSH_MS = 1_000;
const SWEEP_KEYS = 5_000;
const LOG_LOOK_MS = 1_000;

/** The realtime side: reads the log into the windows, sweeps deadlines, and flushes verdicts to the ledger. */
export async function startRealtime(parts: RealtimeParts): Promise<RealtimeJoin> {
  let bounds = await parts.log.bounds();
  const startOf = (partition: PartitionId): Position => bounds.get(partition)?.start ?? 0;
  const joiner = new Joiner({ ...parts, startOf, isEnding: () => ending });
  const watermarks = new Map<PartitionId, PartitionWatermark>();
  const beats = new Map<PartitionId, Heartbeat>();
  const turns = new Turns(BATCHES_AT_ONCE);
  let ending = false;
  let stopping = false;

  const resumeAt = resumePositions(parts, startOf);
  const consumer: LogConsumer = parts.log.consume({
    startAt: resumeAt,
    // Whoever reads on says how far; what we last knew must not overwrite it.
    onRevoked: async (revoked) => {
      for (const partition of revoked) {
        watermarks.delete(partition);
        beats.delete(partition);
      }
      parts.onLetGo?.(revoked);
      await parts.entries.flush();
    },
    maxRecords: MAX_RECORDS_A_READ,
    onBatch: async (batch) => {
      const startedAtMs = parts.clock.wallMs();
      const watermark = watermarks.get(batch.partition) ?? new PartitionWatermark(parts.watermark);
      watermarks.set(batch.partition, watermark);
      const { outcome, summary } = await turns.take((letNext) => joiner.join(batch, letNext));
      // A batch that was let go of: the partition is another's by now, or has begun anew.
      if (watermarks.get(batch.partition) !== watermark) return outcome;
      if (outcome.kind === 'seek') {
        // What is read again was lost: event time is not known beyond it.
        watermarks.set(batch.partition, new PartitionWatermark(parts.watermark));
        beats.set(batch.partition, {
          position: outcome.position,
          partitionEnd: batch.partitionEnd,
          watermarkMs: null,
          atMs: parts.clock.wallMs(),
        });
        return outcome;
      }
      watermark.read({
        empty: batch.records.length === 0,
        fullyRead: batch.end >= batch.partitionEnd,
        latestEventMs: summary.latestEventMs,
        nowMs: parts.clock.now(),
        // A batch may have waited for its turn, for the servers, or for a process that stood still.
        graceAgoMs: parts.clock.before(
          parts.idleGraceMs + Math.max(0, parts.clock.wallMs() - batch.askedAtMs),
        ),
      });
      beats.set(batch.partition, {
        position: batch.end,
        partitionEnd: batch.partitionEnd,
        watermarkMs: watermark.ms,
        atMs: parts.clock.wallMs(),
      });
      parts.onBatch(batch, summary, parts.clock.wallMs() - startedAtMs);
      return outcome;
    },
  });

  const loop = async (round: () => Promise<boolean>, pauseMs: number): Promise<void> => {
    while (!stopping) {
      if (!(await round())) await parts.pause(pauseMs);
    }
  };
  const publish = async (): Promise<boolean> => {
    await parts.board.publish(beats);
    return false;
  };
  const sweep = async (): Promise<boolean> => {
    const known = await parts.board.read();
    const watermark = lowestWatermark([...bounds.keys()], known, parts.clock.wallMs(), HEARTBEAT_STALE_MS);
    return watermark !== null && (await sweepSlots(parts, watermark, knownTo(known)));
  };
  /** A slot that knows nothing of a partition stands at its start. */
  const knownTo = (known: ReadonlyMap<PartitionId, Heartbeat>): ReadonlyMap<PartitionId, Position> =>
    new Map(
      [...bounds].flatMap(([partition, { start }]) => {
        const position = known.get(partition)?.position ?? start;
        return position > start ? [[partition, position] as const] : [];
      }),
    );
  const flush = async (): Promise<boolean> => {
    const stored = await flushOutboxes(parts);
    if (stored >= MANY_VERDICTS && !stopping) await parts.pause(LONG_FLUSH_MS - FLUSH_MS);
    return false;
  };
  /** The log is trimmed and may get more partitions while we read, and lag tools want to know how far we are. */
  const lookAtLog = async (): Promise<boolean> => {
    bounds = await parts.log.bounds();
    await parts.log.commit(new Map([...beats].map(([partition, beat]) => [partition, beat.position])));
    return false;
  };

  const loops = [
    loop(publish, HEARTBEAT_MS),
    loop(sweep, HEARTBEAT_MS),
    loop(flush, FLUSH_MS),
    loop(lookAtLog, LOG_LOOK_MS),
  ];
  const done = Promise.all([consumer.done, ...loops]).then(() => undefined);
  done.catch(() => {
    stopping = true;
  });
  return {
    done,
    stop: async () => {
      ending = true;
      await consumer.stop();
      await parts.entries.flush();
      await flushWhatStands(parts);
      stopping = true;
      await done;
    },
  };
}

async function sweepSlots(
  { window, ownSlots }: FlusherParts,
  watermarkMs: number,
  knownTo: ReadonlyMap<PartitionId, Position>,
): Promise<boolean> {
  const until = Math.floor(watermarkMs / 1000);
  const swept = await Promise.all(ownSlots().map((slot) => window.sweep(slot, until, SWEEP_KEYS, knownTo)));
  return swept.some((slot) => slot.more && slot.marked > 0);
}
