import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { DuizhangError } from '../../domain/errors.ts';
import { TOPICS } from '../../domain/ports.ts';
import { createMissing } from './createTopics.ts';
import { hasType } from './failures.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import { LARGEST_BATCH_BYTES } from './kafkaSettings.ts';

export type TopicNeeds = {
  /** For so long the log alone must be able to give back what a window lost. */
  readonly leastRetentionMs: number;
  /** Until then an order may still meet its counterpart. */
  readonly wishedRetentionMs: number;
};

/** Something of the topics, or of the way to them, that somebody should see to; it stops nothing. */
export type TopicWarning = { readonly code: string; readonly topic: string; readonly message: string };

const CHECKED = [
  'retention.ms',
  'retention.bytes',
  'cleanup.policy',
  'min.insync.replicas',
  'message.timestamp.type',
  'max.message.bytes',
] as const;

export type TopicSetting = (typeof CHECKED)[number];

/**
 * Makes the topics that are not there yet and looks at the settings of all.
 * @throws DZ_LOG_TOPIC_MISSING, DZ_LOG_TOPIC_COMPACTED, DZ_LOG_RETENTION_SHORT, DZ_LOG_TOPIC_UNWRITABLE
 */
export async function prepareTopics(
  admin: Admin,
  settings: KafkaSettings,
  needs: TopicNeeds,
): Promise<readonly TopicWarning[]> {
  const { create, topicNames } = settings;
  const names = TOPICS.map((topic) => topicNames[topic]);
  const wanted = TOPICS.map((topic) => ({
    name: topicNames[topic],
    partitions: create?.partitions[topic] ?? 1,
  }));
  await createMissing(admin, wanted, create);
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const said = await topicSettings(admin, names);
  return topics.flatMap(({ name, partitions }) => {
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    const own = said.get(name);
    if (own !== undefined) return checkTopic(name, own, replicas, needs);
    const message =
      'its settings may not be read: grant DESCRIBE_CONFIGS, or see docs/kafka.md for what they must be';
    return [{ code: 'DZ_LOG_TOPIC_UNCHECKED', topic: name, message }];
  });
}

/** A topic of which nothing may be read is not in it. */
export async function topicSettings(
  admin: Admin,
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<TopicSetting, string>>> {
  const request = {
    includeSynonyms: false,
    resources: names.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: [...CHECKED],
    })),
  };
  const answer = await admin.describeConfigs(request).catch((error: unknown) => {
    if (hasType(error, 'TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED')) return null;
    throw error;
  });
  return new Map(
    (answer?.resources ?? []).map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(
        CHECKED.flatMap((name): [TopicSetting, string][] => {
          const entry = configEntries.find(({ configName }) => configName === name);
          return entry === undefined ? [] : [[name, entry.configValue]];
        }),
      ),
    ]),
  );
}

/** Exported for its table of cases. */
export function checkTopic(
  topic: string,
  said: ReadonlyMap<TopicSetting, string>,
  replicas: number,
  needs: TopicNeeds,
): readonly TopicWarning[] {
  const refuse = (code: `DZ_${Uppercase<string>}`, message: string): DuizhangError =>
    new DuizhangError(code, `the topic ${topic}: ${message}`, { details: { topic } });
  if (said.get('cleanup.policy')?.includes('compact') === true) {
    throw refuse('DZ_LOG_TOPIC_COMPACTED', 'cleanup.policy=compact throws events away; set it to delete');
  }
  const insync = Number(said.get('min.insync.replicas') ?? 1);
  if (insync > replicas) {
    throw refuse(
      'DZ_LOG_TOPIC_UNWRITABLE',
      `min.insync.replicas=${insync}, and it has ${replicas} replicas: nothing could be written`,
    );
  }
  const retentionMs = Number(said.get('retention.ms') ?? -1);
  const isBounded = retentionMs >= 0;
  if (isBounded && retentionMs < needs.leastRetentionMs) {
    throw refuse(
      'DZ_LOG_RETENTION_SHORT',
      `retention.ms=${retentionMs} is less than the ${needs.leastRetentionMs} ms for which a lost window is made again from it`,
    );
  }
  const warnings: [boolean, string, string][] = [
    [
      isBounded && retentionMs < needs.wishedRetentionMs,
      'DZ_LOG_RETENTION_SHORT',
      `retention.ms=${retentionMs} is less than the ${needs.wishedRetentionMs} ms in which an order may meet its counterpart; what is older comes back from the ledger alone`,
    ],
    [
      isBounded && said.get('message.timestamp.type') !== 'LogAppendTime',
      'DZ_LOG_RETENTION_BY_EVENT_TIME',
      'retention goes by the producers’ timestamps: events that come late or are replayed may be deleted before they are read; set message.timestamp.type=LogAppendTime',
    ],
    [
      Number(said.get('retention.bytes') ?? -1) >= 0,
      'DZ_LOG_RETENTION_BY_SIZE',
      `retention.bytes=${said.get('retention.bytes')}: a busy day deletes events however young they are; set it to -1`,
    ],
    [
      Number(said.get('max.message.bytes') ?? LARGEST_BATCH_BYTES) < LARGEST_BATCH_BYTES,
      'DZ_LOG_BATCHES_SMALL',
      `max.message.bytes=${said.get('max.message.bytes')}: events that are sent here together may be refused; set it to ${LARGEST_BATCH_BYTES} or more`,
    ],
    [
      replicas < 2 || insync < 2,
      'DZ_LOG_ONE_COPY',
      `${replicas} replicas, min.insync.replicas=${insync}: an acknowledged event may lie on one broker's disk alone; 3 and 2 survive a broker`,
    ],
  ];
  return warnings.filter(([is]) => is).map(([, code, message]) => ({ code, topic, message }));
}
