import { setTimeout as pause } from 'node:timers/promises';
import assigners from 'kafkajs/src/consumer/assigners/index.js';
import type Cluster from 'kafkajs/src/cluster/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type { PartitionId, Position } from '../../domain/ports.ts';
import { orAborted } from '../orAborted.ts';
import { FEW_RETRIES, kafkaClient, newCluster } from './connect.ts';
import { hasType, isPassing, told, untilAnswered } from './failures.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import { partitionIdOf, placeOf } from './partitionIds.ts';

/** As often a member says that it lives, and learns that the partitions are to be shared out anew. */
const HEARTBEAT_MS = 500;
/** For so long a group that is sharing out waits for a member to settle what it works on. */
const REBALANCE_MS = 30_000;
/** Partitions that were added are seen within this. */
const METADATA_LOOK_MS = 10_000;
const LEAVE_WITHIN_MS = 1_500;

const ANEW = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'];

/** Membership of the consumer group: which partitions are this process's. Positions are none of its business. */
export class GroupMember {
  readonly #settings: KafkaSettings;
  readonly #cluster: Cluster;
  readonly #group: ConsumerGroup;
  readonly #topics: readonly string[];

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#topics = Object.values(settings.topicNames);
    this.#cluster = newCluster(settings);
    const logger = kafkaClient(settings).logger();
    this.#group = new ConsumerGroup({
      retry: FEW_RETRIES,
      cluster: this.#cluster,
      groupId: settings.group,
      topics: this.#topics,
      topicConfigurations: {},
      logger,
      instrumentationEmitter: { emit: () => undefined },
      assigners: [assigners.roundRobin({ cluster: this.#cluster, groupId: settings.group, logger })],
      sessionTimeout: settings.sessionMs,
      rebalanceTimeout: REBALANCE_MS,
      autoCommit: false,
    });
  }

  /** Waits until the group has shared out. @returns this member's partitions */
  async join(signal: AbortSignal): Promise<readonly PartitionId[]> {
    const refresh = (): Promise<void> => this.#cluster.refreshMetadata();
    const doing = `membership of the group ${this.#settings.group}`;
    await untilAnswered(
      signal,
      doing,
      async () => {
        await this.#cluster.connect();
        await this.#cluster.addMultipleTargetTopics(this.#topics);
        await this.#group.joinAndSync().catch((error: unknown) => this.#throwReason(error));
      },
      refresh,
    );
    return this.#group
      .assigned()
      .flatMap(({ topic, partitions }) =>
        partitions.map((number) => partitionIdOf(this.#settings, topic, number)),
      )
      .toSorted();
  }

  /** Stays a member. @returns when the partitions are to be shared out anew */
  async untilRebalance(signal: AbortSignal): Promise<void> {
    const { sessionMs } = this.#settings;
    let heardAt = performance.now();
    let lookAt = heardAt + METADATA_LOOK_MS;
    const known = this.#partitionCount();
    for (;;) {
      await pause(HEARTBEAT_MS, undefined, { signal });
      try {
        await orAborted(signal, this.#group.heartbeat({ interval: 0 }));
        heardAt = performance.now();
        if (heardAt > lookAt) {
          await orAborted(signal, this.#cluster.refreshMetadata());
          if (this.#partitionCount() !== known) return;
          lookAt = heardAt + METADATA_LOOK_MS;
        }
      } catch (error) {
        signal.throwIfAborted();
        if (hasType(error, ...ANEW)) return;
        if (!isPassing(error)) throw told(error, `membership of the group ${this.#settings.group}`);
        // The coordinator is away, or another broker is now; the partitions stay ours for as long as the session.
        if (performance.now() - heardAt > sessionMs) return;
        await this.#findCoordinator(signal);
      }
    }
  }

  /** For lag tools: it is never read back, and what a rebalance gets in the way of comes with the next. */
  async commit(positions: ReadonlyMap<PartitionId, Position>): Promise<void> {
    if (this.#group.memberId === null || positions.size === 0) return;
    const places = [...positions].map(([id, position]) => ({ ...placeOf(this.#settings, id), position }));
    const topics = [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, own]) => ({
      topic,
      partitions: own.map(({ partition, position }) => ({ partition, offset: String(position) })),
    }));
    try {
      await this.#group.commitOffsets({ topics });
    } catch (error) {
      if (!hasType(error, ...ANEW) && !isPassing(error)) throw told(error, 'commits of progress');
    }
  }

  /** The others need not wait for its session to end. */
  async leave(): Promise<void> {
    const within = AbortSignal.timeout(LEAVE_WITHIN_MS);
    const leaving = async (): Promise<void> => {
      await this.#group.leave();
      await this.#cluster.disconnect();
    };
    await orAborted(within, leaving()).catch(() => undefined);
    void this.#cluster.disconnect().catch(() => undefined);
  }

  async #findCoordinator(signal: AbortSignal): Promise<void> {
    try {
      const { group: groupId } = this.#settings;
      this.#group.coordinator = await orAborted(signal, this.#cluster.findGroupCoordinator({ groupId }));
    } catch {
      // It is away: the next heartbeat fails again, and looks for it again.
      signal.throwIfAborted();
    }
  }

  /** kafkajs asks every broker for the coordinator and keeps what they answered to itself, also that the group may not be read. */
  async #throwReason(error: unknown): Promise<never> {
    if (hasType(error, 'KafkaJSGroupCoordinatorNotFound')) {
      const broker = await this.#cluster.findControllerBroker();
      await broker.findGroupCoordinator({ groupId: this.#settings.group, coordinatorType: 0 });
    }
    throw error;
  }

  #partitionCount(): number {
    return this.#topics.reduce(
      (sum, topic) => sum + this.#cluster.findTopicPartitionMetadata(topic).length,
      0,
    );
  }
}
