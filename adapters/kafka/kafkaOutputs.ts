import type { Admin } from 'kafkajs';
import { orderKeyOf } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Outputs, OutputTopic } from '../../domain/outputPorts.ts';
import { OUTPUT_TOPICS } from '../../domain/outputPorts.ts';
import { encodeAlertChange, encodeVerdictChange } from '../events/outputCodec.ts';
import { kafkaClient } from './connect.ts';
import { createMissing } from './createTopics.ts';
import { untilAnswered } from './failures.ts';
import type { RecordFor } from './kafkaAppender.ts';
import { KafkaAppender } from './kafkaAppender.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import type { TopicWarning } from './topics.ts';
import { topicSettings } from './topics.ts';

export type KafkaOutputsParts = {
  readonly settings: KafkaSettings;
  readonly names: Readonly<Record<OutputTopic, string>>;
  /** Told once of what is amiss with a topic, and works. */
  readonly onWarning: (warning: TopicWarning) => void;
  /** How long brokers are waited for that do not take what is written (default 5 s). */
  readonly waitMs?: number;
};

/** What takes longer is told as DZ_SYSTEM_LOG_AWAY, so that a process that is to end need not wait for brokers. */
const WAIT_MS = 5_000;
/** As many at once, each time with that patience: brokers that take very many are slow, and not away. */
const VERDICTS_A_WRITE = 5_000;

/** Verdicts by their order, alerts by their alert: what is said of one comes in order. */
export function kafkaOutputs({ settings, names, onWarning, waitMs = WAIT_MS }: KafkaOutputsParts): Outputs {
  const appender = new KafkaAppender<OutputTopic>({
    settings,
    names,
    waitMs,
    what: 'outputs',
  });
  const closing = new AbortController();
  return {
    async prepare() {
      const admin = kafkaClient(settings).admin();
      try {
        const warnings = await untilAnswered(closing.signal, 'to tell of its topics', async () => {
          await admin.connect();
          return prepareOutputs(admin, settings, names);
        });
        warnings.forEach(onWarning);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    },
    newVerdictBatch() {
      const records: RecordFor<OutputTopic>[] = [];
      let written = 0;
      return {
        get size() {
          return records.length;
        },
        add(judged) {
          const { merchantId, orderNo } = judged.verdict;
          const key = orderKeyOf(merchantId, orderNo);
          records.push({ topic: 'verdicts', key, value: encodeVerdictChange(judged) });
        },
        async write() {
          for (; written < records.length; written += VERDICTS_A_WRITE) {
            await appender.append(records.slice(written, written + VERDICTS_A_WRITE));
          }
        },
      };
    },
    writeAlerts: (alerts) =>
      appender.append(
        alerts.map((alert) => ({ topic: 'alerts', key: alert.alertId, value: encodeAlertChange(alert) })),
      ),
    async close() {
      closing.abort();
      await appender.close();
    },
  };
}

/** Compacted, or kept for a short while: that is for those who read them to say. */
async function prepareOutputs(
  admin: Admin,
  { create }: KafkaSettings,
  names: KafkaOutputsParts['names'],
): Promise<readonly TopicWarning[]> {
  const partitions: Readonly<Record<OutputTopic, number>> = {
    verdicts: create?.partitions.payments ?? 1,
    alerts: 1,
  };
  const wanted = OUTPUT_TOPICS.map((topic) => ({ name: names[topic], partitions: partitions[topic] }));
  await createMissing(admin, wanted, create);
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ name }) => name) });
  const said = await topicSettings(
    admin,
    topics.map(({ name }) => name),
  );
  return topics.flatMap(({ name, partitions: own }): readonly TopicWarning[] => {
    const replicas = Math.min(...own.map((partition) => partition.replicas.length));
    const insync = Number(said.get(name)?.get('min.insync.replicas') ?? 1);
    if (insync > replicas) {
      throw new DuizhangError(
        'DZ_LOG_TOPIC_UNWRITABLE',
        `the topic ${name}: min.insync.replicas=${insync}, and it has ${replicas} replicas: nothing could be written`,
        { details: { topic: name } },
      );
    }
    if (said.has(name) && (replicas < 2 || insync < 2)) {
      const message = `${replicas} replicas, min.insync.replicas=${insync}: what was told may be lost with one broker's disk; 3 and 2 survive a broker`;
      return [{ code: 'DZ_LOG_ONE_COPY', topic: name, message }];
    }
    return [];
  });
}
