// The services that tests run on: redis-server and the embedded ClickHouse engine of this machine, or, with
// DUIZHANG_TEST_SERVICES=containers and a Docker engine, the images that docker-compose.yml pins.
import { mkdirSync } from 'node:fs';
import { startEngine as startEmbedded } from '../../adapters/clickhouse/embedded/start.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import type { RedisServer, RedisServerOptions } from '../../adapters/process/redisServer.ts';
import { startRedis as startRedisServer } from '../../adapters/process/redisServer.ts';
import { startClickHouseContainer } from './clickHouseContainer.ts';
import { startContainer } from './container.ts';
import { imageOf } from './images.ts';

const CHOICES = ['programs', 'containers'];
const chosen = process.env['DUIZHANG_TEST_SERVICES'] ?? 'programs';
if (!CHOICES.includes(chosen))
  throw new Error(`DUIZHANG_TEST_SERVICES is ${chosen}; it can be ${CHOICES.join(' or ')}`);

const inContainers = chosen === 'containers';

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

/** A ClickHouse on a folder, listening on 127.0.0.1. */
export function startEngine(options: { readonly dir: string; readonly port?: number }): Promise<Engine> {
  return inContainers ? startClickHouseContainer(options) : startEmbedded(options);
}
