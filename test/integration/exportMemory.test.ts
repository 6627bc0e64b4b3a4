import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { writeRunFile } from '../../adapters/process/runFile.ts';
import type { TestLedger } from './ledgerHarness.ts';
import { startLedger } from './ledgerHarness.ts';
import { startRedis } from '../services/index.ts';

/** DUIZHANG_EXPORT_ROWS=1000000 shows what is promised: a million rows within 500 MB. */
const ROWS = Number(process.env['DUIZHANG_EXPORT_ROWS'] ?? '20000');
const MOST_BYTES = 500_000_000;
const ROOT = new URL('../..', import.meta.url).pathname;
const REPORTER = new URL('../../bench/files/reportUsage.mjs', import.meta.url).href;

let system: TestLedger;
let dir: string;
let redis: RedisServer;

beforeAll(async () => {
  system = await startLedger();
  dir = await mkdtemp(join(tmpdir(), 'duizhang-export-'));
  redis = await startRedis({ dir: join(dir, 'log'), appendfsync: 'everysec' });
  await system.client.command({
    query: `INSERT INTO verdicts (mode, run_id, merchant_id, order_no, key_part, kind, business_date, code, channel,
        business_type, merchant_fen, platform_fen, channel_fen, merchant_at, platform_at, channel_at)
      SELECT 'THREE_WAY', 'r1', 'H001', concat('HP20260309', leftPad(toString(number), 12, '0')), 'P', 'PAYMENT',
        '2026-03-09', 'MATCHED', 'WECHAT', '门诊', 2500 + number, 2500 + number, 2500 + number, now64(3), now64(3), now64(3)
      FROM numbers(${ROWS})`,
  });
  await system.client.command({
    query: `INSERT INTO reconciliations (run_id, merchant_id, business_date, mode, outcome, token)
      VALUES ('r1', 'H001', '2026-03-09', 'THREE_WAY', 'BALANCED', 1)`,
  });
  writeRunFile(dir, {
    pid: process.pid,
    clickhouseUrl: system.url,
    // The export is recorded first.
    logUrl: redis.url,
    auditUrl: redis.url,
    windowRedisUrl: 'redis://127.0.0.1:1',
    apiUrl: 'http://127.0.0.1:1',
    startedAt: new Date(0).toISOString(),
    configPath: join(ROOT, 'duizhang.config.yaml'),
    dataDir: dir,
    signingKeyPath: '',
    sessionKeyPath: '',
  });
}, 120_000);
afterAll(async () => {
  await redis.stop();
  await system[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

async function exported(format: string): Promise<{ path: string; peakBytes: number; seconds: number }> {
  const path = join(dir, `verdicts.${format}`);
  const usage = join(dir, `usage-${format}`);
  const began = performance.now();
  await promisify(execFile)(
    process.execPath,
    [
      '--max-semi-space-size=4',
      `--import=${REPORTER}`,
      join(ROOT, 'cli/main.ts'),
      'export',
      'verdicts',
      '--merchant',
      'H001',
      '--from',
      '2026-03-09',
      '--to',
      '2026-03-09',
      '--out',
      path,
    ],
    { env: { ...process.env, DUIZHANG_DATA: dir, DUIZHANG_USAGE_FILE: usage } },
  );
  const { peakBytes }: { peakBytes: number } = JSON.parse(await readFile(usage, 'utf8'));
  return { path, peakBytes, seconds: (performance.now() - began) / 1000 };
}

test.each(['csv', 'jsonl', 'xlsx'])(
  'a list is exported row by row, however long it is: %s',
  async (format) => {
    const { path, peakBytes, seconds } = await exported(format);
    process.stderr.write(
      `${ROWS} rows as ${format}: ${seconds.toFixed(1)} s, peak ${(peakBytes / 1e6).toFixed(0)} MB\n`,
    );
    expect(peakBytes).toBeLessThan(MOST_BYTES);
    if (format !== 'xlsx') expect(await linesOf(path)).toBe(ROWS + (format === 'csv' ? 1 : 0));
  },
  600_000,
);

async function linesOf(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path)) {
    for (const byte of chunk) if (byte === 0x0a) lines += 1;
  }
  return lines;
}
