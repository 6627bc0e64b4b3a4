import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseBillLibrary } from '../../adapters/clickhouse/billLibrary.ts';
import { redisNonces } from '../../adapters/redis/nonceStore.ts';
import { receiveBytes } from '../../adapters/sources/receiveBytes.ts';
import { buildApp } from '../../api/app.ts';
import { UNUSED_PARTS } from '../apiParts.ts';
import type { Machine } from '../../domain/machine.ts';
import { authorizationOf, isAnswerSignedBy } from '../../domain/machineSignature.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { SAMPLE_MERCHANT, SAMPLES, startCloseSystem } from '../integration/closeHarness.ts';
import { readFileSync } from 'node:fs';

const DATE = '2026-03-09';
const FILE = readFileSync(`${SAMPLES}wechat-all-20260309.csv`);
const HIS = readFileSync(`${SAMPLES}his-20260309.csv`);
const ID = sha256(FILE);
const [oldKey, newKey, otherKey] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const OTHER = { ...SAMPLE_MERCHANT, merchantId: 'H002' };
const machine = (id: string, merchants: string[], keys: Buffer[]): [string, Machine] => [
  id,
  { id, merchants: new Set(merchants), mayUpload: new Set(['MERCHANT']), mayProduce: new Set(), keys },
];

let system: CloseSystem;
let app: FastifyInstance;
const nowMs = Date.UTC(2026, 2, 10, 4);
let nonces = 0;

beforeAll(async () => {
  system = await startCloseSystem();
  await system.importFile(`${SAMPLES}wechat-all-20260309.csv`, 'CHANNEL');
  await system.importFile(`${SAMPLES}platform-20260309.csv`, 'PLATFORM');
  app = await buildApp({
    ...UNUSED_PARTS,
    metrics: new Registry(),
    bills: {
      library: clickHouseBillLibrary(system.client, async (bill) =>
        bill.billId === ID ? Readable.from([FILE.subarray(0, 100), FILE.subarray(100)]) : null,
      ),
      access: {
        machines: new Map([
          machine('front', ['H001'], [oldKey, newKey]),
          machine('other', ['H002'], [otherKey]),
        ]),
        nonces: redisNonces(system.redis),
        now: () => nowMs,
      },
      merchants: new Map([SAMPLE_MERCHANT, OTHER].map((merchant) => [merchant.merchantId, merchant])),
      receive: receiveBytes,
      importBill: (bill) => importBill(bill, { ...system.importDeps, now: () => nowMs }),
      maxUploadBytes: 100_000,
    },
  });
});
afterAll(async () => {
  await app.close();
  await system[Symbol.asyncDispose]();
});

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

type Ask = {
  readonly key?: Buffer;
  readonly keyId?: string;
  readonly body?: Buffer;
  readonly signedBody?: Buffer;
  readonly saidSha256?: string;
  readonly signedUrl?: string;
  readonly nonce?: string;
  readonly atMs?: number;
};

async function ask(url: string, { key = oldKey, keyId = 'front', ...more }: Ask = {}) {
  nonces += 1;
  const nonce = more.nonce ?? `nonce-${String(nonces).padStart(16, '0')}`;
  const method = more.body ? 'POST' : 'GET';
  const bodySha256 = sha256(more.signedBody ?? more.body ?? '');
  const authorization = authorizationOf(
    { keyId, key },
    { method, target: more.signedUrl ?? url, bodySha256 },
    { nowMs: more.atMs ?? nowMs, nonce },
  );
  const answer = await app.inject({
    method,
    url,
    headers: {
      authorization,
      ...(more.body && {
        'content-type': 'application/octet-stream',
        'duizhang-body-sha256': more.saidSha256 ?? bodySha256,
        'duizhang-file-name': encodeURIComponent('../his 账单.csv'),
      }),
    },
    ...(more.body && { payload: more.body }),
  });
  const isSigned = isAnswerSignedBy(
    key,
    {
      status: answer.statusCode,
      nonce,
      bodySha256: sha256(answer.rawPayload),
      fileName: String(answer.headers['duizhang-file-name'] ?? ''),
    },
    {
      timestamp: String(answer.headers['duizhang-timestamp'] ?? ''),
      signature: String(answer.headers['duizhang-signature'] ?? ''),
    },
    nowMs,
  );
  return { answer, isSigned };
}

const LIST = `/api/v1/bills?merchantId=H001&date=${DATE}`;

test('a machine sees the bills of its hospital, by book too, in an answer that is signed', async () => {
  const { answer, isSigned } = await ask(LIST);
  expect([answer.statusCode, isSigned]).toEqual([200, true]);
  const { items } = answer.json<{ items: { id: string; book: string; isCurrent: boolean }[] }>();
  expect(items.map((item) => item.book).sort()).toEqual(['channel', 'platform']);
  const channel = await ask(`${LIST}&book=channel`);
  expect(channel.answer.json().items).toMatchObject([
    { id: ID, channel: 'WECHAT', isCurrent: true, paymentFen: expect.stringMatching(/^\d+$/) },
  ]);
});

test('the original bytes come whole, named and signed', async () => {
  const { answer, isSigned } = await ask(`/api/v1/bills/${ID}/file`);
  expect([answer.statusCode, isSigned]).toEqual([200, true]);
  expect(answer.rawPayload.equals(FILE)).toBe(true);
  expect(answer.headers['duizhang-file-name']).toBe('wechat-all-20260309.csv');
});

test('both keys are valid while one replaces the other', async () => {
  expect((await ask(LIST, { key: newKey })).isSigned).toBe(true);
});

test.each<[string, Ask]>([
  ['another key', { key: randomBytes(32) }],
  ['another machine’s key', { key: otherKey }],
  ['a machine that there is not', { keyId: 'nobody' }],
  ['another address than was signed', { signedUrl: `${LIST}&book=channel` }],
  ['a timestamp of six minutes ago', { atMs: Date.UTC(2026, 2, 10, 3, 54) }],
  ['a timestamp of six minutes ahead', { atMs: Date.UTC(2026, 2, 10, 4, 6) }],
])('%s is refused, in the same words', async (_, change) => {
  const { answer, isSigned } = await ask(LIST, change);
  expect([answer.statusCode, answer.json().code, isSigned]).toEqual([401, 'DZ_UNAUTHENTICATED', false]);
  expect(answer.json().detail).toMatch(/^the request is not signed by a machine that we know/);
});

test('a request that is sent again is refused', async () => {
  expect((await ask(LIST, { nonce: 'once-only-0123456789' })).answer.statusCode).toBe(200);
  expect((await ask(LIST, { nonce: 'once-only-0123456789' })).answer.statusCode).toBe(401);
});

test('without a signature nothing is told', async () => {
  for (const url of [LIST, `/api/v1/bills/${ID}/file`]) expect((await app.inject(url)).statusCode).toBe(401);
});

test('what is of another hospital is not there', async () => {
  const other = { key: otherKey, keyId: 'other' };
  expect((await ask(LIST, other)).answer.statusCode).toBe(404);
  expect((await ask(`/api/v1/bills/${ID}/file`, other)).answer.statusCode).toBe(404);
  const none = await ask(`/api/v1/bills/${sha256('none')}/file`, other);
  expect([none.answer.statusCode, none.isSigned]).toEqual([404, true]);
});

test('a bill that a machine brings is imported once', async () => {
  const url = `/api/v1/bills?merchantId=H001&book=merchant`;
  const { answer, isSigned } = await ask(url, { body: HIS });
  expect([answer.statusCode, isSigned]).toEqual([200, true]);
  expect(answer.json()).toMatchObject({
    status: 'imported',
    bill: { id: sha256(HIS), book: 'merchant', date: DATE, fileName: 'his 账单.csv', isCurrent: true },
  });
  expect((await ask(url, { body: HIS })).answer.json().status).toBe('known');
});

test.each<[string, string, Ask, number, string]>([
  ['whose bytes are not those signed', '', { signedBody: FILE }, 400, 'DZ_BODY_CHANGED'],
  ['whose hash is not the one signed', '', { saidSha256: sha256('x') }, 401, 'DZ_UNAUTHENTICATED'],
  ['of another hospital', '&merchantId=H002', {}, 404, 'DZ_NOT_FOUND'],
  ['of a book that it may not bring', '&book=channel', {}, 403, 'DZ_FORBIDDEN'],
  ['that is too long', '', { body: Buffer.alloc(200_000, 'x') }, 413, 'DZ_SOURCE_TOO_LARGE'],
  ['that is none', '', { body: Buffer.from('hello') }, 400, 'DZ_BILL_UNKNOWN_FORMAT'],
  ['of another date than it says', '&date=2026-03-10', {}, 400, 'DZ_BILL_OTHER_DATE'],
])('a bill %s is refused', async (_, query, change, status, code) => {
  const book = query.includes('book') ? '' : '&book=merchant';
  const merchant = query.includes('merchantId') ? 'a=' : 'merchantId=H001';
  const { answer } = await ask(`/api/v1/bills?${merchant}${book}${query}`.replace('a=&', ''), {
    body: HIS,
    ...change,
  });
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
});
