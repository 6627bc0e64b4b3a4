import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { isAway } from '../../adapters/clickhouse/patientLedger.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { connectRedis, isRedisAway } from '../../adapters/redis/connect.ts';
import { redisMoneyEpoch, redisOrderLocks } from '../../adapters/redis/money/orderLocks.ts';
import { redisVerificationCodes } from '../../adapters/redis/money/verificationCodes.ts';
import { buildApp } from '../../api/app.ts';
import { principalsOf } from '../../api/principals.ts';
import { Registry } from 'prom-client';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { NO_LIMITS, UNUSED_CASE_DEPS, UNUSED_PARTS } from '../apiParts.ts';
import { startEngine, startMigratedEngine, startRedis } from '../services/index.ts';

// Servers of its own, which are killed and come back.

const dirs: string[] = [];
const stops: (() => unknown)[] = [];
const tempDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'dz-away-'));
  dirs.push(dir);
  return dir;
};

let engine: Engine;
let ledgerDir: string;
let redis: Awaited<ReturnType<typeof startRedis>>;
let ask: () => Promise<{ status: number; code: string }>;

beforeAll(async () => {
  ledgerDir = join(await tempDir(), 'ledger');
  engine = await startMigratedEngine({ dir: ledgerDir });
  redis = await startRedis({ dir: await tempDir(), appendfsync: 'everysec' });
  const client = connectClickHouse(engine.url, 3_000);
  const window = connectRedis(redis.url, 1_000);
  await redisMoneyEpoch(window, Date.now).begin();
  const app = await buildApp({
    ...UNUSED_PARTS,
    metrics: new Registry(),
    limits: NO_LIMITS,
    principals: principalsOf([
      { token: 'token-of-li', principal: { userId: 'li', roles: new Set(['operator']), merchants: null } },
    ]),
    cases: {
      ...UNUSED_PARTS.cases,
      deps: {
        ...UNUSED_CASE_DEPS,
        ledger: clickHouseCaseLedger(client),
        locks: redisOrderLocks(window),
        codes: redisVerificationCodes(window, Date.now),
        merchants: new Map([['H001', SAMPLE_MERCHANT]]),
        now: Date.now,
        newId: () => 'id',
      },
    },
    isAway: (error) => isAway(error) || isRedisAway(error),
  });
  stops.push(
    () => app.close(),
    () => client.close(),
    () => window.disconnect(),
  );
  ask = async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/orders/A1/refunds',
      headers: { authorization: 'Bearer token-of-li', 'idempotency-key': 'k' },
      payload: { merchantId: 'H001', amountFen: '100', verificationCode: '000000', note: 'x' },
    });
    return { status: answer.statusCode, code: answer.json().code };
  };
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await Promise.all([engine.kill9(), redis.kill9()]);
  for (const dir of dirs) await rm(dir, { recursive: true, force: true });
});

const AWAY = { status: 503, code: 'DZ_SYSTEM_AWAY' };
/** Both are there: there is nothing to refund. */
const THERE = { status: 422, code: 'DZ_REFUND_EXCEEDS' };

test('while the ledger or Redis is away a refund is answered with 503, and right again when it is back', async () => {
  expect(await ask()).toEqual(THERE);
  await engine.kill9();
  expect(await ask()).toEqual(AWAY);
  engine = await startEngine({ dir: ledgerDir, port: Number(new URL(engine.url).port) });
  await expect.poll(ask, { timeout: 20_000 }).toEqual(THERE);
  await redis.kill9();
  expect(await ask()).toEqual(AWAY);
}, 60_000);
