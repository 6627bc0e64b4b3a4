import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LogEventIntake } from '../../adapters/events/eventIntake.ts';
import { RedisEventLog } from '../../adapters/redis/log/redisEventLog.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import { redisNonces } from '../../adapters/redis/nonceStore.ts';
import { buildApp } from '../../api/app.ts';
import type { Machine } from '../../domain/machine.ts';
import { isAnswerSignedBy } from '../../domain/machineSignature.ts';
import type { Topic } from '../../domain/ports.ts';
import { UNUSED_PARTS } from '../apiParts.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { signedAs } from './signedAs.ts';
import { startRedis } from '../services/index.ts';

const URL_OF_EVENTS = '/api/v1/events';
const NOW_MS = Date.UTC(2026, 2, 9, 4);
const TOPICS = { payments: 1, 'his-orders': 1 };
const [key, nextKey, otherKey, readersKey] = [0, 1, 2, 3].map(() => randomBytes(32));
const OTHER = { ...SAMPLE_MERCHANT, merchantId: 'H002' };

let dir: string;
let server: Awaited<ReturnType<typeof startRedis>>;
let redis: Redis;
let app: FastifyInstance;
let closed: FastifyInstance;

function machine(id: string, merchants: string[], topics: Topic[], keys: readonly (Buffer | undefined)[]) {
  const known: Machine = {
    id,
    merchants: new Set(merchants),
    mayUpload: new Set(),
    mayProduce: new Set(topics),
    keys: keys.filter((each) => each !== undefined),
  };
  return [id, known] as const;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'duizhang-producers-'));
  server = await startRedis({ dir, appendfsync: 'everysec' });
  redis = new Redis(server.url);
  const appOf = (takesUnsignedEvents: boolean) =>
    buildApp({
      ...UNUSED_PARTS,
      takesUnsignedEvents,
      intake: new LogEventIntake({
        producer: new RedisEventProducer(redis, { topics: TOPICS, maxBytes: 10_000_000, waitMs: 1_000 }),
        merchants: new Map([SAMPLE_MERCHANT, OTHER].map((each) => [each.merchantId, each])),
      }),
      metrics: new Registry(),
      bills: {
        ...UNUSED_PARTS.bills,
        access: {
          machines: new Map([
            machine('his-h001', ['H001'], ['his-orders'], [key, nextKey]),
            machine('pay', ['H001', 'H002'], ['payments', 'his-orders'], [otherKey]),
            machine('reader', ['H001'], [], [readersKey]),
          ]),
          nonces: redisNonces(redis),
          now: () => NOW_MS,
        },
      },
    });
  app = await appOf(false);
  closed = await appOf(true);
});
afterAll(async () => {
  await app.close();
  await closed.close();
  redis.disconnect();
  await server.stop();
  await rm(dir, { recursive: true });
});

const hisOrder = (merchantId = 'H001') => ({
  eventId: randomUUID(),
  merchantId,
  kind: 'PAYMENT',
  orderNo: `A-${randomUUID()}`,
  refundNo: null,
  hisOrderNo: 'R1',
  amountFen: '2500',
  occurredAt: '2026-03-09T10:00:02+08:00',
  businessType: 'REGISTRATION',
});
const payment = (merchantId = 'H001') => {
  const { hisOrderNo: _, ...event } = hisOrder(merchantId);
  return { ...event, channel: 'WECHAT', channelTxnNo: `42-${event.eventId}` };
};

type Sent = {
  readonly keyId?: string;
  readonly key?: Uint8Array | undefined;
  readonly url?: string;
  readonly signedUrl?: string;
  readonly sentBody?: string;
  readonly nonce?: string;
  readonly atMs?: number;
  readonly method?: 'GET' | 'POST';
};

function requestOf(events: readonly unknown[], sent: Sent = {}): InjectOptions {
  const body = JSON.stringify(events);
  const url = sent.url ?? URL_OF_EVENTS;
  const headers = signedAs(
    { keyId: sent.keyId ?? 'his-h001', key: sent.key ?? key ?? Buffer.alloc(0) },
    {
      method: sent.method ?? 'POST',
      url: sent.signedUrl ?? url,
      body,
      atMs: sent.atMs ?? NOW_MS,
      ...(sent.nonce === undefined ? {} : { nonce: sent.nonce }),
    },
  );
  return {
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: sent.sentBody ?? body,
  };
}

async function written(): Promise<number> {
  const log = new RedisEventLog(redis.duplicate(), { topics: TOPICS });
  const bounds = await log.bounds();
  await log.close();
  return [...bounds.values()].reduce((sum, { end }) => sum + end, 0);
}

test('a producer writes events of its hospital and topic, and is answered with a signature', async () => {
  const before = await written();
  const request = requestOf([hisOrder()]);
  const answer = await app.inject(request);
  expect([answer.statusCode, answer.json()]).toMatchObject([200, { accepted: 1, rejected: 0 }]);
  expect(await written()).toBe(before + 1);
  const nonce = /nonce="([^"]+)"/.exec(String(request.headers?.['authorization']))?.[1] ?? '';
  const said = {
    timestamp: String(answer.headers['duizhang-timestamp']),
    signature: String(answer.headers['duizhang-signature']),
  };
  const bodySha256 = createHash('sha256').update(answer.rawPayload).digest('hex');
  const signed = { status: 200, nonce, bodySha256, fileName: '' };
  expect(isAnswerSignedBy(key ?? Buffer.alloc(0), signed, said, NOW_MS)).toBe(true);
});

test('both keys are good while one replaces the other', async () => {
  expect((await app.inject(requestOf([hisOrder()], { key: nextKey }))).statusCode).toBe(200);
});

test('of a hospital or topic that is not its own each event is rejected, alike whether there is such a hospital', async () => {
  const before = await written();
  const answer = await app.inject(
    requestOf([hisOrder('H002'), hisOrder('H404'), payment('H001'), hisOrder('H001')]),
  );
  const { accepted, results } = answer.json();
  expect(accepted).toBe(1);
  expect(results.map(({ code }: { code?: string }) => code ?? 'taken')).toEqual([
    'DZ_EVENT_NOT_YOURS',
    'DZ_EVENT_NOT_YOURS',
    'DZ_EVENT_NOT_YOURS',
    'taken',
  ]);
  expect(results[0].reason.replace('H002', 'H404')).toBe(results[1].reason);
  expect(await written()).toBe(before + 1);
  const pay = { keyId: 'pay', key: otherKey };
  expect((await app.inject(requestOf([payment('H002'), hisOrder('H001')], pay))).json().accepted).toBe(2);
});

test('the topic of the query cannot bring in what the machine may not write', async () => {
  const url = `${URL_OF_EVENTS}?topic=payments`;
  const answer = await app.inject(requestOf([payment()], { url }));
  expect(answer.json().results).toMatchObject([{ status: 'rejected', code: 'DZ_EVENT_NOT_YOURS' }]);
});

test.each<[string, Sent]>([
  ['with another key', { key: otherKey }],
  ['of a machine that there is not', { keyId: 'nobody' }],
  ['signed for another address', { signedUrl: `${URL_OF_EVENTS}?topic=payments` }],
  ['signed for another method', { method: 'GET' }],
  ['signed six minutes ago', { atMs: NOW_MS - 360_000 }],
  ['signed six minutes ahead', { atMs: NOW_MS + 360_000 }],
])('a request %s is refused, and nothing is written', async (_, change) => {
  const before = await written();
  const answer = await app.inject(requestOf([hisOrder()], change));
  expect([answer.statusCode, answer.json().code]).toEqual([401, 'DZ_UNAUTHENTICATED']);
  expect(await written()).toBe(before);
});

test('a body that was changed on the way is refused, and nothing of it is written', async () => {
  const before = await written();
  const answer = await app.inject(requestOf([hisOrder()], { sentBody: JSON.stringify([hisOrder()]) }));
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'DZ_BODY_CHANGED']);
  expect(await written()).toBe(before);
});

test('a request that is sent again is refused, also when it comes twice at once', async () => {
  const before = await written();
  const request = requestOf([hisOrder()], { nonce: 'once-only-0123456789' });
  const answers = await Promise.all([app.inject(request), app.inject(request)]);
  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 401]);
  expect((await app.inject(request)).statusCode).toBe(401);
  expect(await written()).toBe(before + 1);
});

test('a machine that may only fetch bills sends no events', async () => {
  const answer = await app.inject(requestOf([hisOrder()], { keyId: 'reader', key: readersKey }));
  expect([answer.statusCode, answer.json().code]).toEqual([403, 'DZ_FORBIDDEN']);
});

test('unsigned events are taken from this machine alone, and not once a producer is known', async () => {
  const request: InjectOptions = { method: 'POST', url: URL_OF_EVENTS, payload: [hisOrder()] };
  expect((await closed.inject(request)).statusCode).toBe(200);
  expect((await app.inject(request)).statusCode).toBe(401);
  for (const change of [
    { remoteAddress: '10.0.0.9' },
    { headers: { 'x-forwarded-for': '10.0.0.9' } },
    { headers: { origin: 'https://evil.example' } },
    { headers: { host: 'evil.example' } },
    { headers: { authorization: 'Bearer anything-that-is-long-enough-for-a-token' } },
  ]) {
    expect((await closed.inject({ ...request, ...change })).statusCode).toBe(401);
  }
});
