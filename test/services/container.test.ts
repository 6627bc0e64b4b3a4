import sax from 'sax';
import { getContainerRuntimeClient } from 'testcontainers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startRedis } from '../../adapters/process/redisServer.ts';
import { configOf, startClickHouseContainer } from './clickHouseContainer.ts';
import { startContainer } from './container.ts';
import { imageOf } from './images.ts';

const hasDocker = await getContainerRuntimeClient().then(
  () => true,
  () => false,
);
if (!hasDocker) process.stderr.write('2 tests of containers are skipped: no Docker engine answers\n');

test('images are those that the compose file pins', () => {
  expect(imageOf('window')).toMatch(/^redis:\d+\.\d+\.\d+/);
  expect(imageOf('clickhouse')).toMatch(/^clickhouse\/clickhouse-server:\d+(\.\d+){3}$/);
  expect(() => imageOf('nobody')).toThrow('names no image of nobody');
});

test('the settings of clickhouse-server are well-formed, and nothing of it lies outside of its folder', () => {
  const text = configOf('/tmp/dz-x', 8_123);
  const open: string[] = [];
  const values = new Map<string, string>();
  const parser = sax.parser(true);
  parser.onopentag = ({ name }) => open.push(name);
  parser.onclosetag = () => open.pop();
  parser.ontext = (value) => {
    if (value.trim() !== '') values.set(open.join('/'), value);
  };
  parser.write(text).close();
  expect(values.get('clickhouse/http_port')).toBe('8123');
  const paths = [...values].filter(([name]) => name.endsWith('path'));
  expect(paths).toHaveLength(3);
  for (const [, path] of paths) expect(path).toMatch(/^\/tmp\/dz-x\/\w+\/$/);
});

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
