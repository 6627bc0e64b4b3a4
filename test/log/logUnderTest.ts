import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaClient } from '../../adapters/kafka/connect.ts';
import { KafkaEventLog } from '../../adapters/kafka/kafkaEventLog.ts';
import { KafkaEventProducer } from '../../adapters/kafka/kafkaEventProducer.ts';
import type { KafkaSettings } from '../../adapters/kafka/kafkaSettings.ts';
import { placeOf } from '../../adapters/kafka/partitionIds.ts';
import type { KafkaServer } from '../../adapters/process/kafkaServer.ts';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { RedisEventLog } from '../../adapters/redis/log/redisEventLog.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import type { EventLog, EventProducer, PartitionId, Position, Topic } from '../../domain/ports.ts';
import { startKafka, startRedis } from '../services/index.ts';

export const NEEDS = { leastRetentionMs: 1, wishedRetentionMs: 1 };

/** An event log with its server, in the hand of a test. */
export type LogUnderTest = {
  readonly log: EventLog;
  readonly producer: EventProducer;
  /** Waits less long for a server that is away. */
  impatientProducer(waitMs: number): EventProducer;
  trim(partition: PartitionId, before: Position): Promise<void>;
  /** As lag tools see it; null: nothing yet. */
  committed(partition: PartitionId): Promise<Position | null>;
  kill9(): Promise<void>;
  start(): Promise<void>;
  /** Ends what the test opened; the server goes on. */
  close(): Promise<void>;
};

/** A server that a file's tests share, each with a log of its own on it. */
export type LogServer = {
  newLog(topics: Readonly<Record<Topic, number>>): Promise<LogUnderTest>;
  stop(): Promise<void>;
};

export async function redisLogServer(): Promise<LogServer> {
  const dir = await mkdtemp(join(tmpdir(), 'dz-log-'));
  let server: RedisServer = await startRedis({ dir, appendfsync: 'always' });
  const { port } = server;
  return {
    async newLog(topics) {
      const redis = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
      redis.on('error', () => undefined);
      await redis.flushall();
      const log = new RedisEventLog(redis, { topics });
      const producer = new RedisEventProducer(redis, { topics, maxBytes: 1e9 });
      return {
        log,
        producer,
        impatientProducer: (waitMs) => new RedisEventProducer(redis, { topics, maxBytes: 1e9, waitMs }),
        trim: (partition, before) => producer.trim(partition, before),
        async committed(partition) {
          const said = await redis.hget('dz:log:committed', partition);
          return said === null ? null : Number(said);
        },
        kill9: () => server.kill9(),
        async start() {
          server = await startRedis({ dir, appendfsync: 'always', port });
        },
        async close() {
          await log.close().catch(() => undefined);
          await producer.close();
          redis.disconnect();
        },
      };
    },
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Settings of a log of its own on a broker that is shared. */
export function kafkaSettings(broker: string, topics: Readonly<Record<Topic, number>>): KafkaSettings {
  const name = randomUUID().slice(0, 8);
  return {
    brokers: [broker],
    clientId: 'duizhang-test',
    tls: null,
    sasl: null,
    group: `group-${name}`,
    topicNames: { payments: `${name}.payments`, 'his-orders': `${name}.his-orders` },
    create: { partitions: topics, replication: 1, retentionMs: -1 },
    compression: 'none',
    sessionMs: 6_000,
  };
}

export async function kafkaLogServer(): Promise<LogServer> {
  const dir = await mkdtemp(join(tmpdir(), 'dz-kafka-'));
  let server: KafkaServer = await startKafka({ dir });
  const { port, broker } = server;
  return {
    async newLog(topics) {
      const settings = kafkaSettings(broker, topics);
      const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
      await log.partitions();
      const producer = new KafkaEventProducer(settings);
      const impatient: EventProducer[] = [];
      const admin = kafkaClient(settings).admin();
      await admin.connect();
      return {
        log,
        producer,
        impatientProducer(waitMs) {
          const one = new KafkaEventProducer(settings, { waitMs });
          impatient.push(one);
          return one;
        },
        async trim(id, before) {
          const { topic, partition } = placeOf(settings, id);
          await admin.fetchTopicOffsets(topic);
          await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] });
        },
        async committed(id) {
          const { topic, partition } = placeOf(settings, id);
          const [said] = await admin.fetchOffsets({ groupId: settings.group, topics: [topic] });
          const offset = said?.partitions.find((one) => one.partition === partition)?.offset ?? '-1';
          return offset === '-1' ? null : Number(offset);
        },
        kill9: () => server.kill9(),
        async start() {
          server = await startKafka({ dir, port });
        },
        async close() {
          await log.close().catch(() => undefined);
          await Promise.all([producer, ...impatient].map((one) => one.close()));
          await admin.disconnect();
        },
      };
    },
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
