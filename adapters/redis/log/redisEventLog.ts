import type { Redis } from 'ioredis';
import type { EventLog, LogConsumer, PartitionId, Position } from '../../../domain/ports.ts';
import { orAborted } from '../../orAborted.ts';
import type { PartitionUser, TopicPartitions } from './logKeys.ts';
import { checkPartitionCounts, COMMITTED_KEY, partitionIds } from './logKeys.ts';
import { readPartition } from './partitionReader.ts';
import { readBounds } from './readBounds.ts';
import { untilAnswered } from './redisCalls.ts';
import type { StreamBounds } from './streamReply.ts';

export type RedisLogOptions = {
  readonly topics: TopicPartitions;
  /** Of the process that joins: more partitions than before are made by it. */
  readonly mayGrow?: boolean;
};

/** The event log on Redis Streams. The connection stays the caller's: `close` ends consumers, not the connection. */
export class RedisEventLog implements EventLog {
  readonly #redis: Redis;
  readonly #topics: TopicPartitions;
  readonly #user: PartitionUser;
  readonly #consumers = new Set<LogConsumer>();
  readonly #closing = new AbortController();

  constructor(redis: Redis, options: RedisLogOptions) {
    this.#redis = redis;
    this.#topics = options.topics;
    this.#user = options.mayGrow === true ? 'reader' : 'onlooker';
  }

  async partitions(): Promise<readonly PartitionId[]> {
    await this.#patiently(() => checkPartitionCounts(this.#redis, this.#topics, this.#user));
    return partitionIds(this.#topics);
  }

  async bounds(): Promise<ReadonlyMap<PartitionId, StreamBounds>> {
    const ids = await this.partitions();
    return this.#patiently(() => readBounds(this.#redis, ids));
  }

  consume(options: Parameters<EventLog['consume']>[0]): LogConsumer {
    const ending = new AbortController();
    const { signal } = ending;
    let failure: { readonly error: unknown } | null = null;
    const read = async (partition: PartitionId): Promise<void> => {
      const startAt = await orAborted(signal, options.startAt(partition));
      await readPartition({ ...options, redis: this.#redis, partition, startAt, signal });
    };
    /** The first failure ends the other partitions; what fails because of the end is none. */
    const ended = (error: unknown): void => {
      if (!signal.aborted) failure = { error };
      else if (!isAbort(error)) failure ??= { error };
      ending.abort();
    };
    const run = async (): Promise<void> => {
      try {
        const ids = await orAborted(signal, this.partitions());
        await Promise.all(ids.map((id) => read(id).catch(ended)));
      } catch (error) {
        ended(error);
      }
      this.#consumers.delete(consumer);
      if (failure) throw failure.error;
    };
    const done = run();
    // Whoever waits for `done` or `stop` sees the failure; nobody has to.
    done.catch(() => undefined);
    const consumer: LogConsumer = {
      done,
      stop: () => {
        ending.abort();
        return done;
      },
    };
    this.#consumers.add(consumer);
    return consumer;
  }

  async commit(positions: ReadonlyMap<PartitionId, Position>): Promise<void> {
    if (positions.size > 0) await this.#patiently(() => this.#redis.hset(COMMITTED_KEY, positions));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
  }

  #patiently<T>(call: () => Promise<T>): Promise<T> {
    return untilAnswered(this.#redis, this.#closing.signal, call);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
