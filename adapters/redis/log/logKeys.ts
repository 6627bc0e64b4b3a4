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

/** Raises the recorded number, never lowers it, and returns what stands there then. */
const RAISE = `local recorded = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) > recorded then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return redis.call('HGET', KEYS[1], ARGV[1])`;

/** Who asks for so many partitions: the one that reads them all, one that has to know them all, or one that only writes. */
export type PartitionUser = 'reader' | 'onlooker' | 'producer';

/**
 * Holds the configured partition counts against those of the log. They may grow: an order's events meet in its slot, from
 * whatever partitions they come. Whoever reads has to know all that is written to, so the reader goes first and records more,
 * producers follow; with fewer than before somebody would miss events.
 * @throws DZ_LOG_PARTITIONS_CHANGED
 */
export async function checkPartitionCounts(
  redis: Redis,
  topics: TopicPartitions,
  user: PartitionUser,
): Promise<void> {
  for (const topic of TOPICS) {
    const configured = topics[topic];
    if (user !== 'reader') await redis.hsetnx(META_KEY, topic, String(configured));
    const recorded = Number(
      user === 'reader'
        ? await redis.eval(RAISE, 1, META_KEY, topic, String(configured))
        : await redis.hget(META_KEY, topic),
    );
    if (recorded === configured || (user === 'producer' && configured < recorded)) continue;
    throw new DuizhangError(
      'DZ_LOG_PARTITIONS_CHANGED',
      `the log has ${recorded} partitions of ${topic}, the configuration says ${configured}; ` +
        (configured < recorded
          ? `set it back to ${recorded}, or begin with an empty log`
          : 'the pipeline has to be started with it first (docs/scaling.md)'),
      { details: { topic, recorded, configured } },
    );
  }
}
