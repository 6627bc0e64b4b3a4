import { DuizhangError } from '../../domain/errors.ts';
import type { PartitionId, Topic } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import type { KafkaSettings } from './kafkaSettings.ts';

/** Our name of a partition, whatever the cluster calls its topic. */
export function partitionIdOf({ topicNames }: KafkaSettings, topicName: string, number: number): PartitionId {
  const topic = TOPICS.find((each) => topicNames[each] === topicName);
  if (topic === undefined) throw new Error(`${topicName} is no topic that was asked for`);
  return `${topic}/${number}`;
}

export function placeOf(
  { topicNames }: KafkaSettings,
  id: PartitionId,
): { topic: string; partition: number } {
  const [name, number] = id.split('/');
  const topic = TOPICS.find((each: Topic) => each === name);
  if (topic !== undefined && /^\d+$/.test(number ?? '')) {
    return { topic: topicNames[topic], partition: Number(number) };
  }
  throw new DuizhangError('DZ_LOG_NO_PARTITION', `the log has no partition ${id}`);
}
