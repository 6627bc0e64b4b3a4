import type { Outputs } from '../domain/outputPorts.ts';
import type { EventLog, EventProducer, PartitionId, Position } from '../domain/ports.ts';
import type { Config } from './config/loadConfig.ts';
import { KafkaEventLog } from './kafka/kafkaEventLog.ts';
import { KafkaEventProducer } from './kafka/kafkaEventProducer.ts';
import type { KeptSchemas } from './events/writerSchemas.ts';
import { WriterSchemas } from './events/writerSchemas.ts';
import { kafkaOutputs } from './kafka/kafkaOutputs.ts';
import { brokersOf, kafkaSettingsOf, loginOf, outputNamesOf, registryOf } from './kafka/settingsOfConfig.ts';
import { askRegistry } from './kafka/schemaRegistry.ts';
import type { TopicWarning } from './kafka/topics.ts';
import { connectOneRedis } from './redis/connect.ts';
import { RedisEventLog } from './redis/log/redisEventLog.ts';
import { RedisEventProducer } from './redis/log/redisEventProducer.ts';

/** The event log of a system, on whichever server holds it. */
export type OpenLog = {
  readonly log: EventLog;
  /** Whether several processes may be connected as readers, so that it has to be settled which one works. */
  readonly hasGroup: boolean;
  newProducer(options?: { readonly waitMs?: number }): EventProducer;
  /** What others may read along; null: nothing is written for them. */
  newOutputs(): Outputs | null;
  /** Schemas that events were written with, at a registry; null: there is none. */
  readonly registry: WriterSchemas | null;
  /** Frees the log before a position; where retention does that, nothing. */
  trim(partition: PartitionId, before: Position): Promise<void>;
  /** Rejects when its server does not answer. */
  ping(): Promise<void>;
  /** Ends its consumers and connections; producers are their makers'. */
  close(): Promise<void>;
};

export type LogParts = {
  readonly url: string;
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Who opens it, for the servers' own records: 'pipeline', 'api', 'cli'. */
  readonly process: string;
  /** Told once of what is amiss with a topic, and works. */
  readonly onWarning: (warning: TopicWarning) => void;
  /** See WriterSchemasParts: without a kept schema, partitions stand still. */
  readonly onRegistryAway?: (error: unknown, isKept: boolean) => void;
  /** Where the schemas of a registry are kept; absent: nowhere. */
  readonly keptSchemas?: (registryUrl: string) => KeptSchemas;
};

const DAY_MS = 86_400_000;
/** The window can be made again from the log for as long (pipeline/close/dayKeeper.ts). */
const LEAST_RETENTION_MS = 3 * DAY_MS;

/** @throws DZ_CONFIG_INVALID for settings of Kafka that are wrong */
export function openLog(parts: LogParts): OpenLog {
  const brokers = brokersOf(parts.url);
  return brokers === null ? redisLog(parts) : kafkaLog(parts, brokers);
}

function redisLog({ url, config, process: name }: LogParts): OpenLog {
  const redis = connectOneRedis(url);
  const { partitions, maxBytes } = config.log;
  const topics = { payments: partitions, 'his-orders': partitions };
  const log = new RedisEventLog(redis, { topics, mayGrow: name === 'pipeline' });
  const trimmer = new RedisEventProducer(redis, { topics, maxBytes });
  return {
    log,
    hasGroup: false,
    newProducer: (options = {}) => new RedisEventProducer(redis, { topics, maxBytes, ...options }),
    // Whoever reads along there has the API and its live changes.
    newOutputs: () => null,
    registry: null,
    trim: (partition, before) => trimmer.trim(partition, before),
    ping: async () => void (await redis.ping()),
    async close() {
      await log.close();
      redis.disconnect();
    },
  };
}

function kafkaLog(parts: LogParts, brokers: readonly string[]): OpenLog {
  const { config, env, process: name, onWarning } = parts;
  const { kafka, partitions } = config.log;
  const settings = kafkaSettingsOf({
    brokers,
    login: loginOf(parts.url),
    config: kafka,
    partitions,
    env,
    clientId: `duizhang-${name}`,
  });
  const outputNames = outputNamesOf(kafka);
  const crossDayDays = Math.max(...[...config.merchants.values()].map(({ rules }) => rules.crossDayDays));
  const wishedRetentionMs = Math.max(LEAST_RETENTION_MS, (crossDayDays + 2) * DAY_MS);
  const registryAt = registryOf(kafka, env);
  const registry =
    registryAt === null
      ? null
      : new WriterSchemas({
          ask: (id, signal) => askRegistry(registryAt, id, signal),
          onAway: (error, isKept) => parts.onRegistryAway?.(error, isKept),
          kept: parts.keptSchemas?.(registryAt.url) ?? null,
        });
  const log = new KafkaEventLog(settings, {
    needs: { leastRetentionMs: LEAST_RETENTION_MS, wishedRetentionMs },
    onWarning,
    ...(registry === null
      ? {}
      : { untilReadable: (records, signal) => registry.untilKnown(records, signal) }),
  });
  // A question waits for brokers that are away: whoever asks meanwhile waits for the same one.
  let pinging: Promise<unknown> | null = null;
  return {
    log,
    hasGroup: true,
    newProducer: (options = {}) => new KafkaEventProducer(settings, options),
    registry,
    newOutputs: () =>
      outputNames === null ? null : kafkaOutputs({ settings, names: outputNames, onWarning }),
    trim: () => Promise.resolve(),
    async ping() {
      pinging ??= log.bounds().finally(() => {
        pinging = null;
      });
      await pinging;
    },
    close: () => log.close(),
  };
}
