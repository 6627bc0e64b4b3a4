import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import type { RedisConnection } from '../../adapters/redis/connect.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { redisDutyLease } from '../../adapters/redis/lease.ts';
import { redisLiveChanges } from '../../adapters/redis/liveChanges.ts';
import type { CloseLease } from '../../domain/closePorts.ts';
import { AlertKeeper } from '../../pipeline/watch/keepAlerts.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { startLedger } from '../integration/ledgerHarness.ts';
import type { TestLedger } from '../integration/ledgerHarness.ts';
import { startRedis } from '../services/index.ts';
import { watchOver } from './playDay.ts';

const NOW = Date.UTC(2026, 2, 9, 4);
/** Nobody stands still for so long here: where it is to be over, it is taken away. */
const LEASE_MS = 60_000;

let dir: string;
let server: RedisServer;
let redis: RedisConnection;
let ledger: TestLedger;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-duties-'));
  server = await startRedis({ dir, appendfsync: 'everysec' });
  redis = connectRedis(server.url);
  ledger = await startLedger();
});
afterAll(async () => {
  redis.disconnect();
  await server.kill9();
  await ledger[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function held(member: string): Promise<CloseLease> {
  const lease = await redisDutyLease(redis, member, LEASE_MS);
  if (lease === null) throw new Error('somebody else has the duties');
  return lease;
}

/** With something to tell. */
async function keeperOn(lease: CloseLease, nowMs = NOW): Promise<AlertKeeper> {
  const watch = watchOver([SAMPLE_MERCHANT]);
  const keeper = new AlertKeeper({
    watch,
    slow: { findings: () => [] },
    ledger: clickHouseAlertLedger(ledger.client),
    live: redisLiveChanges(redis),
    assertKeeps: () => lease.assertHeld(),
    watermark: () => Promise.resolve(null),
    now: () => nowMs,
  });
  await keeper.resume();
  watch.seeDeadLetters(3, nowMs);
  return keeper;
}

test('one that stood still opens no alert that whoever has its duties by now would not know of', async () => {
  const ledgerHas = () => clickHouseAlertLedger(ledger.client).alertsSince(0);
  const first = await held('first');
  const keeper = await keeperOn(first);
  await redis.del('dz:duties:{duties}:lease');
  const second = await held('second');
  await expect(keeper.round()).rejects.toMatchObject({ code: 'DZ_SYSTEM_PIPELINE_REPLACED' });
  expect(await ledgerHas()).toEqual([]);
  await (await keeperOn(second)).round();
  expect(await ledgerHas()).toMatchObject([{ kind: 'DEAD_LETTERS', state: 'OPEN' }]);
  await first.release();
  await second.release();
});

test('of two alerts of one subject, which crossed on their way to the ledger, the first goes on and the second ends', async () => {
  await ledger.client.command({ query: 'TRUNCATE TABLE alerts' });
  const lease = await held('third');
  const crossing = [await keeperOn(lease), await keeperOn(lease, NOW + 1_000)];
  for (const keeper of crossing) await keeper.round();
  const states = async () =>
    (await clickHouseAlertLedger(ledger.client).alertsSince(0)).map(({ state }) => state);
  expect(await states()).toEqual(['OPEN', 'OPEN']);
  await (await keeperOn(lease, NOW + 2_000)).round();
  expect(await states()).toEqual(['OPEN', 'CLOSED']);
  await lease.release();
});
