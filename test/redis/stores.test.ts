import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Registry } from 'prom-client';
import { redisLoginAttempts } from '../../adapters/redis/access/loginAttempts.ts';
import { redisSessions } from '../../adapters/redis/access/sessionStore.ts';
import { redisUserLocks } from '../../adapters/redis/access/userLocks.ts';
import { redisAuditHeads } from '../../adapters/redis/auditHeads.ts';
import type { RedisConnection } from '../../adapters/redis/connect.ts';
import { connectRedis, connectRedisBriefly, pingRedis, serversOf } from '../../adapters/redis/connect.ts';
import { closesEnded, redisChainLock, redisDutyLease, redisTokenIssuer } from '../../adapters/redis/lease.ts';
import { redisLiveChanges } from '../../adapters/redis/liveChanges.ts';
import { redisNoticeStream } from '../../adapters/redis/money/noticeStream.ts';
import { redisMoneyEpoch, redisOrderLocks } from '../../adapters/redis/money/orderLocks.ts';
import { redisRefundOffers } from '../../adapters/redis/money/refundOffers.ts';
import { redisVerificationCodes } from '../../adapters/redis/money/verificationCodes.ts';
import { redisNonces } from '../../adapters/redis/nonceStore.ts';
import { redisLedgerAnswers, redisPipelineMembers } from '../../adapters/redis/pipelineMembers.ts';
import { settingsLock } from '../../adapters/redis/settingsLock.ts';
import { redisWatchRelay } from '../../adapters/redis/watchRelay.ts';
import { emptyWindow } from '../../adapters/redis/window/emptyWindow.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import type { Sight } from '../../domain/watchRelay.ts';
import { buildApp } from '../../api/app.ts';
import { RATES } from '../../api/rateLimits.ts';
import { UNUSED_PARTS } from '../apiParts.ts';
import { alertOf } from '../watch/someAlert.ts';
import type { RedisCluster } from './redisCluster.ts';
import { cutOff, failOver, startRedisCluster } from './redisCluster.ts';

// What lies beside the window in its Redis, on a cluster: so many of each that every master has some.

const MANY = Array.from({ length: 30 }, (_, number) => `N${number}`);
const NOW = Date.UTC(2026, 2, 9, 4);
const now = (): number => NOW;

let dir: string;
let cluster: RedisCluster;
let redis: RedisConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-stores-'));
  cluster = await startRedisCluster(dir);
  redis = connectRedis(cluster.url);
  await redisMoneyEpoch(redis, now).begin();
});
afterAll(async () => {
  redis.disconnect();
  await cluster[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

test('sessions, attempts to log in and locks of users', async () => {
  const [sessions, attempts] = [redisSessions(redis, now), redisLoginAttempts(redis, now)];
  for (const userId of MANY) {
    const session = {
      sessionId: 's',
      userId,
      name: userId,
      roles: ['viewer' as const],
      reach: null,
      userVersion: '1',
      authenticatedAtMs: NOW,
      endsAtMs: NOW + 60_000,
    };
    await sessions.open(session);
    expect(await sessions.find(userId, 's')).toEqual(session);
    expect(await sessions.turn(userId, 's', 0)).toBe('TURNED');
    expect(await sessions.renew({ ...session, name: 'other' })).toBe(true);
    expect(await sessions.turn(userId, 's', 0)).toBe('REUSED');
    expect(await attempts.take(userId, `10.0.0.${userId.slice(1)}`)).toBe(true);
    await attempts.succeeded(userId, `10.0.0.${userId.slice(1)}`);
    expect(await attempts.useTotpStep(userId, 1)).toBe(true);
    expect(await attempts.useTotpStep(userId, 1)).toBe(false);
    expect(await redisUserLocks(redis)(userId, () => Promise.resolve('done'))).toBe('done');
  }
});

test('locks of orders, verification codes, offers of refunds and their notices', async () => {
  const locks = redisOrderLocks(redis);
  const [codes, offers, notices] = [
    redisVerificationCodes(redis, now),
    redisRefundOffers(redis),
    redisNoticeStream(redis),
  ];
  for (const orderNo of MANY) {
    const lock = await locks.hold('H001', orderNo);
    expect(await locks.hold('H001', orderNo)).toBeNull();
    await lock?.assertHeld();
    await lock?.release();
    const purpose = { userId: orderNo, subject: orderNo, amountFen: 100n };
    const { code } = await codes.issue(purpose);
    await codes.redeem(purpose, code);
    await expect(codes.redeem(purpose, code)).rejects.toMatchObject({ code: 'DZ_CODE_EXPIRED' });
    const offer = { userId: orderNo, merchantId: 'H001', orderNo, caseId: null, amountFen: 5n };
    expect(await offers.find(orderNo, await offers.put(offer, 60_000))).toEqual(offer);
    const notice = { userId: orderNo, kind: 'VERIFICATION_CODE' as const, text: code, atMs: NOW };
    await notices.deliver(notice);
    expect(await notices.latest(orderNo)).toEqual([notice]);
  }
});

test('leases of closes, of chains and of the pipeline', async () => {
  const issuer = redisTokenIssuer(redis);
  const endedBefore = await closesEnded(redis);
  for (const merchantId of MANY) {
    const run = { runId: 'r', merchantId, businessDate: '2026-03-09', mode: 'THREE_WAY' as const };
    const lease = await issuer.acquire(run, () => Promise.resolve(6n));
    expect(lease.token).toBe(7n);
    await lease.assertHeld();
    await lease.release();
    const chain = await redisChainLock(redis, () => 'me').hold(merchantId);
    await chain?.assertHeld();
    await chain?.release();
  }
  expect(await closesEnded(redis)).not.toBe(endedBefore);
  const lease = await redisDutyLease(redis, 'one');
  expect(await redisDutyLease(redis, 'other')).toBeNull();
  await lease?.release();
});

test('the pipelines that live, and what they relay to the one that keeps the alerts', async () => {
  const members = redisPipelineMembers(redis, 60_000);
  expect(await members.beat('b')).toEqual({ members: ['b'], isNew: true });
  expect(await members.beat('a')).toEqual({ members: ['a', 'b'], isNew: true });
  await members.leave('b');
  expect(await members.beat('a')).toEqual({ members: ['a'], isNew: false });
  await members.leave('a');
  const impatient = redisPipelineMembers(redis, 50);
  await impatient.beat('c');
  await pause(100);
  expect(await impatient.beat('c')).toEqual({ members: ['c'], isNew: true });
  await impatient.leave('c');

  const answers = redisLedgerAnswers(redis, 60_000);
  expect(await answers.tell('a', true)).toBe(0);
  expect(await answers.tell('b', false)).toBe(1);
  expect(await answers.tell('b', true)).toBe(1);
  expect(await answers.tell('a', false)).toBe(1);
  expect(await answers.tell('b', false)).toBe(0);
  const forgetful = redisLedgerAnswers(redis, 50);
  await forgetful.tell('c', true);
  await pause(100);
  expect(await forgetful.tell('d', false)).toBe(0);

  const relay = redisWatchRelay(redis);
  const before = await relay.idBefore(5_000);
  const sights = MANY.map((_, letters): Sight => ({ kind: 'deadLetters', letters, nowMs: 1 }));
  await relay.publish(sights);
  const read = await relay.read(before);
  expect(read.sights).toEqual(sights);
  expect(await relay.read(read.last)).toEqual({ sights: [], last: read.last });
  await redis.del('dz:watch');
  const [seconds = 0] = await redis.time();
  for (const agoS of [60, 40, 20]) await redis.xadd('dz:watch', `${Number(seconds) - agoS}000-0`, 's', '[]');
  await relay.publish(sights);
  await relay.read('0-0');
  // Two are older than whoever takes over asks for.
  expect((await redis.xrange('dz:watch', '-', '+', 'COUNT', 1))[0]?.[0]).toBe(`${Number(seconds) - 20}000-0`);
});

test('nonces, heads of the audit trail, the lock of settings, and what is told live', async () => {
  const nonces = redisNonces(redis);
  for (const nonce of MANY) {
    expect(await nonces.isFirstUse('m', nonce, 60_000)).toBe(true);
    expect(await nonces.isFirstUse('m', nonce, 60_000)).toBe(false);
  }
  const head = { writer: 'w', seq: 3, hash: 'a'.repeat(64) };
  await redisAuditHeads(redis).acknowledge(head);
  expect((await redisAuditHeads(redis).all()).get('w')).toEqual(head);
  expect(await settingsLock(redis)(() => Promise.resolve(1))).toBe(1);
  const live = redisLiveChanges(redis);
  const before = await live.newestId();
  await live.publish(
    MANY.map((merchantId) => ({ topic: 'alert', merchantId, alert: alertOf({ merchantId }) })),
  );
  expect((await live.read(before, 100)).map(({ merchantId }) => merchantId)).toEqual(MANY);
});

test('requests are counted, and nobody waits for a cluster that is away', async () => {
  const counting = connectRedisBriefly(cluster.url, 500);
  await expect.poll(() => counting.status, { timeout: 10_000 }).toBe('ready');
  const rates = { ...RATES, address: { most: 2, withinMs: 60_000 } };
  const app = await buildApp({
    ...UNUSED_PARTS,
    metrics: new Registry(),
    limits: { rates, redis: counting },
  });
  const statusOf = async (): Promise<number> => (await app.inject({ url: '/healthz' })).statusCode;
  expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([200, 200, 429]);
  await app.close();
  counting.disconnect();
  const nobody = connectRedis('redis-cluster://127.0.0.1:1', 200);
  await expect(nobody.get('a')).rejects.toThrow('Command timed out');
  await expect(pingRedis(nobody)).rejects.toThrow('Command timed out');
  nobody.disconnect();
  await pingRedis(redis);
});

test('every master has a part of it, and emptying the window leaves all that is not the window', async () => {
  const sizes = await Promise.all(serversOf(redis).map((server) => server.dbsize()));
  expect(sizes).toHaveLength(3);
  expect(Math.min(...sizes)).toBeGreaterThan(10);
  const window = new RedisWindow(redis, { slots: 16 });
  await window.markSetUp(await window.slotsToSetUp());
  expect((await window.size()).bytes).toBeGreaterThan(3_000_000);
  expect(await emptyWindow(redis, NOW, 5_000)).toBe(16);
  expect(await window.slotsToSetUp()).toHaveLength(16);
  expect(await Promise.all(serversOf(redis).map((server) => server.dbsize()))).toEqual(sizes);
});

test('a lock of an order that died with its master is known to be lost before money moves', async () => {
  const shard = await cluster.shardOf('dz:order-lock:{H001 LOST}');
  await cutOff(shard);
  const locks = redisOrderLocks(redis);
  const lock = await locks.hold('H001', 'LOST');
  await lock?.assertHeld();
  await failOver(shard, () => Promise.resolve());
  await expect(lock?.assertHeld()).rejects.toMatchObject({ code: 'DZ_ORDER_LOCK_LOST' });
  const next = await locks.hold('H001', 'LOST');
  await next?.assertHeld();
  await lock?.release();
  await next?.assertHeld();
});
