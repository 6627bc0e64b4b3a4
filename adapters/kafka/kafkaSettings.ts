import type { Mechanism, OauthbearerProviderResponse, SASLOptions } from 'kafkajs';
import type { Topic } from '../../domain/ports.ts';
import type { CompressionName } from './codecs.ts';

/** How to reach a cluster and what of it is ours; secrets are in it already. */
export type KafkaSettings = {
  readonly brokers: readonly string[];
  /** In the broker's logs and quotas. */
  readonly clientId: string;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | null;
  readonly sasl: SASLOptions | Mechanism | null;
  /** Of the pipeline processes: each reads a share of the partitions. */
  readonly group: string;
  /** The topic of the cluster that stands for each of ours. */
  readonly topicNames: Readonly<Record<Topic, string>>;
  /** What a topic that is not there yet is made with; null: it is not made but refused. */
  readonly create: TopicPlan | null;
  readonly compression: CompressionName;
  /** A member that is not heard of for so long has lost its partitions; brokers grant 6 s to 30 min. */
  readonly sessionMs: number;
};

export type TopicPlan = {
  readonly partitions: Readonly<Record<Topic, number>>;
  readonly replication: number;
  readonly retentionMs: number;
};

/** What a topic has to take at once; by default brokers take a little more. */
export const LARGEST_BATCH_BYTES = 1_000_000;
export const DEFAULT_SESSION_MS = 10_000;

export type OauthToken = () => Promise<OauthbearerProviderResponse>;
