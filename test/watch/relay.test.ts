import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import type { RedisConnection } from '../../adapters/redis/connect.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { redisWatchRelay } from '../../adapters/redis/watchRelay.ts';
import type { DifferingOrder } from '../../domain/alertPorts.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import type { Sight } from '../../domain/watchRelay.ts';
import { differingOf } from '../../pipeline/watch/differences.ts';
import { Lookout } from '../../pipeline/watch/lookout.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { startRedis } from '../services/index.ts';
import { dayOf, roundsOf, watchOver } from './playDay.ts';

// Several pipelines see a day's stream; one of them keeps the alerts, and must find what one that saw it all finds.

const MERCHANT = { ...SAMPLE_MERCHANT, merchantId: 'H001' };
const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

let dir: string;
let server: RedisServer;
let redis: RedisConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-relay-'));
  server = await startRedis({ dir, appendfsync: 'everysec' });
  redis = connectRedis(server.url);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.kill9();
  await rm(dir, { recursive: true, force: true });
});

/** The one that empties the slot of an order. */
const ofOrder = (orderNo: string, of: number): number =>
  [...orderNo].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % of;

test('what three pipelines see is found as if one had seen it all', { timeout: 120_000 }, async () => {
  const day = dayOf(MERCHANT, 3, 2_000);
  const relay = redisWatchRelay(redis);
  const [alone, shared] = [watchOver([MERCHANT]), watchOver([MERCHANT])];
  const lookouts = [0, 1, 2].map(() => new Lookout({ relay, isWatched: () => true }));
  let [readTo, lookAtMs, events, found] = ['0-0', 0, 0, 0];
  const see = (judged: VersionedVerdict): void => {
    alone.seeOrder(differingOf(judged));
    const lookout = lookouts[ofOrder(judged.verdict.orderNo, lookouts.length)];
    if (EXCEPTION_CODES.has(judged.verdict.code) || lookout?.knows(judged)) lookout?.seeDifference(judged);
  };
  for (const { nowMs, watermarkMs, came, overdue } of roundsOf([MERCHANT], day.told)) {
    if (nowMs > day.outage.toMs + 40 * MINUTE_MS) break;
    for (const { entry, judged } of came) {
      alone.seeEvent(entry, nowMs);
      lookouts[(events += 1) % lookouts.length]?.seeEvent(entry, nowMs);
      judged.forEach(see);
    }
    overdue.forEach(see);
    if (nowMs < lookAtMs) continue;
    lookAtMs = nowMs + LOOK_EVERY_MS;
    for (const lookout of lookouts) await lookout.tell(watermarkMs);
    const { sights, last } = await relay.read(readTo);
    for (const sight of sights) shared.take(sight);
    readTo = last;
    const findings = alone.findings(watermarkMs, nowMs);
    expect(shared.findings(watermarkMs, nowMs)).toEqual(findings);
    found += findings.filter(({ kind }) => kind === 'FEED_SILENT').length;
  }
  expect(found).toBeGreaterThan(0);
});

test('what was not told yet when a pipeline became the one that keeps the alerts is not lost', async () => {
  const relay = redisWatchRelay(redis);
  const lookout = new Lookout({ relay, isWatched: () => true });
  lookout.seeDeadLetters(3, 1_000);
  const watch = watchOver([MERCHANT]);
  lookout.handTo(watch);
  lookout.seeDeadLetters(2, 1_000);
  expect(watch.findings(null, 1_000)).toMatchObject([{ kind: 'DEAD_LETTERS', orders: 5 }]);
});

test('a relay that does not take them gets the sights the next time, once', async () => {
  let isAway = true;
  const told: Sight[] = [];
  const publish = (sights: readonly Sight[]): Promise<void> => {
    if (isAway) return Promise.reject(new Error('away'));
    told.push(...sights);
    return Promise.resolve();
  };
  const lookout = new Lookout({ relay: { publish }, isWatched: () => true });
  lookout.seeDeadLetters(1, 1_000);
  await expect(lookout.tell(null)).rejects.toThrow('away');
  lookout.seeDeadLetters(2, 2_000);
  isAway = false;
  await lookout.tell(null);
  await lookout.tell(null);
  expect(told.map((sight) => (sight.kind === 'deadLetters' ? sight.letters : 0))).toEqual([1, 2]);
});

test('an order that agrees by now, of which nobody told, is found by holding the watch against the ledger', async () => {
  const day = dayOf(MERCHANT, 3, 500);
  const watch = watchOver([MERCHANT]);
  const differing: DifferingOrder[] = [];
  for (const { came, overdue } of roundsOf([MERCHANT], day.told)) {
    for (const { verdict, version, span } of [...came.flatMap(({ judged }) => judged), ...overdue]) {
      if (EXCEPTION_CODES.has(verdict.code)) differing.push(differingOf({ verdict, version, span }));
    }
    if (differing.length >= 3) break;
  }
  const [healed, meanwhile, ...stay] = differing;
  if (!healed || !meanwhile) throw new Error('no orders differ');
  for (const order of [healed, ...stay]) watch.seeOrder(order);
  await watch.holdAgainst(() => {
    watch.seeOrder(meanwhile);
    return Promise.resolve(stay);
  });
  expect(watch.oneSided().get('H001')).toBe(1 + stay.length);
  await watch.holdAgainst(() => Promise.resolve(null));
  expect(watch.oneSided().get('H001')).toBe(1 + stay.length);
});

test('an order that comes to agree while the ledger is asked stays so, whatever the ledger still said of it', async () => {
  const day = dayOf(MERCHANT, 3, 500);
  const watch = watchOver([MERCHANT]);
  const differing: DifferingOrder[] = [];
  for (const { came, overdue } of roundsOf([MERCHANT], day.told)) {
    for (const { verdict, version, span } of [...came.flatMap(({ judged }) => judged), ...overdue]) {
      if (EXCEPTION_CODES.has(verdict.code)) differing.push(differingOf({ verdict, version, span }));
    }
    if (differing.length >= 2) break;
  }
  const [healing, stays] = differing;
  if (!healing || !stays) throw new Error('no orders differ');
  for (const order of [healing, stays]) watch.seeOrder(order);
  await watch.holdAgainst(() => {
    watch.seeOrder({ ...healing, code: 'MATCHED', version: healing.version + 1n });
    return Promise.resolve([healing, stays]);
  });
  expect(watch.oneSided().get('H001')).toBe(1);
  // Told once more, under a version that is newer still, it differs again.
  await watch.holdAgainst(() => Promise.resolve([{ ...healing, version: healing.version + 2n }, stays]));
  expect(watch.oneSided().get('H001')).toBe(2);
});
