import type { PartitionId, Position } from './ports.ts';

/** An event as the window takes it: strings only, ready for the script. Built by pipeline/join/fact.ts. */
export type WindowEvent = {
  /** `<merchantId> <orderNo>`: the field of the open orders. */
  readonly orderKey: string;
  /** 53-bit hash of the orderKey, which decides the home slot. */
  readonly homeHash: number;
  /** See `keyPartOf`. */
  readonly part: string;
  /** The fact line, see pipeline/join/fact.ts. */
  readonly line: string;
  /** 53-bit hashes as decimal text: of (orderKey, part), and of the order's payment key ('' when that is the same). */
  readonly keyHash: string;
  readonly payHash: string;
  /** Epoch second at which the key is one-sided without a counterpart. */
  readonly dueSecond: number;
  /** Its day was closed before it came: it may join what is open but opens nothing. */
  readonly late: boolean;
  /** Where it stands in its partition. */
  readonly position: Position;
};

export type WindowRange = {
  readonly partition: PartitionId;
  /** The end of the range before: a slot that stands earlier answers `gap`. */
  readonly from: Position;
  readonly end: Position;
  /** Where a slot that knows nothing of the partition stands: the log's first kept position. */
  readonly start: Position;
};

export type ApplyAnswer =
  | { readonly kind: 'applied' }
  /** The slot stands at `position`, before the range: read again from there. Nothing was applied. */
  | { readonly kind: 'gap'; readonly position: Position }
  /** The outbox is full: try again later. Nothing was applied. */
  | { readonly kind: 'full' }
  /**
   * Events (by index) whose key the window has let go of as matched, with content it has not seen: the caller brings
   * the order's facts and calls again. Nothing was applied.
   */
  | { readonly kind: 'hit'; readonly events: readonly number[] }
  /** The order of this event (by index) has more lines than the window holds for one. Nothing was applied. */
  | { readonly kind: 'crowded'; readonly event: number };

/** What the window tells the flusher. */
export type WindowChange =
  /** One line a side, equal amounts: matched and let go of. */
  | { readonly kind: 'matched'; readonly orderKey: string; readonly lines: readonly [string, string] }
  /** All lines and marks known of an order that is still open. */
  | { readonly kind: 'open'; readonly orderKey: string; readonly lines: readonly string[] };

export type OutboxEntry = {
  readonly id: string;
  readonly changes: readonly WindowChange[];
  /** The changes as the store keeps them: what tells this entry from another one under its id. */
  readonly record: string;
};

/** What a slot held in one moment. */
export type SlotMoment = {
  readonly positions: ReadonlyMap<PartitionId, Position>;
  /** Whether a deadline waited to be looked through. */
  readonly hasDue: boolean;
  /** Id of the newest entry that waited in the outbox; null when none did. */
  readonly newest: string | null;
  /** Left in the slot: a store that has lost what the slot held has lost the mark with it. */
  readonly mark: string;
};

/** The realtime window: per slot the open orders, the matched keys, the read positions and the outbox. */
export interface WindowStore {
  readonly slots: number;
  /** Per slot, the position reached in each partition it has seen. */
  positions(): Promise<readonly ReadonlyMap<PartitionId, Position>[]>;
  /**
   * Applies one slot's events of one range and records the range's end, atomically.
   * @param restored facts of orders that the window has let go of, by orderKey (answer to `hit`)
   */
  apply(
    slot: number,
    range: WindowRange,
    events: readonly WindowEvent[],
    restored: ReadonlyMap<string, readonly string[]>,
  ): Promise<ApplyAnswer>;
  /**
   * Marks keys that are still one-sided at `untilSecond`; at most `max` due keys a call. None while the slot stands before one of
   * the positions up to which event time is known: it has lost events that are applied again.
   * @returns whether more are due
   */
  sweep(
    slot: number,
    untilSecond: number,
    max: number,
    knownTo: ReadonlyMap<PartitionId, Position>,
  ): Promise<{ readonly marked: number; readonly more: boolean }>;
  /** Whether a deadline up to `untilSecond` waits to be looked through. */
  hasDue(slot: number, untilSecond: number): Promise<boolean>;
  /** The oldest outbox entries. */
  readOutbox(slot: number, max: number): Promise<readonly OutboxEntry[]>;
  /** Forgets the outbox up to and including an entry that was read: the ledger has it. Nothing when it is not there any more. */
  trimOutbox(slot: number, last: OutboxEntry): Promise<void>;
  /** What the slot holds now, with deadlines up to `untilSecond`. */
  momentOf(slot: number, untilSecond: number): Promise<SlotMoment>;
  /** Whether the ledger has everything that the outbox held in a moment; LOST: the slot has since come back older than it. */
  whetherStored(slot: number, moment: SlotMoment): Promise<'STORED' | 'WAITING' | 'LOST'>;
  /**
   * Slots that are new, or were lost, and have not been set up since.
   * @throws DZ_WINDOW_SLOTS_CHANGED when the window was set up with another number of slots
   */
  slotsToSetUp(): Promise<readonly number[]>;
  markSetUp(slots: readonly number[]): Promise<void>;
  /** Adds lines to open orders of a slot, by orderKey: what a window that was emptied cannot read from the log any more. */
  restoreOrders(slot: number, orders: ReadonlyMap<string, readonly string[]>): Promise<void>;
  /** Orders that are open now, over all slots. */
  openOrders(): Promise<number>;
  /** Lets go of the matched keys of closed days and of open orders whose newest line is older. Days since 1970. */
  dropBefore(matchedDay: number, openDay: number): Promise<void>;
}

/** What the model and the script agree on. */
export const DEADLINE_MARK = '!';
export const PAYMENT_MATCHED_MARK = 'P\t*';

/** What the owner of a partition says of it, so that everybody can know the lowest watermark. */
export type Heartbeat = {
  readonly position: Position;
  readonly partitionEnd: Position;
  /** Event time that this partition has reached; null before its first event and while nothing is known. */
  readonly watermarkMs: number | null;
  /** Wall clock of the heartbeat. */
  readonly atMs: number;
};

/** Where partition owners publish their heartbeats. */
export interface HeartbeatBoard {
  publish(beats: ReadonlyMap<PartitionId, Heartbeat>): Promise<void>;
  read(): Promise<ReadonlyMap<PartitionId, Heartbeat>>;
}

export type Living = {
  /** In an order that all of them see. */
  readonly members: readonly string[];
  /** Whether the process that asks was none of them until now: at its start, or since it stood still for too long. */
  readonly isNew: boolean;
};

/** The processes that share a system's work. */
export interface PipelineMembers {
  /** Says that a process lives. @returns those that live */
  beat(member: string): Promise<Living>;
  leave(member: string): Promise<void>;
}

/** What the processes tell each other of the ledger. */
export interface LedgerAnswers {
  /** @param isAnswered whether the ledger answered just now. @returns how many others it answers */
  tell(member: string, isAnswered: boolean): Promise<number>;
}
