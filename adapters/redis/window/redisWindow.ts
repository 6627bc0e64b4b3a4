import { hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from '../connect.ts';
import { serversOf } from '../connect.ts';
import { packEvents } from './packEvents.ts';
import { markSetUp, slotsToSetUp } from './setUpMarks.ts';
import { key } from './windowKeys.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import type {
  ApplyAnswer,
  OutboxEntry,
  SlotMoment,
  WindowChange,
  WindowEvent,
  WindowRange,
  WindowStore,
} from '../../../domain/joinPorts.ts';
import type { PartitionId, Position } from '../../../domain/ports.ts';

export type RedisWindowOptions = {
  /** Home slots; another number needs an empty window, which is then rebuilt (see emptyWindow.ts). */
  readonly slots: number;
  /** Outbox entries a slot may hold before it takes no more events. */
  readonly outboxLimit?: number;
  /**
   * Matched sets a slot and day are split into, so that each stays an intset (at most 16,384 members): with 16 slots and
   * the 32 of the default up to four million orders a day.
   */
  readonly groups?: number;
  /** Lines an order may hold; more of them is a producer gone wrong. */
  readonly maxLines?: number;
};

type Script = { readonly text: string; readonly sha: string };

const APPLY = loadScript('apply.lua');
const SWEEP = loadScript('sweep.lua');
const DROP = loadScript('drop.lua');
const RESTORE = loadScript('restore.lua');
const TRIM = loadScript('trim.lua');
const MOMENT = loadScript('moment.lua');

/** Whoever waits for longer than this asks anew. */
const MARK_LIVES_MS = 10 * 60_000;

const RECORD_SEPARATOR = '\u001e';

/** The realtime window on Redis: one hash tag a slot, so that a slot lives on one node of a cluster. */
export class RedisWindow implements WindowStore {
  readonly slots: number;
  readonly #redis: RedisConnection;
  readonly #outboxLimit: string;
  readonly #groups: number;
  readonly #maxLines: string;

  constructor(redis: RedisConnection, options: RedisWindowOptions) {
    this.#redis = redis;
    this.slots = options.slots;
    this.#outboxLimit = String(options.outboxLimit ?? 256);
    this.#groups = options.groups ?? 32;
    this.#maxLines = String(options.maxLines ?? 64);
  }

  async positions(): Promise<readonly ReadonlyMap<PartitionId, Position>[]> {
    return Promise.all(
      this.#everySlot(async (slot) => {
        const stored = await this.#redis.hgetall(key(slot, 'positions'));
        return new Map(Object.entries(stored).map(([partition, position]) => [partition, Number(position)]));
      }),
    );
  }

  async apply(
    slot: number,
    range: WindowRange,
    events: readonly WindowEvent[],
    restored: ReadonlyMap<string, readonly string[]>,
  ): Promise<ApplyAnswer> {
    const args: (string | Buffer)[] = [
      range.partition,
      String(range.from),
      String(range.end),
      String(range.start),
      this.#outboxLimit,
      String(this.#groups),
      String(restored.size),
      this.#maxLines,
    ];
    for (const [orderKey, lines] of restored) args.push(orderKey, lines.join('\n'));
    args.push(packEvents(events));
    const keys = ['open', 'positions', 'outbox', 'due', 'days', ''].map((name) => key(slot, name));
    return applyAnswerOf(await this.#run(APPLY, keys, args));
  }

  async sweep(
    slot: number,
    untilSecond: number,
    max: number,
    knownTo: ReadonlyMap<PartitionId, Position>,
  ): Promise<{ marked: number; more: boolean }> {
    const keys = ['open', 'due', 'outbox', '', 'positions'].map((name) => key(slot, name));
    const known = [...knownTo].flatMap(([partition, position]) => [partition, String(position)]);
    const reply = await this.#run(SWEEP, keys, [
      String(untilSecond),
      String(max),
      this.#outboxLimit,
      ...known,
    ]);
    const [marked, more] = replyList(reply);
    return { marked: Number(marked), more: Number(more) === 1 };
  }

  async hasDue(slot: number, untilSecond: number): Promise<boolean> {
    return (await this.#redis.zcount(key(slot, 'due'), '-inf', untilSecond)) > 0;
  }

  async readOutbox(slot: number, max: number): Promise<readonly OutboxEntry[]> {
    const entries = await this.#redis.xrange(key(slot, 'outbox'), '-', '+', 'COUNT', max);
    return entries.map(([id, [, record = '']]) => ({
      id,
      changes: record.split(RECORD_SEPARATOR).map(changeOf),
      record,
    }));
  }

  async trimOutbox(slot: number, { id, record }: OutboxEntry): Promise<void> {
    await this.#run(TRIM, [key(slot, 'outbox')], [id, hash('sha1', record, 'hex')]);
  }

  async momentOf(slot: number, untilSecond: number): Promise<SlotMoment> {
    const mark = key(slot, `moment:${randomUUID()}`);
    const keys = [...['positions', 'due', 'outbox'].map((name) => key(slot, name)), mark];
    const reply = await this.#run(MOMENT, keys, [String(untilSecond), String(MARK_LIVES_MS)]);
    const [due, newest, ...read] = replyList(reply).map(String);
    const positions = new Map<PartitionId, Position>();
    for (let at = 0; at < read.length; at += 2) positions.set(read[at] ?? '', Number(read[at + 1]));
    return { positions, hasDue: Number(due) > 0, newest: newest || null, mark };
  }

  /** In this order: what was let go of before the mark was seen to be there had been stored. */
  async whetherStored(slot: number, { newest, mark }: SlotMoment): Promise<'STORED' | 'WAITING' | 'LOST'> {
    if (newest !== null) {
      const waiting = await this.#redis.xrange(key(slot, 'outbox'), '-', newest, 'COUNT', 1);
      if (waiting.length > 0) return 'WAITING';
    }
    return (await this.#redis.exists(mark)) === 1 ? 'STORED' : 'LOST';
  }

  slotsToSetUp(): Promise<readonly number[]> {
    return slotsToSetUp(this.#redis, this.slots);
  }

  markSetUp(slots: readonly number[]): Promise<void> {
    return markSetUp(this.#redis, this.slots, slots);
  }

  async restoreOrders(slot: number, orders: ReadonlyMap<string, readonly string[]>): Promise<void> {
    if (orders.size === 0) return;
    const args = [...orders].flatMap(([orderKey, lines]) => [orderKey, lines.join('\n')]);
    await this.#run(
      RESTORE,
      ['open', 'outbox'].map((name) => key(slot, name)),
      args,
    );
  }

  async openOrders(): Promise<number> {
    const counts = await Promise.all(this.#everySlot((slot) => this.#redis.hlen(key(slot, 'open'))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** What the window costs: memory of its Redis servers, and outbox entries that the ledger does not have yet. */
  async size(): Promise<{ readonly bytes: number; readonly outboxEntries: number }> {
    const servers = serversOf(this.#redis);
    // What one of several holds that is away is not known.
    const infos = await Promise.all(
      servers.map((server) => server.info('memory').catch((error: Error) => error.message)),
    );
    const lengths = await Promise.all(this.#everySlot((slot) => this.#redis.xlen(key(slot, 'outbox'))));
    return {
      bytes: infos.reduce((sum, info) => sum + Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0), 0),
      outboxEntries: lengths.reduce((sum, length) => sum + length, 0),
    };
  }

  async dropBefore(matchedDay: number, openDay: number): Promise<void> {
    for (let slot = 0; slot < this.slots; slot += 1) {
      for (const day of await this.#redis.smembers(key(slot, 'days'))) {
        if (Number(day) < matchedDay) await this.#dropMatched(slot, day);
      }
      await this.#dropOpen(slot, openDay);
    }
  }

  async #dropMatched(slot: number, day: string): Promise<void> {
    const names: string[] = [];
    for (let group = 0; group < this.#groups; group += 1) {
      names.push(key(slot, `k:${day}:${group}`), key(slot, `f:${day}:${group}`));
    }
    await this.#redis.unlink(...names);
    await this.#redis.srem(key(slot, 'days'), day);
  }

  async #dropOpen(slot: number, openDay: number): Promise<void> {
    let cursor = '0';
    do {
      const reply = replyList(await this.#run(DROP, [key(slot, 'open')], [cursor, String(openDay)]));
      cursor = String(reply[0]);
    } while (cursor !== '0');
  }

  #everySlot<T>(task: (slot: number) => Promise<T>): Promise<T>[] {
    return Array.from({ length: this.slots }, (_, slot) => task(slot));
  }

  async #run(script: Script, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<unknown> {
    try {
      return await this.#redis.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
        return this.#redis.eval(script.text, keys.length, ...keys, ...args);
      }
      throw error;
    }
  }
}

function loadScript(name: string): Script {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  return { text, sha: hash('sha1', text, 'hex') };
}

function replyList(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw new DuizhangError(
    'DZ_SYSTEM_WINDOW_REPLY',
    `the window script answered ${JSON.stringify(reply)}, not a list`,
  );
}

/** The one place where the script's words become values. */
function applyAnswerOf(reply: unknown): ApplyAnswer {
  const [word, ...rest] = replyList(reply);
  switch (word) {
    case 'OK':
      return { kind: 'applied' };
    case 'GAP':
      return { kind: 'gap', position: Number(rest[0]) };
    case 'FULL':
      return { kind: 'full' };
    case 'HIT':
      return { kind: 'hit', events: rest.map(Number) };
    case 'MANY':
      return { kind: 'crowded', event: Number(rest[0]) };
    default:
      throw new DuizhangError(
        'DZ_SYSTEM_WINDOW_REPLY',
        `the window script answered ${JSON.stringify(reply)}`,
      );
  }
}

function changeOf(record: string): WindowChange {
  const [head = '', ...lines] = record.split('\n');
  const orderKey = head.slice(1);
  if (head.startsWith('M')) return { kind: 'matched', orderKey, lines: [lines[0] ?? '', lines[1] ?? ''] };
  return { kind: 'open', orderKey, lines };
}
