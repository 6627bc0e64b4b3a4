// Parts of kafkajs 2.2.4 that it does not export, as far as they are used here. Its consumer shows no empty answers (so
// silence would not be seen), answers an offset out of range by jumping to another one, and rejoins a group while batches
// still run; with its cluster and its group's protocol below that, all three are in our hands. The version is pinned.

declare module 'kafkajs/src/cluster/index.js' {
  import type { ISocketFactory, KafkaConfig, Logger, RetryOptions } from 'kafkajs';

  namespace Cluster {
    type FetchedMessage = {
      readonly offset: string;
      readonly key: Buffer | null;
      readonly value: Buffer | null;
      readonly headers?: Readonly<Record<string, Buffer | readonly Buffer[] | undefined>>;
      readonly isControlRecord: boolean;
      readonly batchContext?: {
        readonly firstOffset: string;
        readonly lastOffsetDelta: number;
        readonly producerId: string;
        readonly inTransaction: boolean;
      };
    };
    type FetchedPartition = {
      readonly partition: number;
      readonly highWatermark: string;
      readonly abortedTransactions:
        readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
      readonly messages: readonly FetchedMessage[];
    };
    type Broker = {
      findGroupCoordinator(group: {
        readonly groupId: string;
        readonly coordinatorType: 0;
      }): Promise<unknown>;
      fetch(request: {
        readonly replicaId?: number;
        readonly isolationLevel: 0 | 1;
        readonly maxWaitTime: number;
        readonly minBytes: number;
        readonly maxBytes: number;
        readonly topics: readonly {
          readonly topic: string;
          readonly partitions: readonly {
            readonly partition: number;
            readonly fetchOffset: string;
            readonly maxBytes: number;
          }[];
        }[];
      }): Promise<{
        readonly responses: readonly {
          readonly topicName: string;
          readonly partitions: readonly FetchedPartition[];
        }[];
      }>;
    };
  }

  class Cluster {
    constructor(
      options: KafkaConfig & {
        readonly logger: Logger;
        readonly socketFactory: ISocketFactory;
        readonly retry: RetryOptions;
        readonly metadataMaxAge: number;
        readonly allowAutoTopicCreation: boolean;
        readonly isolationLevel: 0 | 1;
      },
    );
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    findBroker(node: { readonly nodeId: string }): Promise<Cluster.Broker>;
    findControllerBroker(): Promise<Cluster.Broker>;
    findGroupCoordinator(group: { readonly groupId: string }): Promise<unknown>;
    findLeaderForPartitions(
      topic: string,
      partitions: readonly number[],
    ): Readonly<Record<string, readonly number[]>>;
    findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  }
  export = Cluster;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { Assigner, Logger, RetryOptions } from 'kafkajs';
  import type Cluster from 'kafkajs/src/cluster/index.js';

  class ConsumerGroup {
    constructor(options: {
      readonly retry: RetryOptions;
      readonly cluster: Cluster;
      readonly groupId: string;
      readonly topics: readonly string[];
      readonly topicConfigurations: Readonly<Record<string, object>>;
      readonly logger: Logger;
      readonly instrumentationEmitter: { emit(name: string, payload: unknown): void };
      readonly assigners: readonly Assigner[];
      readonly sessionTimeout: number;
      readonly rebalanceTimeout: number;
      readonly autoCommit: false;
    });
    coordinator: unknown;
    memberId: string | null;
    generationId: number | null;
    joinAndSync(): Promise<void>;
    heartbeat(options: { readonly interval: number }): Promise<void>;
    assigned(): readonly { readonly topic: string; readonly partitions: readonly number[] }[];
    commitOffsets(offsets: {
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
      }[];
    }): Promise<void>;
    leave(): Promise<void>;
  }
  export = ConsumerGroup;
}

declare module 'kafkajs/src/consumer/assigners/index.js' {
  import type { Assigner, Logger } from 'kafkajs';
  import type Cluster from 'kafkajs/src/cluster/index.js';

  const assigners: {
    readonly roundRobin: (config: {
      readonly cluster: Cluster;
      readonly groupId: string;
      readonly logger: Logger;
    }) => Assigner;
  };
  export = assigners;
}

declare module 'kafkajs/src/consumer/filterAbortedMessages.js' {
  import type Cluster from 'kafkajs/src/cluster/index.js';

  function filterAbortedMessages(
    fetched: Pick<Cluster.FetchedPartition, 'abortedTransactions' | 'messages'>,
  ): readonly Cluster.FetchedMessage[];
  export = filterAbortedMessages;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';

  function socketFactory(): ISocketFactory;
  export = socketFactory;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    readonly throttledUntil: number;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
  export = RequestQueue;
}
