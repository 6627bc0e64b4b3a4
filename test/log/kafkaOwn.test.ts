import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPRESSIONS, COMPRESSION_TYPE, LARGEST_UNPACKED_BYTES } from '../../adapters/kafka/codecs.ts';
import { kafkaClient } from '../../adapters/kafka/connect.ts';
import { KafkaEventLog } from '../../adapters/kafka/kafkaEventLog.ts';
import { KafkaEventProducer } from '../../adapters/kafka/kafkaEventProducer.ts';
import type { KafkaSettings } from '../../adapters/kafka/kafkaSettings.ts';
import { kafkaJars } from '../../adapters/process/kafkaJars.ts';
import { kafkaSettings, NEEDS } from './logUnderTest.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';

// What only a log in Kafka has: compression, settings of topics, transactions, records without a value.

const RECOMPRESS = new URL('Recompress.java', import.meta.url).pathname;
const DAY_MS = 86_400_000;
const ONE_EACH = { payments: 1, 'his-orders': 1 };
const hasCompiler = spawnSync('javac', ['-version'], { stdio: 'ignore' }).status === 0;
if (!hasCompiler)
  process.stderr.write('compression is not held against Kafka’s own client: javac is missing\n');

describe.runIf(hasKafka)('a log in Kafka', () => {
  const kafka = brokerOfBlock();
  let admin: Admin;

  beforeAll(async () => {
    admin = kafkaClient(kafkaSettings(kafka.broker, ONE_EACH)).admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());

  /** The values of payments/0 up to the `count`th. */
  async function read(settings: KafkaSettings, count: number): Promise<readonly string[]> {
    const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
    const values: string[] = [];
    const enough = Promise.withResolvers<void>();
    const consumer = log.consume({
      startAt: () => Promise.resolve(0),
      maxRecords: 1_000,
      onBatch: async ({ partition, records }) => {
        if (partition === 'payments/0')
          values.push(...records.map(({ value }) => Buffer.from(value).toString()));
        if (values.length >= count) enough.resolve();
        return { kind: 'done' };
      },
    });
    await Promise.race([enough.promise, consumer.done]);
    await log.close();
    return values;
  }

  /** Compressible, and longer than a block of Snappy's framing in sum. */
  const texts = Array.from({ length: 2_000 }, (_, index) => `${index} ${'对账 '.repeat(20)}`);

  test.runIf(hasCompiler)(
    'every compression is read by Kafka’s own client as it was written here, and the other way round',
    { timeout: 120_000 },
    async () => {
      const copies: string[] = [];
      const logs = new Map<string, KafkaSettings>();
      for (const compression of COMPRESSIONS) {
        const settings = { ...kafkaSettings(kafka.broker, ONE_EACH), compression };
        const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
        await log.partitions();
        await log.close();
        const { payments } = settings.topicNames;
        await admin.createTopics({
          waitForLeaders: true,
          topics: [{ topic: `${payments}.java`, numPartitions: 1, replicationFactor: 1 }],
        });
        const producer = new KafkaEventProducer(settings);
        await producer.append(
          texts.map((text) => ({ topic: 'payments', key: 'k', value: Buffer.from(text) })),
        );
        await producer.close();
        expect(await read(settings, texts.length)).toEqual(texts);
        copies.push(payments, compression, String(texts.length));
        logs.set(compression, {
          ...settings,
          topicNames: { ...settings.topicNames, payments: `${payments}.java` },
        });
      }
      const copied = spawnSync(
        'java',
        ['-cp', join(await kafkaJars(), '*'), RECOMPRESS, kafka.broker, ...copies],
        {
          encoding: 'utf8',
        },
      );
      expect(copied.status, copied.stderr).toBe(0);
      for (const [compression, settings] of logs) {
        const own = { ...settings, group: `${settings.group}-java` };
        expect(await read(own, texts.length), compression).toEqual(texts);
      }
    },
  );

  type TopicSettings = Readonly<Record<string, string>>;
  const GOOD: TopicSettings = {
    'cleanup.policy': 'delete',
    'retention.ms': String(14 * DAY_MS),
    'message.timestamp.type': 'LogAppendTime',
  };

  /** @returns the codes of the warnings */
  async function look(payments: TopicSettings, replication = 1): Promise<readonly string[]> {
    const settings = { ...kafkaSettings(kafka.broker, ONE_EACH), create: null };
    const { topicNames } = settings;
    const made = (
      [
        ['payments', payments],
        ['his-orders', GOOD],
      ] as const
    ).map(([topic, said]) => ({
      topic: topicNames[topic],
      numPartitions: 1,
      replicationFactor: replication,
      configEntries: Object.entries(said).map(([name, value]) => ({ name, value })),
    }));
    await admin.createTopics({ waitForLeaders: true, topics: made });
    const warnings: string[] = [];
    const log = new KafkaEventLog(settings, {
      needs: { leastRetentionMs: 3 * DAY_MS, wishedRetentionMs: 9 * DAY_MS },
      onWarning: ({ code, topic }) => void (topic === topicNames.payments && warnings.push(code)),
    });
    try {
      await log.partitions();
    } finally {
      await log.close();
    }
    return warnings;
  }

  test.each([
    ['compaction', { ...GOOD, 'cleanup.policy': 'compact' }, 'DZ_LOG_TOPIC_COMPACTED', /set it to delete/],
    [
      'compaction beside deletion',
      { ...GOOD, 'cleanup.policy': 'compact,delete' },
      'DZ_LOG_TOPIC_COMPACTED',
      /compact/,
    ],
    [
      'two days of retention',
      { ...GOOD, 'retention.ms': String(2 * DAY_MS) },
      'DZ_LOG_RETENTION_SHORT',
      /172800000/,
    ],
    [
      'more copies asked for than there are',
      { ...GOOD, 'min.insync.replicas': '2' },
      'DZ_LOG_TOPIC_UNWRITABLE',
      /min\.insync\.replicas=2, and it has 1/,
    ],
  ])('a topic with %s is refused by its name', async (_, said, code, message) => {
    await expect(look(said)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each([
    ['as it should be, but for its one copy', GOOD, []],
    [
      'with a retention below the open days',
      { ...GOOD, 'retention.ms': String(5 * DAY_MS) },
      ['DZ_LOG_RETENTION_SHORT'],
    ],
    ['that is kept for ever', { ...GOOD, 'retention.ms': '-1', 'message.timestamp.type': 'CreateTime' }, []],
    [
      'kept by the producers’ clocks',
      { ...GOOD, 'message.timestamp.type': 'CreateTime' },
      ['DZ_LOG_RETENTION_BY_EVENT_TIME'],
    ],
    ['that takes small batches', { ...GOOD, 'max.message.bytes': '10000' }, ['DZ_LOG_BATCHES_SMALL']],
    ['kept by size', { ...GOOD, 'retention.bytes': '1000000' }, ['DZ_LOG_RETENTION_BY_SIZE']],
  ])('of a topic %s what is amiss is told', async (_, said, codes) => {
    expect(await look(said)).toEqual([...codes, 'DZ_LOG_ONE_COPY']);
  });

  test('what is too large for a topic is refused by the name of its setting', async () => {
    const settings = kafkaSettings(kafka.broker, ONE_EACH);
    const configEntries = [{ name: 'max.message.bytes', value: '10000' }];
    const topics = [{ topic: settings.topicNames.payments, configEntries }];
    await admin.createTopics({ waitForLeaders: true, topics });
    const producer = new KafkaEventProducer(settings);
    const record = { topic: 'payments', key: 'k', value: Buffer.alloc(20_000, 'x') } as const;
    await expect(producer.append([record])).rejects.toMatchObject({
      code: 'DZ_LOG_REFUSED',
      message: expect.stringMatching(/set max\.message\.bytes/),
    });
    await producer.close();
  });

  test('a topic that is not there is refused by its name where none is made', async () => {
    const settings = { ...kafkaSettings(kafka.broker, ONE_EACH), create: null };
    const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
    await expect(log.partitions()).rejects.toMatchObject({
      code: 'DZ_LOG_TOPIC_MISSING',
      message: expect.stringContaining(settings.topicNames.payments),
    });
    await log.close();
  });

  test('topics may have other numbers of partitions than the configuration says, and than each other', async () => {
    const settings = { ...kafkaSettings(kafka.broker, { payments: 3, 'his-orders': 7 }) };
    const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
    expect((await log.partitions()).length).toBe(10);
    const other = {
      ...settings,
      create: { partitions: { payments: 4, 'his-orders': 4 }, replication: 1, retentionMs: -1 },
    };
    const again = new KafkaEventLog(other, { needs: NEEDS, onWarning: () => undefined });
    expect((await again.partitions()).length).toBe(10);
    await Promise.all([log.close(), again.close()]);
  });

  test('what a transaction gave up is not read, and one that is open holds back what is behind it', async () => {
    const settings = kafkaSettings(kafka.broker, ONE_EACH);
    const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
    await log.partitions();
    const topic = settings.topicNames.payments;
    const producer = kafkaClient(settings).producer({
      transactionalId: settings.group,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    const send = async (value: string) => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ key: 'k', value }] });
      return transaction;
    };
    await (await send('given up')).abort();
    await (await send('done')).commit();
    const open = await send('open');
    const plain = new KafkaEventProducer(settings);
    await plain.append([{ topic: 'payments', key: 'k', value: Buffer.from('behind it') }]);
    const values: string[] = [];
    const consumer = log.consume({
      startAt: () => Promise.resolve(0),
      maxRecords: 10,
      onBatch: async ({ records }) => {
        values.push(...records.map(({ value }) => Buffer.from(value).toString()));
        return { kind: 'done' };
      },
    });
    await expect.poll(() => values, { timeout: 20_000 }).toEqual(['done']);
    await pause(500);
    expect(values).toEqual(['done']);
    await open.commit();
    await expect.poll(() => values, { timeout: 20_000 }).toEqual(['done', 'open', 'behind it']);
    await consumer.stop();
    await Promise.all([log.close(), plain.close(), producer.disconnect()]);
  }, 60_000);

  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'a batch that unpacks to more than any producer means stops reading at its position, and can be gone past (%s)',
    { timeout: 60_000 },
    async (compression) => {
      const settings = kafkaSettings(kafka.broker, ONE_EACH);
      const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
      await log.partitions();
      const topic = settings.topicNames.payments;
      // Snappy unpacks to twenty times its size at most.
      await admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: topic,
            configEntries: [{ name: 'max.message.bytes', value: '4000000' }],
          },
        ],
      });
      const producer = kafkaClient(settings).producer();
      await producer.connect();
      const send = (...values: readonly Buffer[]) =>
        producer.send({
          topic,
          compression: COMPRESSION_TYPE[compression],
          messages: values.map((value) => ({ key: 'k', value })),
        });
      await send(Buffer.from('before it'));
      const half = Buffer.alloc(LARGEST_UNPACKED_BYTES / 2);
      await send(half, half);
      await send(Buffer.from('behind it'));
      await producer.disconnect();
      const values: string[] = [];
      const readFrom = (position: number) =>
        log.consume({
          startAt: async (partition) => (partition === 'payments/0' ? position : 0),
          maxRecords: 10,
          onBatch: async ({ partition, records }) => {
            if (partition === 'payments/0')
              values.push(...records.map(({ value }) => Buffer.from(value).toString()));
            return { kind: 'done' };
          },
        });
      const stopped = readFrom(0);
      await expect(stopped.done).rejects.toMatchObject({
        code: 'DZ_LOG_UNREADABLE',
        details: { partition: 'payments/0', position: 1 },
      });
      expect(values).toEqual(['before it']);
      // It learns of the topic first.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
      const goesOn = readFrom(3);
      await expect.poll(() => values, { timeout: 20_000 }).toEqual(['before it', 'behind it']);
      await goesOn.stop();
      await log.close();
    },
  );

  test('a record without a value is handed on as one of no bytes', async () => {
    const settings = kafkaSettings(kafka.broker, ONE_EACH);
    const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
    await log.partitions();
    await log.close();
    const producer = kafkaClient(settings).producer();
    await producer.connect();
    await producer.send({ topic: settings.topicNames.payments, messages: [{ key: 'k', value: null }] });
    await producer.disconnect();
    expect(await read(settings, 1)).toEqual(['']);
  });
});
