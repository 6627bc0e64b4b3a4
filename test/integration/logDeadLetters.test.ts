import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { writeRunFile } from '../../adapters/process/runFile.ts';
import { recordsOf } from '../../adapters/redis/log/streamReply.ts';
import { deadLettersCommand } from '../../cli/commands/deadLetters.ts';
import { startMigratedEngine, startRedis } from '../services/index.ts';

let dir: string;
let server: RedisServer;
let engine: Engine;
let redis: Redis;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-dead-'));
  [server, engine] = await Promise.all([
    startRedis({ dir, appendfsync: 'always' }),
    startMigratedEngine({ dir: join(dir, 'clickhouse') }),
  ]);
  redis = new Redis(server.url);
  writeRunFile(dir, {
    pid: process.pid,
    clickhouseUrl: engine.url,
    logUrl: server.url,
    auditUrl: server.url,
    windowRedisUrl: server.url,
    apiUrl: 'http://127.0.0.1:1',
    startedAt: '2026-11-24T00:00:00Z',
    signingKeyPath: '',
    sessionKeyPath: '',
    configPath: fileURLToPath(new URL('../../duizhang.config.yaml', import.meta.url)),
    dataDir: dir,
  });
  const client = connectClickHouse(engine.url);
  await client.insert({
    table: 'dead_letters',
    format: 'JSONEachRow',
    values: [3, 7, 9].map((position) => ({
      log_partition: 'payments/1',
      log_position: position,
      code: 'DZ_EVENT_UNKNOWN_MERCHANT',
      reason: 'merchant "H999" is not configured',
      value_base64: Buffer.from([0xc3, 0x01, position]).toString('base64'),
      received_at: '2026-11-24 09:00:00.000',
      replayed_at: null,
      version: 0,
    })),
  });
  await client.close();
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([server.stop(), engine.stop()]);
  await rm(dir, { recursive: true, force: true });
});

async function deadLetters(...args: string[]): Promise<{ exit: number; out: string; told: string }> {
  let out = '';
  let told = '';
  const exit = await deadLettersCommand.run(args, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      told += text;
    },
    env: { DUIZHANG_DATA: dir },
    cwd: process.cwd(),
  });
  return { exit, out, told };
}

async function replayedBytes(): Promise<readonly number[]> {
  const entries = await redis.xrangeBuffer('dz:log:payments:1', '-', '+');
  const wanted = { partition: 'payments/1', from: 1, maxRecords: 100 };
  return recordsOf(wanted, entries).map(({ value }) => value.at(-1) ?? -1);
}

test('dead letters are listed, replayed into their partition with their bytes, and marked', async () => {
  const before = await deadLetters('list', '--json');
  expect(before.exit).toBe(1);
  const letters = before.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(letters.map((letter) => letter.log_position)).toEqual(['3', '7', '9']);

  await deadLetters('replay', '--partition', 'payments/1', '--position', '7');
  expect(await replayedBytes()).toEqual([7]);
  await expect(deadLetters('replay', '--partition', 'payments/1', '--position', '7')).rejects.toMatchObject({
    code: 'DZ_DEAD_LETTER_REPLAYED',
  });

  await deadLetters('replay', '--all');
  await deadLetters('replay', '--all');
  expect(await replayedBytes()).toEqual([7, 3, 9]);
  const newest = await deadLetters('list', '--limit', '1');
  expect(newest.told).toBe('3 dead letters, 0 not replayed, the newest 1 are shown\n');
  const after = await deadLetters('list');
  expect(after.exit).toBe(0);
  expect(after.out.match(/replayed 2/g)).toHaveLength(3);
});

test('an unknown letter and wrong usage are refused', async () => {
  const unknown = deadLetters('replay', '--partition', 'payments/1', '--position', '99');
  await expect(unknown).rejects.toMatchObject({ code: 'DZ_DEAD_LETTER_UNKNOWN' });
  for (const args of [
    [],
    ['replay'],
    ['replay', '--all', '--partition', 'x', '--position', '1'],
    ['list', '--limit', 'x'],
  ]) {
    await expect(deadLetters(...args)).rejects.toMatchObject({ code: 'DZ_USAGE' });
  }
});
