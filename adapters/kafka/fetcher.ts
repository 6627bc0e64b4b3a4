import { setTimeout as pause } from 'node:timers/promises';
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { LogRecord, PartitionId, Position } from '../../domain/ports.ts';
import { orAborted } from '../orAborted.ts';
import { hasType, isPassing, isUnreadable, told, unreadable } from './failures.ts';
import { fetchedRangeOf } from './fetchedRange.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import type { FetchedRange, PartitionFeed, Wanted } from './partitionFeed.ts';
import { partitionIdOf, placeOf } from './partitionIds.ts';

/** A broker with nothing new answers after this long: silence is seen as often. */
const LONGEST_WAIT_MS = 50;
const PARTITION_BYTES = 1024 * 1024;
/** A broker answers with one batch at least, however large it is. */
const ONE_BATCH = 1;
const ANSWER_BYTES = 8 * 1024 * 1024;
const READ_COMMITTED = 1;
const AFTER_FAILURE_MS = 200;

/**
 * Waits for what has to be known before records can be read, such as a schema that a registry has; null: nothing has to.
 * What it waits for holds back the partition, and no other.
 */
export type UntilReadable = (records: readonly LogRecord[], signal: AbortSignal) => Promise<void> | null;

export type FetcherParts = {
  readonly cluster: Cluster;
  readonly settings: KafkaSettings;
  readonly feeds: ReadonlyMap<PartitionId, PartitionFeed>;
  readonly untilReadable: UntilReadable;
  /** What is to be thrown of a position that the broker does not hold. */
  readonly positionLost: (partition: PartitionId, position: Position) => Promise<Error>;
};

type Question = Wanted & { readonly feed: PartitionFeed };
type Answer = { readonly question: Question; readonly range: FetchedRange };

/** Asks every broker for what its partitions' feeds want, one question at a time each. */
export class Fetcher {
  readonly #parts: FetcherParts;
  readonly #asked = new Set<string>();
  readonly #heldBack = new Set<PartitionId>();
  #wake = Promise.withResolvers<void>();
  #failure: { readonly error: unknown } | null = null;

  constructor(parts: FetcherParts) {
    this.#parts = parts;
  }

  /** Something may be asked for again. */
  readonly wake = (): void => {
    this.#wake.resolve();
  };

  /** Until the signal is aborted, then it rejects with its reason; before, with the first failure that lasts. */
  async run(signal: AbortSignal): Promise<never> {
    const { cluster, settings } = this.#parts;
    const names = Object.values(settings.topicNames);
    for (;;) {
      signal.throwIfAborted();
      if (this.#failure) throw this.#failure.error;
      this.#wake = Promise.withResolvers();
      try {
        await orAborted(signal, cluster.addMultipleTargetTopics(names));
        await orAborted(signal, cluster.refreshMetadataIfNecessary());
        for (const [node, questions] of this.#questions()) void this.#ask(node, questions, signal);
      } catch (error) {
        signal.throwIfAborted();
        await this.#afterFailure(error, signal);
      }
      await orAborted(signal, this.#wake.promise);
    }
  }

  #questions(): ReadonlyMap<string, readonly Question[]> {
    const { cluster, settings, feeds } = this.#parts;
    const byNode = new Map<string, Question[]>();
    for (const [id, feed] of feeds) {
      const { wanted } = feed;
      if (wanted === null || this.#heldBack.has(id)) continue;
      const { topic, partition } = placeOf(settings, id);
      const [node] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
      if (node === undefined || this.#asked.has(node)) continue;
      byNode.set(node, [...(byNode.get(node) ?? []), { feed, ...wanted }]);
    }
    return byNode;
  }

  async #ask(nodeId: string, questions: readonly Question[], signal: AbortSignal): Promise<void> {
    this.#asked.add(nodeId);
    try {
      await this.#answer(nodeId, questions, signal);
    } catch (error) {
      if (!signal.aborted) await this.#afterFailure(error, signal, questions).catch(() => undefined);
    } finally {
      this.#asked.delete(nodeId);
      this.wake();
    }
  }

  async #answer(nodeId: string, questions: readonly Question[], signal: AbortSignal): Promise<void> {
    let answers: readonly Answer[];
    try {
      answers = await this.#fetch(nodeId, questions, PARTITION_BYTES, signal);
    } catch (error) {
      if (signal.aborted || !isUnreadable(error)) throw error;
      await this.#answerSingly(nodeId, questions, signal);
      return;
    }
    for (const { question, range } of answers) this.#offer(question, range, signal);
  }

  /** One batch spoils the whole answer: each partition is asked for its next batch alone, up to the one that is meant. */
  async #answerSingly(nodeId: string, questions: readonly Question[], signal: AbortSignal): Promise<void> {
    for (const question of questions) {
      const answers = await this.#fetch(nodeId, [question], ONE_BATCH, signal).catch((error: unknown) => {
        throw isUnreadable(error) ? unreadable(error, question.feed.partition, question.from) : error;
      });
      for (const { range } of answers) this.#offer(question, range, signal);
    }
  }

  /** @param partitionBytes of the answer, of each partition */
  async #fetch(
    nodeId: string,
    questions: readonly Question[],
    partitionBytes: number,
    signal: AbortSignal,
  ): Promise<readonly Answer[]> {
    const { cluster, settings } = this.#parts;
    const broker = await orAborted(signal, cluster.findBroker({ nodeId }));
    const places = questions.map(({ feed, from }) => ({ ...placeOf(settings, feed.partition), from }));
    const topics = [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, own]) => ({
      topic,
      partitions: own.map(({ partition, from }) => ({
        partition,
        fetchOffset: String(from),
        maxBytes: partitionBytes,
      })),
    }));
    const request = {
      isolationLevel: READ_COMMITTED,
      maxWaitTime: LONGEST_WAIT_MS,
      minBytes: 1,
      maxBytes: ANSWER_BYTES,
      topics,
    } as const;
    const askedAtMs = Date.now();
    const { responses } = await orAborted(signal, broker.fetch(request));
    return responses.flatMap(({ topicName, partitions }) =>
      partitions.flatMap((fetched) => {
        const id = partitionIdOf(settings, topicName, fetched.partition);
        const question = questions.find(({ feed }) => feed.partition === id);
        return question ? [{ question, range: fetchedRangeOf(fetched, question.from, askedAtMs) }] : [];
      }),
    );
  }

  #offer(question: Question, range: FetchedRange, signal: AbortSignal): void {
    const { feed } = question;
    const readable = this.#parts.untilReadable(range.records, signal);
    if (readable === null) feed.offer(question, range);
    else void this.#offerLater(readable, question, range, signal);
  }

  async #offerLater(
    readable: Promise<void>,
    question: Question,
    range: FetchedRange,
    signal: AbortSignal,
  ): Promise<void> {
    const { feed } = question;
    this.#heldBack.add(feed.partition);
    try {
      await orAborted(signal, readable);
      feed.offer(question, range);
    } catch (error) {
      if (!signal.aborted) this.#failure ??= { error };
    } finally {
      this.#heldBack.delete(feed.partition);
      this.wake();
    }
  }

  /** Waits before the next question where waiting may help; what lasts ends the run. */
  async #afterFailure(
    error: unknown,
    signal: AbortSignal,
    questions: readonly Question[] = [],
  ): Promise<void> {
    const { cluster, settings, positionLost } = this.#parts;
    if (hasType(error, 'OFFSET_OUT_OF_RANGE', 'KafkaJSOffsetOutOfRange') && hasPlace(error)) {
      const id = partitionIdOf(settings, error.topic, error.partition);
      const question = questions.find(({ feed }) => feed.partition === id);
      this.#failure ??= { error: await positionLost(id, question?.from ?? 0) };
    } else if (!isPassing(error)) {
      this.#failure ??= { error: told(error, 'to be read from') };
    } else {
      await pause(AFTER_FAILURE_MS, undefined, { signal });
      // A leader may have changed; a cluster that is away is found again by the next question.
      await orAborted(signal, cluster.refreshMetadata()).catch(() => undefined);
    }
    this.wake();
  }
}

function hasPlace(error: unknown): error is { readonly topic: string; readonly partition: number } {
  return (
    error instanceof Error &&
    'topic' in error &&
    typeof error.topic === 'string' &&
    'partition' in error &&
    typeof error.partition === 'number'
  );
}
