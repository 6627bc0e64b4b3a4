import type {
  ApplyAnswer,
  OutboxEntry,
  SlotMoment,
  WindowChange,
  WindowEvent,
  WindowRange,
  WindowStore,
} from '../../domain/joinPorts.ts';
import { DEADLINE_MARK, PAYMENT_MATCHED_MARK } from '../../domain/joinPorts.ts';
import type { PartitionId, Position } from '../../domain/ports.ts';

type Order = { readonly lines: Set<string> };

type Slot = {
  readonly positions: Map<PartitionId, Position>;
  readonly open: Map<string, Order>;
  /** Matched keys (orderKey and part) with the lines they were let go of with, by day. */
  readonly matched: Map<string, { readonly day: number; readonly lines: ReadonlySet<string> }>;
  readonly due: { readonly second: number; readonly orderKey: string; readonly part: string }[];
  readonly outbox: OutboxEntry[];
  readonly marks: Set<string>;
};

/**
 * The transitions of the window in plain TypeScript, without hashes, groups or bytes: the oracle that the Redis scripts
 * are held against.
 */
export class WindowModel implements WindowStore {
  readonly slots: number;
  #state: Slot[];
  #ids = 0;

  constructor(slots: number) {
    this.slots = slots;
    this.#state = emptySlots(slots);
  }

  /** The whole state, to go back to with `restore`: a Redis that lost its last second. */
  snapshot(): readonly Slot[] {
    return structuredClone(this.#state);
  }

  restore(snapshot: readonly Slot[] | null): void {
    this.#state = snapshot === null ? emptySlots(this.slots) : [...structuredClone(snapshot)];
  }

  /** Lines of every open order, sorted. */
  openLines(): Map<string, string[]> {
    return new Map(
      this.#state.flatMap((slot) =>
        [...slot.open].map(([key, order]) => [key, [...order.lines].sort()] as const),
      ),
    );
  }

  async positions(): Promise<readonly ReadonlyMap<PartitionId, Position>[]> {
    return this.#state.map((slot) => new Map(slot.positions));
  }

  async apply(
    slotNumber: number,
    range: WindowRange,
    events: readonly WindowEvent[],
    restored: ReadonlyMap<string, readonly string[]>,
  ): Promise<ApplyAnswer> {
    const slot = this.#slot(slotNumber);
    const stored = slot.positions.get(range.partition) ?? range.start;
    if (stored < range.from) return { kind: 'gap', position: stored };
    const known = new Map<string, Set<string>>();
    for (const { orderKey } of events) {
      known.set(
        orderKey,
        new Set([...(slot.open.get(orderKey)?.lines ?? []), ...(restored.get(orderKey) ?? [])]),
      );
    }
    const hits: number[] = [];
    const repeats = new Set<number>();
    events.forEach((event, index) => {
      if (restored.has(event.orderKey) || factsOf(known.get(event.orderKey), event.part).length > 0) return;
      const matched = slot.matched.get(`${event.orderKey} ${event.part}`);
      if (!matched) return;
      if (event.late || matched.lines.has(event.line)) repeats.add(index);
      else hits.push(index);
    });
    if (hits.length > 0) return { kind: 'hit', events: hits };
    const changes = this.#applyFacts(slot, events, known, repeats, restored);
    if (changes.length > 0) slot.outbox.push(this.#entryOf(changes));
    if (range.end > stored) slot.positions.set(range.partition, range.end);
    return { kind: 'applied' };
  }

  #applyFacts(
    slot: Slot,
    events: readonly WindowEvent[],
    known: ReadonlyMap<string, Set<string>>,
    repeats: ReadonlySet<number>,
    restored: ReadonlyMap<string, readonly string[]>,
  ): WindowChange[] {
    const touched = new Map<string, Map<string, number | null>>();
    events.forEach((event, index) => {
      const lines = known.get(event.orderKey);
      if (!lines || repeats.has(index) || lines.has(event.line)) return;
      const isNew = factsOf(lines, event.part).length === 0;
      if (event.late && isNew) return;
      const paymentGone = slot.matched.has(`${event.orderKey} P`) && factsOf(lines, 'P').length === 0;
      lines.add(event.line);
      if (event.part !== 'P' && paymentGone && !restored.has(event.orderKey)) lines.add(PAYMENT_MATCHED_MARK);
      const parts = touched.get(event.orderKey) ?? new Map<string, number | null>();
      touched.set(
        event.orderKey,
        parts.set(event.part, parts.get(event.part) ?? (isNew ? event.dueSecond : null)),
      );
    });
    const changes: WindowChange[] = [];
    for (const [orderKey, lines] of known) {
      const parts = touched.get(orderKey) ?? new Map<string, number | null>();
      if (parts.size === 0 && !restored.has(orderKey)) continue;
      for (const part of [...parts.keys()].sort((a, b) => Number(b === 'P') - Number(a === 'P'))) {
        const pair = pairOf(lines, part);
        if (!pair || (part !== 'P' && !lines.has(PAYMENT_MATCHED_MARK))) continue;
        changes.push({ kind: 'matched', orderKey, lines: pair });
        slot.matched.set(`${orderKey} ${part}`, { day: 0, lines: new Set(pair) });
        for (const line of lines) if (line.startsWith(`${part}\t`)) lines.delete(line);
        parts.delete(part);
        if (part === 'P' && lines.size > 0) lines.add(PAYMENT_MATCHED_MARK);
      }
      this.#keepOpen(slot, orderKey, lines, parts, changes);
    }
    return changes;
  }

  #keepOpen(
    slot: Slot,
    orderKey: string,
    lines: Set<string>,
    parts: ReadonlyMap<string, number | null>,
    changes: WindowChange[],
  ): void {
    const facts = [...lines].filter(isFact);
    if (facts.length === 0) {
      slot.open.delete(orderKey);
      return;
    }
    slot.open.set(orderKey, { lines });
    const judged = [...Map.groupBy(facts, partOf).values()].some((group) => group.length > 1);
    if (judged || [...lines].some((line) => line.endsWith(`\t${DEADLINE_MARK}`))) {
      changes.push({ kind: 'open', orderKey, lines: [...lines] });
    }
    for (const [part, second] of parts) if (second !== null) slot.due.push({ second, orderKey, part });
  }

  async sweep(
    slotNumber: number,
    untilSecond: number,
    _max: number,
    knownTo: ReadonlyMap<PartitionId, Position>,
  ): Promise<{ marked: number; more: boolean }> {
    const slot = this.#slot(slotNumber);
    const lacks = [...knownTo].some(([partition, known]) => (slot.positions.get(partition) ?? -1) < known);
    if (lacks) return { marked: 0, more: true };
    const marked = new Set<string>();
    let count = 0;
    for (const { orderKey, part } of slot.due.filter((item) => item.second <= untilSecond)) {
      const lines = slot.open.get(orderKey)?.lines;
      const mark = `${part}\t${DEADLINE_MARK}`;
      const sides = new Set(factsOf(lines, part).map(sideOf));
      if (!lines || sides.size !== 1 || lines.has(mark)) continue;
      lines.add(mark);
      marked.add(orderKey);
      count += 1;
    }
    slot.due.splice(0, slot.due.length, ...slot.due.filter((item) => item.second > untilSecond));
    const changes = [...marked].map((orderKey) => ({
      kind: 'open' as const,
      orderKey,
      lines: [...(slot.open.get(orderKey)?.lines ?? [])],
    }));
    if (changes.length > 0) slot.outbox.push(this.#entryOf(changes));
    return { marked: count, more: false };
  }

  async hasDue(slot: number, untilSecond: number): Promise<boolean> {
    return this.#slot(slot).due.some((item) => item.second <= untilSecond);
  }

  async readOutbox(slot: number, max: number): Promise<readonly OutboxEntry[]> {
    return this.#slot(slot).outbox.slice(0, max);
  }

  async trimOutbox(slot: number, last: OutboxEntry): Promise<void> {
    const { outbox } = this.#slot(slot);
    outbox.splice(0, outbox.findIndex((entry) => entry.record === last.record) + 1);
  }

  async momentOf(slot: number, untilSecond: number): Promise<SlotMoment> {
    const { positions, outbox, marks } = this.#slot(slot);
    const mark = String((this.#ids += 1));
    marks.add(mark);
    const hasDue = await this.hasDue(slot, untilSecond);
    return { positions: new Map(positions), hasDue, newest: outbox.at(-1)?.record ?? null, mark };
  }

  async whetherStored(slot: number, { newest, mark }: SlotMoment): Promise<'STORED' | 'WAITING' | 'LOST'> {
    const { outbox, marks } = this.#slot(slot);
    if (!marks.has(mark)) return 'LOST';
    return outbox.some(({ record }) => record === newest) ? 'WAITING' : 'STORED';
  }

  slotsToSetUp(): Promise<readonly number[]> {
    throw new Error('the histories do not set windows up');
  }

  markSetUp(): Promise<void> {
    throw new Error('the histories do not set windows up');
  }

  restoreOrders(): Promise<void> {
    throw new Error('the histories do not set windows up');
  }

  /** No number is given twice, however often the state goes back. */
  #entryOf(changes: readonly WindowChange[]): OutboxEntry {
    const record = String((this.#ids += 1));
    return { id: record, changes, record };
  }

  async openOrders(): Promise<number> {
    return this.#state.reduce((sum, slot) => sum + slot.open.size, 0);
  }

  dropBefore(): Promise<void> {
    throw new Error('the histories do not drop days');
  }

  #slot(slot: number): Slot {
    const state = this.#state[slot];
    if (!state) throw new Error(`no slot ${slot}`);
    return state;
  }
}

function emptySlots(count: number): Slot[] {
  return Array.from({ length: count }, () => ({
    positions: new Map<PartitionId, Position>(),
    open: new Map<string, Order>(),
    matched: new Map<string, { day: number; lines: ReadonlySet<string> }>(),
    due: [],
    outbox: [],
    marks: new Set<string>(),
  }));
}

function factsOf(lines: ReadonlySet<string> | undefined, part: string): string[] {
  return [...(lines ?? [])].filter((line) => isFact(line) && partOf(line) === part);
}

function pairOf(lines: ReadonlySet<string>, part: string): [string, string] | null {
  const [a, b, ...more] = factsOf(lines, part);
  if (a === undefined || b === undefined || more.length > 0) return null;
  return sideOf(a) !== sideOf(b) && fenOf(a) === fenOf(b) ? [a, b] : null;
}

function isFact(line: string): boolean {
  return line !== PAYMENT_MATCHED_MARK && line.split('\t').length > 2;
}

function partOf(line: string): string {
  return line.split('\t')[0] ?? '';
}

function sideOf(line: string): string {
  return line.split('\t')[2]?.charAt(0) ?? '';
}

function fenOf(line: string): string {
  return line.split('\t')[2]?.slice(1) ?? '';
}
