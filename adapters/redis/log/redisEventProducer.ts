import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { DuizhangError } from '../../../domain/errors.ts';
import type { EventProducer, NewRecord, PartitionId, Position } from '../../../domain/ports.ts';
import type { TopicPartitions } from './logKeys.ts';
import { checkPartitionCounts, partitionNumberOf, streamKeyOf } from './logKeys.ts';
import { execAll, untilAnswered } from './redisCalls.ts';

export type RedisProducerOptions = {
  readonly topics: TopicPartitions;
  /** Memory that the log's Redis may use; beyond it nothing is taken. */
  readonly maxBytes: number;
  /** How long an append waits for a Redis that is away (default 60 s). */
  readonly waitMs?: number;
};

const APPEND = readFileSync(new URL('append.lua', import.meta.url), 'utf8');

/** Records that go to Redis in one round trip. */
const CHUNK = 2_000;
const MEMORY_FRESH_MS = 200;
/** Stream overhead per record, rounded up: listpack headers, id and field. */
const RECORD_OVERHEAD_BYTES = 32;

/**
 * Writes to the log. `append` resolves when Redis has answered for every record, and the log's Redis answers after its
 * fsync (appendfsync always). A broken connection is tried again: records may then be there twice, never missing.
 */
export class RedisEventProducer implements EventProducer {
  readonly #redis: Redis;
  readonly #options: RedisProducerOptions;
  readonly #closing = new AbortController();
  #checked: Promise<void> | null = null;
  /** What Redis said last, with what was appended since. */
  #usedBytes = 0;
  #usedAtMs = Number.NEGATIVE_INFINITY;
  /** Of appends that run: Redis may not count them yet when it is asked. */
  #runningBytes = 0;

  constructor(redis: Redis, options: RedisProducerOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  async append(records: readonly NewRecord[]): Promise<void> {
    if (records.length === 0) return;
    const signal = AbortSignal.any([
      this.#closing.signal,
      AbortSignal.timeout(this.#options.waitMs ?? 60_000),
    ]);
    const chunks = Array.from({ length: Math.ceil(records.length / CHUNK) }, (_, index) =>
      this.#valuesByStream(records.slice(index * CHUNK, (index + 1) * CHUNK)),
    );
    const newBytes = bytesOf(records);
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

  /** Frees what lies before a position; only what every consumer has stored may go. Rejects while Redis is away. */
  async trim(partition: PartitionId, before: Position): Promise<void> {
    await this.#redis.xtrim(streamKeyOf(partition), 'MINID', `0-${before}`);
  }

  /** Ends waiting appends; the connection stays the caller's. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.resolve();
  }

  async #add(values: ReadonlyMap<string, readonly Buffer[]>): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const [stream, own] of values) pipeline.eval(APPEND, 1, stream, ...own);
    await execAll(pipeline);
  }

  #valuesByStream(records: readonly NewRecord[]): ReadonlyMap<string, readonly Buffer[]> {
    const byStream = new Map<string, Buffer[]>();
    for (const record of records) {
      const stream = this.#streamOf(record);
      const values = byStream.get(stream);
      if (values) values.push(bufferOf(record.value));
      else byStream.set(stream, [bufferOf(record.value)]);
    }
    return byStream;
  }

  #streamOf(record: NewRecord): string {
    const count = this.#options.topics[record.topic];
    const number = record.partition ?? partitionNumberOf(record.key, count);
    if (Number.isInteger(number) && number >= 0 && number < count) {
      return streamKeyOf(`${record.topic}/${number}`);
    }
    throw new DuizhangError(
      'DZ_LOG_NO_PARTITION',
      `the topic ${record.topic} has the partitions 0 to ${count - 1}, not ${number}`,
    );
  }

  #checkPartitions(): Promise<void> {
    this.#checked ??= checkPartitionCounts(this.#redis, this.#options.topics).catch((error: unknown) => {
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

function bytesOf(records: readonly NewRecord[]): number {
  return records.reduce((sum, record) => sum + record.value.length + RECORD_OVERHEAD_BYTES, 0);
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
  if (!signal.aborted) return error;
  return new DuizhangError(
    'DZ_SYSTEM_LOG_AWAY',
    'the event log did not answer in time; it is not known whether the records were taken: send them again',
    { cause: error },
  );
}

function bufferOf(value: Uint8Array): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
