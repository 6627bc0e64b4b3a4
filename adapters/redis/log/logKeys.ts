import type { Redis } from 'ioredis';
import { DuizhangError } from '../../../domain/errors.ts';
import type { PartitionId, Topic } from '../../../domain/ports.ts';
import { TOPICS } from '../../../domain/ports.ts';

/**
 * The log on Redis Streams: one stream per partition; an entry holds consecutive events, packed in the field `v` (see
 * entryFormat.ts), and its id is `0-<position of the last one>`. Positions are 1, 2, 3 … without gaps: the last one
 * given stands beside the stream, so that it outlives trims.
 */

/** Partitions of each topic. */
export type TopicPartitions = Readonly<Record<Topic, number>>;

const META_KEY = 'dz:log:meta';
export const COMMITTED_KEY = 'dz:log:committed';

export function partitionIds(topics: TopicPartitions): readonly PartitionId[] {
  return TOPICS.flatMap((topic) =>
    Array.from({ length: topics[topic] }, (_, number) => `${topic}/${number}`),
  );
}

export function streamKeyOf(partition: PartitionId): string {
  return `dz:log:${partition.replace('/', ':')}`;
}

/** Holds the last position given; absent: none was. */
export function lastKeyOf(partition: PartitionId): string {
  return `${streamKeyOf(partition)}:last`;
}

/**
 * Records the partition counts with the log, or compares them with the recorded ones: with another count, positions
 * would speak of other streams and an order's events would change their partition.
 * @throws DZ_LOG_PARTITIONS_CHANGED
 */
export async function checkPartitionCounts(redis: Redis, topics: TopicPartitions): Promise<void> {
  for (const topic of TOPICS) {
    await redis.hsetnx(META_KEY, topic, String(topics[topic]));
    const recorded = await redis.hget(META_KEY, topic);
    if (recorded === String(topics[topic])) continue;
    throw new DuizhangError(
      'DZ_LOG_PARTITIONS_CHANGED',
      `the log was made with ${recorded} partitions of ${topic}, the configuration says ${topics[topic]}; ` +
        `set it back to ${recorded}, or begin with an empty log`,
      { details: { topic, recorded, configured: topics[topic] } },
    );
  }
}
