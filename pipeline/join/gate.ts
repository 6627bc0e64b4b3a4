import { localOfInstant } from '../../domain/businessDate.ts';
import type { HeartbeatBoard, SlotMoment, WindowStore } from '../../domain/joinPorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { Clock, EventLog, PartitionId, Position } from '../../domain/ports.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { ENTRIES_CONSUMER } from './entryWriter.ts';
import { HEARTBEAT_STALE_MS, lowestWatermark } from './watermark.ts';

export type GateParts = {
  readonly log: EventLog;
  readonly window: WindowStore;
  readonly ledger: RealtimeLedger;
  readonly board: HeartbeatBoard;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
};

export type GateOptions = {
  /** The watermark must have passed this instant: the date's end plus the merchant's grace. */
  readonly eventTimeMs: number;
  /** Real milliseconds after which waiting is given up with what was waited for. */
  readonly patienceMs: number;
  /** Told what is being waited for, whenever that changes. */
  readonly onWaiting: (reason: string) => void;
};

const POLL_MS = 50;
/** Beyond all patience: a server that is away answers nothing at all. */
const SILENCE_MS = 2_000;

/**
 * Opens when event time has passed the date's end and everything that stood in the log at that moment is consumed and
 * stored: every partition read past its end by every slot and by the entries, deadlines looked through, and the verdicts
 * of all that in the ledger. A run that starts earlier would read green by accident.
 * @returns the ends of that moment
 * @throws DZ_CLOSE_NOT_READY with what is missing, when patience runs out or cannot be enough
 */
export async function waitUntilStored(
  parts: GateParts,
  options: GateOptions,
): Promise<ReadonlyMap<PartitionId, Position>> {
  const silent = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => silent.reject(notReady('a part of the system does not answer')),
    options.patienceMs + SILENCE_MS,
  );
  try {
    return await Promise.race([passAll(parts, options), silent.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function passAll(parts: GateParts, options: GateOptions): Promise<ReadonlyMap<PartitionId, Position>> {
  const waiting = new Waiting(parts, options);
  const partitions = await parts.log.partitions();
  await waiting.until(() => behindInTime(parts, partitions, options));
  const bounds = await parts.log.bounds();
  const until = Math.floor(options.eventTimeMs / 1000);
  let moments: readonly SlotMoment[] = [];
  const isThrough = async (): Promise<string | null> => {
    const reason = (await behindInLog(parts, bounds)) ?? (await behindInDeadlines(parts.window, until));
    if (reason !== null) return reason;
    // Only now is it known which outbox entries all that made at the latest.
    moments = await Promise.all(slotsOf(parts.window).map((slot) => parts.window.momentOf(slot, until)));
    return behindInMoment(moments, bounds);
  };
  await waiting.until(isThrough);
  await waiting.until(async () => {
    const slots = await Promise.all(moments.map((one, slot) => parts.window.whetherStored(slot, one)));
    // Part of the window has come back older than it was: what is missing has to be read and stored again.
    if (slots.includes('LOST')) return (await isThrough()) ?? 'verdicts of a slot are stored again';
    const slot = slots.indexOf('WAITING');
    return slot < 0 ? null : `verdicts of slot ${slot} are not stored yet`;
  });
  return new Map([...bounds].map(([partition, { end }]) => [partition, end] as const));
}

function notReady(reason: string): DuizhangError {
  return new DuizhangError('DZ_CLOSE_NOT_READY', `the day cannot be closed yet: ${reason}. Try again later.`);
}

type Bounds = Awaited<ReturnType<EventLog['bounds']>>;

class Waiting {
  readonly #parts: GateParts;
  readonly #options: GateOptions;
  readonly #givenUpAt: number;
  #told = '';

  constructor(parts: GateParts, options: GateOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#givenUpAt = parts.clock.wallMs() + options.patienceMs;
  }

  async until(missing: () => Promise<string | null>): Promise<void> {
    for (let reason = await missing(); reason !== null; reason = await missing()) {
      if (reason !== this.#told) this.#options.onWaiting(reason);
      this.#told = reason;
      if (this.#parts.clock.wallMs() > this.#givenUpAt) throw notReady(reason);
      await this.#parts.pause(POLL_MS);
    }
  }
}

async function behindInTime(
  { board, clock }: GateParts,
  partitions: readonly PartitionId[],
  { eventTimeMs, patienceMs }: GateOptions,
): Promise<string | null> {
  const beats = await board.read();
  const watermark = lowestWatermark(partitions, beats, clock.wallMs(), HEARTBEAT_STALE_MS);
  if (watermark === null) return 'a partition has no owner that is alive, or events of unknown time';
  if (watermark >= eventTimeMs) return null;
  const reason = `events are known up to ${localOfInstant(watermark)}, needed up to ${localOfInstant(eventTimeMs)} (Beijing time)`;
  // No patience will do: the date is not over.
  if (eventTimeMs - Math.max(clock.wallMs(), watermark) > patienceMs) throw notReady(reason);
  return reason;
}

async function behindInLog(parts: GateParts, bounds: Bounds): Promise<string | null> {
  const stored = firstBehind(bounds, await parts.ledger.loadPositions(ENTRIES_CONSUMER));
  if (stored) return `the entries of ${stored} are not stored up to its end`;
  for (const slot of await parts.window.positions()) {
    const unread = firstBehind(bounds, slot);
    if (unread) return unapplied(unread);
  }
  return null;
}

async function behindInDeadlines(window: WindowStore, untilSecond: number): Promise<string | null> {
  const due = await Promise.all(slotsOf(window).map((slot) => window.hasDue(slot, untilSecond)));
  return unlooked(due.indexOf(true));
}

function unlooked(slot: number): string | null {
  return slot < 0 ? null : `deadlines of slot ${slot} are not looked through yet`;
}

function behindInMoment(moments: readonly SlotMoment[], bounds: Bounds): string | null {
  for (const { positions } of moments) {
    const unread = firstBehind(bounds, positions);
    if (unread) return unapplied(unread);
  }
  return unlooked(moments.findIndex(({ hasDue }) => hasDue));
}

function unapplied(partition: PartitionId): string {
  return `a window slot has not applied ${partition} up to its end`;
}

function firstBehind(bounds: Bounds, reached: ReadonlyMap<PartitionId, Position>): PartitionId | undefined {
  return [...bounds].find(([partition, { start, end }]) => (reached.get(partition) ?? start) < end)?.[0];
}

function slotsOf(window: WindowStore): readonly number[] {
  return Array.from({ length: window.slots }, (_, slot) => slot);
}
