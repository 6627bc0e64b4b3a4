import { DuizhangError } from '../../domain/errors.ts';
import type { Entry } from '../../domain/entry.ts';
import type { WindowEvent, WindowRange, WindowStore } from '../../domain/joinPorts.ts';
import type {
  BatchOutcome,
  Clock,
  DeadLetter,
  EventDecoder,
  LogBatch,
  LogRecord,
  PartitionId,
  Position,
  Topic,
} from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import type { ClosedDays } from './closedDays.ts';
import type { EntryWriter } from './entryWriter.ts';
import { windowEventOf } from './fact.ts';
import { slotOf } from './hash.ts';
import type { LetGoParts } from './letGoOrders.ts';
import { factsOfLetGo } from './letGoOrders.ts';

export type JoinerParts = LetGoParts & {
  readonly window: WindowStore;
  readonly entries: EntryWriter;
  readonly decode: EventDecoder;
  readonly closedDays: ClosedDays;
  readonly clock: Clock;
  /** First kept position of a partition: where a window that knows nothing begins. */
  readonly startOf: (partition: PartitionId) => Position;
  /** Told of every event that came after its day was closed. */
  readonly onLate: (entry: Entry) => void;
  /** Told of the trace that an event came with, before all else. */
  readonly onTrace?: (entry: Entry, traceparent: string) => void;
  readonly onDeadLetter?: (letter: DeadLetter, traceparent: string | undefined) => void;
  /** Told of every other event; a replay tells again. */
  readonly onEvent?: (entry: Entry, nowMs: number) => void;
};

/** What a batch held, for watermarks and metrics. */
export type BatchSummary = {
  readonly events: number;
  readonly deadLetters: number;
  readonly latestEventMs: number | null;
};

/** What a batch's slots share beside the range. */
type JoinedBatch = {
  readonly records: readonly LogRecord[];
  /** Other partitions' batches may be worked on from now on. */
  readonly letNext: () => void;
};

/** Most events one script call takes (see apply.lua, "Writes"). */
const MAX_EVENTS_A_CALL = 1000;
const RETRY_FULL_MS = 20;
const LOOK_BACK_MS = 1_000;

/**
 * Joins one read range into the windows: decodes it, hands the rows to the entry writer, and calls every slot once with
 * its events, empty ones too, so that each slot's position says how far it has seen.
 */
export class Joiner {
  readonly #parts: JoinerParts;
  readonly #lookedBackAtMs = new Map<PartitionId, number>();

  constructor(parts: JoinerParts) {
    this.#parts = parts;
  }

  /** @param letNext see Turns: called where it waits for what other partitions' batches have to bring */
  async join(
    batch: LogBatch,
    letNext: () => void,
  ): Promise<{ outcome: BatchOutcome; summary: BatchSummary }> {
    const decoded = this.#decode(batch);
    const { summary } = decoded;
    if (batch.from === batch.end) return { outcome: await this.#lookBack(batch), summary };
    const stored = this.#parts.entries.reach(batch.partition, batch.end);
    const range = {
      partition: batch.partition,
      from: batch.from,
      end: batch.end,
      start: this.#parts.startOf(batch.partition),
    };
    const joined = { records: batch.records, letNext };
    const [gaps] = await Promise.all([
      Promise.all(decoded.bySlot.map((events, slot) => this.#applySlot(slot, range, events, joined))),
      stored,
    ]);
    const lowest = gaps.filter((gap) => gap !== null).reduce<Position | null>(lower, null);
    return { outcome: lowest === null ? { kind: 'done' } : { kind: 'seek', position: lowest }, summary };
  }

  /**
   * While nothing comes no slot is called that could say that Redis came back older than it was: so the slots are asked now and
   * then.
   */
  async #lookBack({ partition, from }: LogBatch): Promise<BatchOutcome> {
    const { window, startOf, clock } = this.#parts;
    const nowMs = clock.wallMs();
    if (nowMs - (this.#lookedBackAtMs.get(partition) ?? 0) < LOOK_BACK_MS) return { kind: 'done' };
    this.#lookedBackAtMs.set(partition, nowMs);
    const start = startOf(partition);
    const bySlot = (await window.positions()).map((slot) => slot.get(partition) ?? start);
    const lowest = Math.min(...bySlot);
    return lowest < from ? { kind: 'seek', position: lowest } : { kind: 'done' };
  }

  /** Hands every record to the entry writer as it is decoded: what waits for the slots is the window's part alone. */
  #decode(batch: LogBatch): { readonly bySlot: WindowEvent[][]; readonly summary: BatchSummary } {
    const { decode, window, entries, rulesOf, closedDays, clock, onLate, onEvent, onTrace, onDeadLetter } =
      this.#parts;
    const topic = topicOf(batch.partition);
    const bySlot: WindowEvent[][] = Array.from({ length: window.slots }, () => []);
    let latestEventMs: number | null = null;
    let deadLetters = 0;
    const nowMs = clock.now();
    for (const record of batch.records) {
      const event = decode(topic, record.value);
      if (!event.ok) {
        deadLetters += 1;
        const letter: DeadLetter = {
          partition: batch.partition,
          position: record.position,
          code: event.code,
          reason: event.reason,
          value: record.value,
          receivedAtMs: nowMs,
        };
        entries.putDeadLetter(letter);
        onDeadLetter?.(letter, record.traceparent);
        continue;
      }
      const { entry } = event;
      if (record.traceparent !== undefined) onTrace?.(entry, record.traceparent);
      const late = closedDays.isLate(entry.merchantId, entry.businessDate, batch.partition, record.position);
      if (late) onLate(entry);
      else onEvent?.(entry, nowMs);
      entries.put({ entry, partition: batch.partition, position: record.position, late });
      const windowMs = rulesOf(entry.merchantId).windowMs;
      const windowEvent = windowEventOf(entry, windowMs, late, record.position, nowMs);
      bySlot[slotOf(windowEvent.homeHash, window.slots)]?.push(windowEvent);
      if (latestEventMs === null || entry.occurredAtMs > latestEventMs) latestEventMs = entry.occurredAtMs;
    }
    return { bySlot, summary: { events: batch.records.length - deadLetters, deadLetters, latestEventMs } };
  }

  /** @returns the position the slot stands at when that is before the range, else null */
  async #applySlot(
    slot: number,
    range: WindowRange,
    events: readonly WindowEvent[],
    joined: JoinedBatch,
  ): Promise<Position | null> {
    let at = 0;
    do {
      const chunk = events.slice(at, at + MAX_EVENTS_A_CALL);
      at += MAX_EVENTS_A_CALL;
      // Only the last call of a range may record its end.
      const gap = await this.#applyChunk(
        slot,
        at < events.length ? { ...range, end: range.from } : range,
        chunk,
        joined,
      );
      if (gap !== null) return gap;
    } while (at < events.length);
    return null;
  }

  async #applyChunk(
    slot: number,
    range: WindowRange,
    chunk: readonly WindowEvent[],
    { records, letNext }: JoinedBatch,
  ): Promise<Position | null> {
    const { window, pause } = this.#parts;
    let events = chunk;
    let restored: ReadonlyMap<string, readonly string[]> = new Map();
    for (;;) {
      const answer = await window.apply(slot, range, events, restored);
      switch (answer.kind) {
        case 'applied':
          return null;
        case 'gap':
          return answer.position;
        case 'full':
          await pause(RETRY_FULL_MS);
          break;
        case 'hit': {
          // The slow path: a key that was matched and let go of comes with content not seen then (a second payment, a
          // corrected receipt, or a hash collision).
          letNext();
          const orderKeys = [...new Set(answer.events.map((at) => events[at]?.orderKey ?? ''))];
          const facts = await factsOfLetGo(slot, orderKeys, this.#parts);
          if (facts === null) return range.from;
          restored = new Map([...restored, ...facts]);
          break;
        }
        case 'crowded':
          await this.#refuse(range, events[answer.event], records);
          events = events.toSpliced(answer.event, 1);
          break;
      }
    }
  }

  async #refuse(
    range: WindowRange,
    event: WindowEvent | undefined,
    records: readonly LogRecord[],
  ): Promise<void> {
    const record = records.find((candidate) => candidate.position === event?.position);
    if (!event || !record) throw new Error('the window named an event that it was not given');
    const letter: DeadLetter = {
      partition: range.partition,
      position: record.position,
      code: 'DZ_EVENT_ORDER_CROWDED',
      reason: `order ${event.orderKey} has more different lines than one order can have; see what its producer sends`,
      value: record.value,
      receivedAtMs: this.#parts.clock.now(),
    };
    this.#parts.entries.putDeadLetter(letter);
    this.#parts.onDeadLetter?.(letter, record.traceparent);
    await this.#parts.entries.reach(range.partition, range.from);
  }
}

function lower(a: Position | null, b: Position): Position {
  return a === null || b < a ? b : a;
}

function topicOf(partition: PartitionId): Topic {
  const name = partition.slice(0, partition.lastIndexOf('/'));
  const topic = TOPICS.find((known) => known === name);
  if (!topic) {
    throw new DuizhangError(
      'DZ_SYSTEM_UNKNOWN_TOPIC',
      `partition ${partition} is of no topic that the join reads`,
    );
  }
  return topic;
}
