// The services that tests run on: redis-server, the embedded ClickHouse engine and Maven's Kafka of this machine, or, with
// DUIZHANG_TEST_SERVICES=containers and a Docker engine, the images that docker-compose.yml pins. With
// DUIZHANG_TEST_LEDGER=cluster the embedded engine is one of a cluster's shards (embeddedCluster.ts).
import { mkdirSync } from 'node:fs';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { startEngine as startEmbedded } from '../../adapters/clickhouse/embedded/start.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import type { KafkaServer, KafkaServerOptions } from '../../adapters/process/kafkaServer.ts';
import { startKafka as startKafkaServer } from '../../adapters/process/kafkaServer.ts';
import { whyNoKafkaJars } from '../../adapters/process/kafkaJars.ts';
import type { RedisServer, RedisServerOptions } from '../../adapters/process/redisServer.ts';
import { startRedis as startRedisServer } from '../../adapters/process/redisServer.ts';
import { startClickHouseContainer } from './clickHouseContainer.ts';
import { startContainer } from './container.ts';
import { EMBEDDED_CLUSTER } from './embeddedCluster.ts';
import type { LedgerService } from './embeddedCluster.ts';
import { imageOf } from './images.ts';
import { launchKafkaContainer } from './kafkaContainer.ts';
import { copyMigrated } from './migratedLedger.ts';

const inContainers = chosen('DUIZHANG_TEST_SERVICES', ['programs', 'containers']) === 'containers';
const onCluster = chosen('DUIZHANG_TEST_LEDGER', ['server', 'cluster']) === 'cluster';
if (inContainers && onCluster) throw new Error('DUIZHANG_TEST_LEDGER=cluster is of the embedded engine');

function chosen(name: string, choices: readonly [string, string]): string {
  const value = process.env[name] ?? choices[0];
  if (!choices.includes(value)) throw new Error(`${name} is ${value}; it can be ${choices.join(' or ')}`);
  return value;
}

/** A redis-server as startRedis of adapters/process/redisServer.ts starts it. */
export function startRedis(options: RedisServerOptions): Promise<RedisServer> {
  if (!inContainers) return startRedisServer(options);
  mkdirSync(options.dir, { recursive: true });
  return startRedisServer({
    ...options,
    launch: ({ args, logFile }) =>
      startContainer({
        image: imageOf('window'),
        command: ['redis-server', ...args],
        dir: options.dir,
        logFile,
      }),
  });
}

/** A broker as startKafka of adapters/process/kafkaServer.ts starts it. */
export function startKafka(options: KafkaServerOptions): Promise<KafkaServer> {
  if (!inContainers) return startKafkaServer(options);
  return startKafkaServer({ ...options, launch: (asked) => launchKafkaContainer(options.dir, asked) });
}

const whyNoKafka = inContainers ? null : whyNoKafkaJars();
/** Whether a broker can be started here; tests that need one are skipped without, and that is said. */
export const hasKafka: boolean = whyNoKafka === null;
if (whyNoKafka !== null) process.stderr.write(`tests on Kafka are skipped: ${whyNoKafka}\n`);

const ONE_SERVER: LedgerService = {
  start: inContainers ? startClickHouseContainer : startEmbedded,
  migrate: ({ url }) => migrate(url),
  connect: ({ url }) => connectClickHouse(url),
};
export const LEDGER: LedgerService = onCluster ? EMBEDDED_CLUSTER : ONE_SERVER;

/** A ClickHouse on a folder, listening on 127.0.0.1. */
export const { start: startEngine, migrate: migrateEngine, connect: connectEngine } = LEDGER;

/** One with its schema, on a folder that is empty or not there. */
export async function startMigratedEngine(options: {
  readonly dir: string;
  readonly port?: number;
}): ReturnType<typeof startEngine> {
  if (!inContainers && !onCluster) await copyMigrated(options.dir);
  const engine = await startEngine(options);
  // Of a copy it makes sure that nothing is missing.
  await migrateEngine(engine);
  return engine;
}
