import type { Admin } from 'kafkajs';
import { DuizhangError } from '../../domain/errors.ts';
import { hasType } from './failures.ts';
import type { TopicPlan } from './kafkaSettings.ts';

export type WantedTopic = { readonly name: string; readonly partitions: number };

const CREATE_WITHIN_MS = 15_000;

/**
 * Makes the topics that are not there yet.
 * @param plan what they are made with; null: they are not made but refused
 * @throws DZ_LOG_TOPIC_MISSING
 */
export async function createMissing(
  admin: Admin,
  wanted: readonly WantedTopic[],
  plan: Pick<TopicPlan, 'replication' | 'retentionMs'> | null,
): Promise<void> {
  const there = new Set(await admin.listTopics());
  const missing = wanted.filter(({ name }) => !there.has(name));
  if (missing.length === 0) return;
  if (plan === null) {
    const names = missing.map(({ name }) => name).join(', ');
    throw new DuizhangError(
      'DZ_LOG_TOPIC_MISSING',
      `Kafka has no topic ${names}, or this user may not see it; make it (docs/kafka.md), or set log.kafka.create`,
    );
  }
  const { replication, retentionMs } = plan;
  try {
    await admin.createTopics({
      waitForLeaders: true,
      timeout: CREATE_WITHIN_MS,
      topics: missing.map(({ name, partitions }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: [
          { name: 'retention.ms', value: String(retentionMs) },
          { name: 'cleanup.policy', value: 'delete' },
          // By the broker's clock: events that are older than the retention when they come would be deleted unread.
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
          { name: 'min.insync.replicas', value: String(replication > 2 ? 2 : 1) },
        ],
      })),
    });
  } catch (error) {
    if (!hasType(error, 'TOPIC_ALREADY_EXISTS')) throw error;
  }
}
