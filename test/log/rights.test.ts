import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kafkaClient } from '../../adapters/kafka/connect.ts';
import { KafkaEventLog } from '../../adapters/kafka/kafkaEventLog.ts';
import { KafkaEventProducer } from '../../adapters/kafka/kafkaEventProducer.ts';
import { kafkaOutputs } from '../../adapters/kafka/kafkaOutputs.ts';
import type { KafkaSettings } from '../../adapters/kafka/kafkaSettings.ts';
import type { KafkaServer } from '../../adapters/process/kafkaServer.ts';
import { aVerdict } from '../integration/ledgerHarness.ts';
import { kafkaSettings, NEEDS } from './logUnderTest.ts';
import { hasKafka, startKafka } from '../services/index.ts';

// The rights of docs/kafka.md are enough, and each is needed: a broker that grants nothing else.

const { AclOperationTypes: Op, AclResourceTypes: Of } = kafkajs;
const PASSWORD = 'correct horse';

type Right = { readonly what: 'events' | 'outputs' | 'group'; readonly operation: keyof typeof Op };
const RIGHTS: readonly Right[] = [
  { what: 'events', operation: 'DESCRIBE_CONFIGS' },
  { what: 'events', operation: 'READ' },
  { what: 'events', operation: 'WRITE' },
  { what: 'outputs', operation: 'DESCRIBE_CONFIGS' },
  { what: 'outputs', operation: 'WRITE' },
  { what: 'group', operation: 'READ' },
];

describe.runIf(hasKafka)('a user with the rights that the page names', () => {
  let dir: string;
  let kafka: KafkaServer;
  let admin: Admin;
  let settings: KafkaSettings;
  let names: { readonly verdicts: string; readonly alerts: string };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-rights-'));
    kafka = await startKafka({
      dir,
      also: { LOGIN: 'SASL_PLAINTEXT' },
      scramUsers: [`SCRAM-SHA-512=[name=duizhang,password=${PASSWORD}]`],
      settings: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
        'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.login.scram-sha-512.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      },
    });
    admin = kafkaClient(kafkaSettings(kafka.broker, { payments: 1, 'his-orders': 1 })).admin();
    await admin.connect();
  }, 90_000);
  afterAll(async () => {
    await admin.disconnect();
    await kafka.stop();
    await rm(dir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    settings = {
      ...kafkaSettings(kafka.also['LOGIN'] ?? '', { payments: 1, 'his-orders': 1 }),
      sasl: { mechanism: 'scram-sha-512', username: 'duizhang', password: PASSWORD },
      create: null,
    };
    names = { verdicts: `${settings.group}.verdicts`, alerts: `${settings.group}.alerts` };
    const topics = [...Object.values(settings.topicNames), ...Object.values(names)];
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1 })),
    });
  });

  async function grant(rights: readonly Right[]): Promise<void> {
    const acl = rights.flatMap(({ what, operation }) => {
      const resources = {
        events: Object.values(settings.topicNames),
        outputs: Object.values(names),
        group: [settings.group],
      };
      return resources[what].map((resourceName) => ({
        resourceType: what === 'group' ? Of.GROUP : Of.TOPIC,
        resourceName,
        resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
        principal: 'User:duizhang',
        host: '*',
        operation: Op[operation],
        permissionType: kafkajs.AclPermissionTypes.ALLOW,
      }));
    });
    await admin.createAcls({ acl });
    // The controller knows them now; it is the broker that grants.
    await expect.poll(granted, { timeout: 20_000 }).toBe(acl.length);
  }

  /** How many rights the broker knows of this test's topics and group. */
  async function granted(): Promise<number> {
    const { resources } = await admin.describeAcls({
      resourceType: Of.ANY,
      resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
      principal: 'User:duizhang',
      operation: Op.ANY,
      permissionType: kafkajs.AclPermissionTypes.ANY,
    });
    const own = [settings.group, ...Object.values(settings.topicNames), ...Object.values(names)];
    return resources.filter(({ resourceName }) => own.includes(resourceName)).flatMap(({ acls }) => acls)
      .length;
  }

  /** All that the processes do. @returns codes of warnings */
  async function doAll(): Promise<readonly string[]> {
    const warnings: string[] = [];
    const onWarning = ({ code }: { readonly code: string }): void => void warnings.push(code);
    const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning });
    const producer = new KafkaEventProducer(settings, { waitMs: 10_000 });
    const outputs = kafkaOutputs({ settings, names, onWarning });
    try {
      await log.partitions();
      await outputs.prepare();
      await producer.append([{ topic: 'payments', key: 'k', value: Buffer.from('an event') }]);
      const read = Promise.withResolvers<void>();
      const consumer = log.consume({
        startAt: () => Promise.resolve(0),
        maxRecords: 10,
        onBatch: async ({ records }) => {
          if (records.length > 0) read.resolve();
          return { kind: 'done' };
        },
      });
      await Promise.race([read.promise, consumer.done]);
      await log.commit(new Map([['payments/0', 1]]));
      await consumer.stop();
      const batch = outputs.newVerdictBatch();
      batch.add({ verdict: aVerdict(), version: 1n, span: 0 });
      await batch.write();
      return warnings.filter((code) => !['DZ_LOG_ONE_COPY', 'DZ_LOG_RETENTION_BY_EVENT_TIME'].includes(code));
    } finally {
      await Promise.all([log.close().catch(() => undefined), producer.close(), outputs.close()]);
    }
  }

  test('can do all that is asked of it', async () => {
    await grant(RIGHTS);
    expect(await doAll()).toEqual([]);
  }, 60_000);

  test.each(RIGHTS.filter(({ operation }) => operation !== 'DESCRIBE_CONFIGS'))(
    'is refused by name without $operation of $what',
    async (without) => {
      await grant(RIGHTS.filter((right) => right !== without));
      await expect(doAll()).rejects.toMatchObject({
        code: expect.stringMatching(/^DZ_LOG_(REFUSED|TOPIC_MISSING)$/),
      });
    },
    60_000,
  );

  test('without DESCRIBE_CONFIGS it works, and says that nobody has looked at the topics', async () => {
    await grant(RIGHTS.filter(({ operation }) => operation !== 'DESCRIBE_CONFIGS'));
    expect(await doAll()).toEqual(['DZ_LOG_TOPIC_UNCHECKED', 'DZ_LOG_TOPIC_UNCHECKED']);
  }, 60_000);
});
