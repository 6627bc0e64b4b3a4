import type { Admin } from 'kafkajs';
import type { EventLog, LogConsumer, PartitionId, Position } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import { orAborted } from '../orAborted.ts';
import { kafkaClient } from './connect.ts';
import { untilAnswered, whyWaiting } from './failures.ts';
import type { UntilReadable } from './fetcher.ts';
import { GroupConsumer } from './groupConsumer.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import type { TopicNeeds, TopicWarning } from './topics.ts';
import { prepareTopics } from './topics.ts';

/** Brokers that start or elect a leader are there sooner. */
const TOLD_AFTER_MS = 5_000;

type Bounds = Awaited<ReturnType<EventLog['bounds']>>;

export type KafkaLogOptions = {
  readonly needs: TopicNeeds;
  /** Told once of what is amiss with a topic, and works. */
  readonly onWarning: (warning: TopicWarning) => void;
  readonly untilReadable?: UntilReadable;
};

/** The event log on Kafka: the partitions are shared among the group's members, the positions are the caller's. */
export class KafkaEventLog implements EventLog {
  readonly #settings: KafkaSettings;
  readonly #options: KafkaLogOptions;
  readonly #admin: Admin;
  readonly #closing = new AbortController();
  readonly #consumers = new Map<LogConsumer, GroupConsumer>();
  #prepared: Promise<void> | null = null;

  constructor(settings: KafkaSettings, options: KafkaLogOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#admin = kafkaClient(settings).admin();
  }

  async partitions(): Promise<readonly PartitionId[]> {
    return [...(await this.bounds()).keys()];
  }

  async bounds(): Promise<Bounds> {
    return this.#patiently(async () => {
      await this.#prepare();
      const { topicNames } = this.#settings;
      const offsets = await Promise.all(
        TOPICS.map((topic) => this.#admin.fetchTopicOffsets(topicNames[topic])),
      );
      return new Map(
        TOPICS.flatMap((topic, index) =>
          (offsets[index] ?? [])
            .toSorted((a, b) => a.partition - b.partition)
            .map(({ partition, low, high }) => [
              `${topic}/${partition}`,
              { start: Number(low), end: Number(high) },
            ]),
        ),
      );
    });
  }

  consume(options: Parameters<EventLog['consume']>[0]): LogConsumer {
    const ending = new AbortController();
    const reader = new GroupConsumer({
      ...options,
      settings: this.#settings,
      untilReadable: this.#options.untilReadable ?? (() => null),
      bounds: () => this.bounds(),
    });
    const run = async (): Promise<void> => {
      try {
        await orAborted(ending.signal, this.bounds());
        await reader.run(ending.signal);
      } catch (error) {
        // What a handler threw while it was asked to end is a failure all the same.
        if (!ending.signal.aborted || error !== ending.signal.reason) throw error;
      } finally {
        this.#consumers.delete(consumer);
      }
    };
    const done = run();
    done.catch(() => undefined);
    const consumer: LogConsumer = {
      done,
      stop: () => {
        ending.abort();
        return done;
      },
    };
    this.#consumers.set(consumer, reader);
    return consumer;
  }

  /** Under the group's name, by the members that read; elsewhere there is nothing to say. */
  async commit(positions: ReadonlyMap<PartitionId, Position>): Promise<void> {
    for (const { member } of this.#consumers.values()) await member.commit(positions);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers.keys()].map((consumer) => consumer.stop()));
    this.#closing.abort();
    await this.#admin.disconnect().catch(() => undefined);
  }

  #prepare(): Promise<void> {
    this.#prepared ??= (async () => {
      await this.#admin.connect();
      const warnings = await prepareTopics(this.#admin, this.#settings, this.#options.needs);
      warnings.forEach(this.#options.onWarning);
    })().catch((error: unknown) => {
      this.#prepared = null;
      throw error;
    });
    return this.#prepared;
  }

  #patiently<T>(call: () => Promise<T>): Promise<T> {
    const since = performance.now();
    let isTold = false;
    return untilAnswered(this.#closing.signal, 'to tell of its topics', call, async (error) => {
      if (isTold || performance.now() - since < TOLD_AFTER_MS) return;
      isTold = true;
      const topic = Object.values(this.#settings.topicNames).join(', ');
      const message = `${this.#settings.brokers.join(', ')} cannot be asked yet, and are asked again: ${whyWaiting(error)}`;
      this.#options.onWarning({ code: 'DZ_LOG_WAITS', topic, message });
    });
  }
}
