import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { DuizhangError } from '../../../domain/errors.ts';
import type { EventProducer, NewRecord, PartitionId, Position, Topic } from '../../../domain/ports.ts';
import { partitionNumberOf } from '../../partitionNumber.ts';
import type { PackedEntry } from './entryFormat.ts';
import { packEntries } from './entryFormat.ts';
import type { TopicPartitions } from './logKeys.ts';
import { checkPartitionCounts, lastKeyOf, partitionIds, streamKeyOf } from './logKeys.ts';
import { untilAnswered } from './redisCalls.ts';
import { withTrace } from './tracedValue.ts';

export type RedisProducerOptions = {
  readonly topics: TopicPartitions;
  /** Memory that the log's Redis may use; beyond it nothing is taken. */
  readonly maxBytes: number;
  /** How long an append waits for a Redis that is away (default 60 s). */
  readonly waitMs?: number;
};

const APPEND = readFileSync(new URL('append.lua', import.meta.url), 'utf8');

/** Bounds of what goes to Redis in one command. */
const CHUNK_RECORDS = 4_000;
const CHUNK_BYTES = 4 * 1024 * 1024;
const MEMORY_FRESH_MS = 200;
/** Of the stream and the allocator for an entry, rounded up; beside it, the allocator rounds sizes up by a quarter at most. */
const ENTRY_OVERHEAD_BYTES = 256;
const ALLOCATED_PER_BYTE = 1.25;

/** The entries of one command, by partition. */
type Chunk = ReadonlyMap<PartitionId, readonly PackedEntry[]>;

/**
 * Writes to the log. `append` resolves when Redis has answered for every record, and the log's Redis answers after its
 * fsync (appendfsync always). A broken connection is tried again: records may then be there twice, never missing.
 */
export class RedisEventProducer implements EventProducer {
  readonly #redis: Redis;
  readonly #options: RedisProducerOptions;
  readonly #closing = new AbortController();
  /** Ids by number. */
  readonly #partitions: Readonly<Record<Topic, readonly PartitionId[]>>;
  #checked: Promise<void> | null = null;
  /** What Redis said last, with what was appended since. */
  #usedBytes = 0;
  #usedAtMs = Number.NEGATIVE_INFINITY;
  /** Of appends that run: Redis may not count them yet when it is asked. */
  #runningBytes = 0;

  constructor(redis: Redis, options: RedisProducerOptions) {
    this.#redis = redis;
    this.#options = options;
    const { payments, 'his-orders': hisOrders } = options.topics;
    this.#partitions = {
      payments: partitionIds({ payments, 'his-orders': 0 }),
      'his-orders': partitionIds({ payments: 0, 'his-orders': hisOrders }),
    };
  }

  async append(records: readonly NewRecord[]): Promise<void> {
    if (records.length === 0) return;
    const signal = AbortSignal.any([
      this.#closing.signal,
      AbortSignal.timeout(this.#options.waitMs ?? 60_000),
    ]);
    const chunks = this.#chunksOf(records);
    const newBytes = bytesOf(chunks);
    let running = false;
    try {
      await untilAnswered(this.#redis, signal, () => this.#checkPartitions());
      await untilAnswered(this.#redis, signal, () => this.#lookAtMemory());
      this.#refuseWhenFull(newBytes);
      this.#runningBytes += newBytes;
      running = true;
      for (const chunk of chunks) await untilAnswered(this.#redis, signal, () => this.#add(chunk));
    } catch (error) {
      throw appendFailure(error, signal);
    } finally {
      if (running) {
        this.#runningBytes -= newBytes;
        this.#usedBytes += newBytes;
      }
    }
  }

  /**
   * Frees what lies before a position, the entry that holds it whole; only what every consumer has stored may go.
   * Rejects while Redis is away.
   */
  async trim(partition: PartitionId, before: Position): Promise<void> {
    await this.#redis.xtrim(streamKeyOf(partition), 'MINID', `0-${before}`);
  }

  /** Ends waiting appends; the connection stays the caller's. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.resolve();
  }

  async #add(chunk: Chunk): Promise<void> {
    const keys: string[] = [];
    const values: (Buffer | number)[] = [];
    for (const [partition, entries] of chunk) {
      keys.push(streamKeyOf(partition), lastKeyOf(partition));
      values.push(entries.length);
      for (const { count, bytes } of entries) values.push(count, bytes);
    }
    await this.#redis.eval(APPEND, keys.length, ...keys, ...values);
  }

  #chunksOf(records: readonly NewRecord[]): readonly Chunk[] {
    const chunks: Chunk[] = [];
    let first = 0;
    let size = 0;
    records.forEach(({ value }, index) => {
      const full = index - first === CHUNK_RECORDS || size + value.length > CHUNK_BYTES;
      if (full && index > first) {
        chunks.push(this.#chunkOf(records.slice(first, index)));
        [first, size] = [index, 0];
      }
      size += value.length;
    });
    chunks.push(this.#chunkOf(records.slice(first)));
    return chunks;
  }

  #chunkOf(records: readonly NewRecord[]): Chunk {
    const values = new Map<PartitionId, Uint8Array[]>();
    for (const record of records) {
      const partition = this.#partitionOf(record);
      const own = values.get(partition);
      const value = withTrace(record.value, record.traceparent);
      if (own) own.push(value);
      else values.set(partition, [value]);
    }
    return new Map([...values].map(([partition, own]) => [partition, packEntries(own)]));
  }

  #partitionOf(record: NewRecord): PartitionId {
    const count = this.#options.topics[record.topic];
    const number = record.partition ?? partitionNumberOf(record.key, count);
    const id = this.#partitions[record.topic][number];
    if (id !== undefined) return id;
    throw new DuizhangError(
      'DZ_LOG_NO_PARTITION',
      `the topic ${record.topic} has the partitions 0 to ${count - 1}, not ${number}`,
    );
  }

  #checkPartitions(): Promise<void> {
    const { topics } = this.#options;
    this.#checked ??= checkPartitionCounts(this.#redis, topics, 'producer').catch((error: unknown) => {
      this.#checked = null;
      throw error;
    });
    return this.#checked;
  }

  async #lookAtMemory(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#usedAtMs <= MEMORY_FRESH_MS) return;
    const info = await this.#redis.info('memory');
    this.#usedBytes = Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0);
    this.#usedAtMs = nowMs;
  }

  /** An append is taken whole or refused whole. Errs on the side of refusing: a running append may count twice. */
  #refuseWhenFull(newBytes: number): void {
    const usedBytes = this.#usedBytes + this.#runningBytes;
    const { maxBytes } = this.#options;
    if (usedBytes + newBytes > maxBytes) throw logFull(usedBytes, newBytes, maxBytes);
  }
}

function bytesOf(chunks: readonly Chunk[]): number {
  const entries = chunks.flatMap((chunk) => [...chunk.values()].flat());
  return entries.reduce(
    (sum, { bytes }) => sum + Math.ceil(bytes.length * ALLOCATED_PER_BYTE) + ENTRY_OVERHEAD_BYTES,
    0,
  );
}

function logFull(usedBytes: number, newBytes: number, maxBytes: number): DuizhangError {
  return new DuizhangError(
    'DZ_LOG_FULL',
    `the event log uses ${usedBytes} of ${maxBytes} bytes and cannot take ${newBytes} more; nothing was taken. Close finished days so that they can be ` +
      'trimmed, or raise the log size limit, then send again',
    { details: { usedBytes, newBytes, maxBytes } },
  );
}

function appendFailure(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof Error && /\bOOM\b/.test(error.message)) {
    return new DuizhangError(
      'DZ_LOG_FULL',
      "the log's Redis has reached its maxmemory; not all records were taken. Close finished days so that they can be " +
        'trimmed, or raise maxmemory, then send again',
      { cause: error },
    );
  }
  if (error instanceof Error && /equal or smaller/.test(error.message)) {
    return new DuizhangError(
      'DZ_LOG_FOREIGN',
      `the log cannot go on at its last position (${error.message}): something else wrote to its stream; ` +
        'remove what was written there, or begin with an empty log',
      { cause: error },
    );
  }
  if (!signal.aborted) return error;
  return new DuizhangError(
    'DZ_SYSTEM_LOG_AWAY',
    'the event log did not answer in time; it is not known whether the records were taken: send them again',
    { cause: error },
  );
}
