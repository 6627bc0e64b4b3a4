import { spawnSync } from 'node:child_process';
import sax from 'sax';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { openLog } from '../../adapters/openLog.ts';
import { KAFKA_VERSION } from '../../adapters/process/kafkaJars.ts';
import { startKafka } from '../../adapters/process/kafkaServer.ts';
import { startRedis } from '../../adapters/process/redisServer.ts';
import { hasDocker } from '../hasDocker.ts';
import { clusterConfigs } from './clickHouseCluster.ts';
import { configOf, startClickHouseContainer } from './clickHouseContainer.ts';
import { startContainer } from './container.ts';
import { imageOf } from './images.ts';
import { launchKafkaContainer, scriptOf } from './kafkaContainer.ts';

test('images are those that the compose file pins', () => {
  expect(imageOf('window')).toMatch(/^redis:\d+\.\d+\.\d+/);
  expect(imageOf('clickhouse')).toMatch(/^clickhouse\/clickhouse-server:\d+(\.\d+){3}$/);
  expect(() => imageOf('nobody')).toThrow('names no image of nobody');
});

/** What config.xml says, by the path of its elements. */
function valuesOf(xml: string): ReadonlyMap<string, readonly string[]> {
  const open: string[] = [];
  const values = new Map<string, string[]>();
  const parser = sax.parser(true);
  parser.onopentag = ({ name }) => open.push(name);
  parser.onclosetag = () => open.pop();
  parser.ontext = (value) => {
    const path = open.join('/');
    if (value.trim() !== '') values.set(path, [...(values.get(path) ?? []), value]);
  };
  parser.write(xml).close();
  return values;
}

test('the settings of clickhouse-server are well-formed, and nothing of it lies outside of its folder', () => {
  const values = valuesOf(configOf('/tmp/dz-x', 8_123));
  expect(values.get('clickhouse/http_port')).toEqual(['8123']);
  const paths = [...values].filter(([name]) => name.endsWith('path'));
  expect(paths).toHaveLength(3);
  for (const [, [path]] of paths) expect(path).toMatch(/^\/tmp\/dz-x\/\w+\/$/);
});

test('the servers of a cluster know themselves by their place, and all of them the same shards and Keeper', async () => {
  const servers = [...(await clusterConfigs('/tmp/dz-x'))].map(([place, { dir, more }]) => ({
    place,
    values: valuesOf(configOf(dir, 8_123, more)),
  }));
  expect(servers.map(({ place }) => place)).toEqual(['1a', '1b', '2a', '2b']);
  const native = servers.map(({ values }) => values.get('clickhouse/tcp_port')?.[0]);
  expect(new Set(native).size).toBe(4);
  for (const { place, values } of servers) {
    const macros = ['shard', 'replica'].map((name) => values.get(`clickhouse/macros/${name}`)?.[0]);
    expect(macros.join('')).toBe(place);
    expect(values.get('clickhouse/remote_servers/books/shard/replica/port')).toEqual(native);
    expect(values.get('clickhouse/remote_servers/books/shard/internal_replication')).toEqual([
      'true',
      'true',
    ]);
    const keeper = servers[0]?.values.get('clickhouse/keeper_server/tcp_port');
    expect(values.get('clickhouse/zookeeper/node/port')).toEqual(keeper);
  }
});

test('a broker in a container makes its folder once, and is started on the settings that a test has written', () => {
  const files = { log4j: '/tmp/x/log4j2.properties', server: '/tmp/x/server.properties', log: '/tmp/x/log' };
  const users = ['--add-scram', 'SCRAM-SHA-512=[name=a,password=it’s]'];
  const script = scriptOf('/tmp/x', { format: ['format', ...users], files, heapMb: 256 });
  // The shell takes it apart as it was put together.
  const words = spawnSync(
    'sh',
    ['-c', script.replaceAll('/opt/kafka/bin/', 'printf "%s|" ').replace('exec ', '')],
    {
      encoding: 'utf8',
    },
  ).stdout;
  expect(words).toBe(`kafka-storage.sh|format|${users.join('|')}|kafka-server-start.sh|${files.server}|`);
  expect(scriptOf('/tmp/x', { format: null, files, heapMb: 256 })).not.toContain('storage');
  expect(imageOf('kafka')).toBe(`apache/kafka:${KAFKA_VERSION}`);
});

test.skipIf(!hasDocker)(
  'a Kafka container takes what is written and keeps it over kill -9',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dz-container-'));
    const start = (port?: number) =>
      startKafka({
        dir,
        ...(port === undefined ? {} : { port }),
        launch: (asked) => launchKafkaContainer(dir, asked),
      });
    const first = await start();
    const config = loadConfig(new URL('../../duizhang.config.yaml', import.meta.url).pathname);
    const opened = openLog({ url: first.url, config, env: {}, process: 'test', onWarning: () => undefined });
    await opened.log.bounds();
    const producer = opened.newProducer();
    await producer.append([{ topic: 'payments', key: 'a b', value: Buffer.from('x') }]);
    await first.kill9();
    const second = await start(first.port);
    const ends = [...(await opened.log.bounds()).values()].map(({ end }) => end);
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(1);
    await Promise.all([producer.close(), opened.close()]);
    await second.stop();
    await rm(dir, { recursive: true });
  },
  300_000,
);

test.skipIf(!hasDocker)(
  'a redis container keeps its folder over kill -9',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dz-container-'));
    const start = (port?: number) =>
      startRedis({
        dir,
        appendfsync: 'always',
        ...(port === undefined ? {} : { port }),
        launch: ({ args, logFile }) =>
          startContainer({ image: imageOf('window'), command: ['redis-server', ...args], dir, logFile }),
      });
    const first = await start();
    const client = new Redis(first.url);
    client.on('error', () => undefined);
    await client.set('kept', 'yes');
    await first.kill9();
    const second = await start(first.port);
    expect(await client.get('kept')).toBe('yes');
    client.disconnect();
    await second.stop();
    await rm(dir, { recursive: true });
  },
  300_000,
);

test.skipIf(!hasDocker)(
  'a ClickHouse container answers on its port',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dz-container-'));
    const engine = await startClickHouseContainer({ dir });
    const answer = await fetch(`${engine.url}/?query=SELECT%201`);
    expect(await answer.text()).toBe('1\n');
    await engine.stop();
    await rm(dir, { recursive: true });
  },
  300_000,
);
