import type { PartitionerArgs, Producer, TopicMessages } from 'kafkajs';
import { DuizhangError } from '../../domain/errors.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { partitionNumberOf } from '../partitionNumber.ts';
import { COMPRESSION_TYPE } from './codecs.ts';
import { kafkaClient } from './connect.ts';
import { untilAnswered } from './failures.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import { LARGEST_BATCH_BYTES } from './kafkaSettings.ts';

/** A record for one of the topics that an appender writes to. */
export type RecordFor<T extends string> = Omit<NewRecord, 'topic'> & { readonly topic: T };

export type AppenderParts<T extends string> = {
  readonly settings: KafkaSettings;
  /** The topic of the cluster that stands for each of ours. */
  readonly names: Readonly<Record<T, string>>;
  /** How long an append waits for brokers that are away. */
  readonly waitMs: number;
  /** What is written, in a word for errors: 'events'. */
  readonly what: string;
};

/** Should all of it go to one partition, it has to fit one batch with its frames. */
const CHUNK_BYTES = 0.9 * LARGEST_BATCH_BYTES;
/** Of a record's frame, rounded up. */
const RECORD_BYTES = 40;
const ALL_REPLICAS = -1;

/**
 * `append` resolves when all in-sync replicas have every record. Not as an idempotent producer: a repeat changes nothing
 * here, order within a partition decides nothing, and a producer that lost its sequence (a broker that forgot it, a slow
 * retry) would be refused until it is made anew.
 */
export class KafkaAppender<T extends string> {
  readonly #parts: AppenderParts<T>;
  readonly #producer: Producer;
  readonly #closing = new AbortController();
  #connected: Promise<void> | null = null;

  constructor(parts: AppenderParts<T>) {
    this.#parts = parts;
    this.#producer = kafkaClient(parts.settings).producer({
      allowAutoTopicCreation: false,
      createPartitioner: () => partitionOf,
    });
  }

  async append(records: readonly RecordFor<T>[]): Promise<void> {
    if (records.length === 0) return;
    const { settings, waitMs, what } = this.#parts;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(waitMs)]);
    try {
      await untilAnswered(signal, what, () => this.#connect());
      for (const chunk of chunksOf(records)) {
        const topicMessages = this.#messagesOf(chunk);
        const compression = COMPRESSION_TYPE[settings.compression];
        await untilAnswered(signal, what, () =>
          this.#producer.sendBatch({ acks: ALL_REPLICAS, compression, topicMessages }),
        );
      }
    } catch (error) {
      if (!signal.aborted || error instanceof DuizhangError) throw error;
      throw new DuizhangError(
        'DZ_SYSTEM_LOG_AWAY',
        'the event log did not answer in time; it is not known whether the records were taken: send them again',
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#producer.disconnect().catch(() => undefined);
  }

  #messagesOf(records: readonly RecordFor<T>[]): TopicMessages[] {
    return [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, own]) => ({
      topic: this.#parts.names[topic],
      messages: own.map(({ key, value, partition, traceparent }) => ({
        key,
        value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
        ...(partition === undefined ? {} : { partition }),
        ...(traceparent === undefined ? {} : { headers: { traceparent } }),
      })),
    }));
  }

  #connect(): Promise<void> {
    this.#connected ??= this.#producer.connect().catch((error: unknown) => {
      this.#connected = null;
      throw error;
    });
    return this.#connected;
  }
}

function partitionOf({ topic, message, partitionMetadata }: PartitionerArgs): number {
  const { partition, key } = message;
  const count = partitionMetadata.length;
  if (partition === undefined) return partitionNumberOf(String(key ?? ''), count);
  if (partition < count) return partition;
  throw new DuizhangError(
    'DZ_LOG_NO_PARTITION',
    `the topic ${topic} has the partitions 0 to ${count - 1}, not ${partition}`,
  );
}

function* chunksOf<T extends string>(records: readonly RecordFor<T>[]): Generator<readonly RecordFor<T>[]> {
  let first = 0;
  let size = 0;
  for (const [index, { key, value }] of records.entries()) {
    const bytes = value.length + key.length + RECORD_BYTES;
    if (size + bytes > CHUNK_BYTES && index > first) {
      yield records.slice(first, index);
      [first, size] = [index, 0];
    }
    size += bytes;
  }
  yield records.slice(first);
}
