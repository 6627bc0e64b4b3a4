import { randomUUID } from 'node:crypto';
import { avroTypeOf } from '../../adapters/events/eventCodec.ts';
import { singleObjectHeader } from '../../adapters/events/fingerprint.ts';
import { RECORD_OF_OUTPUT } from '../../adapters/events/outputCodec.ts';
import { loadEventSchemas, newestOf } from '../../adapters/events/schemas.ts';
import { kafkaClient } from '../../adapters/kafka/connect.ts';
import type { KafkaSettings } from '../../adapters/kafka/kafkaSettings.ts';
import type { OutputTopic } from '../../domain/outputPorts.ts';

/** A record as somebody else's consumer has it. */
export type ReadRecord = {
  readonly partition: number;
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Everything that a topic holds now, each partition in its order. */
export async function readTopic(
  settings: KafkaSettings,
  topic: OutputTopic,
  name: string,
): Promise<readonly ReadRecord[]> {
  const schema = newestOf(RECORD_OF_OUTPUT[topic], loadEventSchemas());
  const type = avroTypeOf(schema);
  const header = singleObjectHeader(schema.fingerprint);
  const kafka = kafkaClient(settings);
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(name);
  await admin.disconnect();
  const missing = new Map(ends.map(({ partition, low, high }) => [partition, Number(high) - Number(low)]));
  const records: ReadRecord[] = [];
  const all = Promise.withResolvers<void>();
  const isOver = (): boolean => [...missing.values()].every((count) => count <= 0);
  if (isOver()) return records;
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: name, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value } }) => {
      if (!value?.subarray(0, header.length).equals(header)) throw new Error('not in single-object encoding');
      const fields = { ...type.fromBuffer(value.subarray(header.length)) };
      records.push({ partition, key: String(key), fields });
      missing.set(partition, (missing.get(partition) ?? 0) - 1);
      if (isOver()) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return records;
}
