import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { ApiParts } from '../../api/app.ts';
import { buildApp } from '../../api/app.ts';
import { principalsOf } from '../../api/principals.ts';
import { RATES } from '../../api/rateLimits.ts';
import type { Role } from '../../domain/principal.ts';
import { UNUSED_PARTS, UNUSED_QUERIES } from '../apiParts.ts';
import { startRedis } from '../services/index.ts';

const page = async () => ({ items: [], nextCursor: null });
const html = {
  fileName: 'x.html',
  contentType: 'text/html; charset=utf-8',
  bytes: ReadableStream.from(['<p>']),
};
const tokenOf = (name: string) => ({ authorization: `Bearer token-of-${name}` });
const EXCEPTIONS = '/api/v1/exceptions';

function appOf(more: Partial<ApiParts> = {}) {
  const user = (userId: string, role: Role) => ({
    token: `token-of-${userId}`,
    principal: { userId, roles: new Set([role]), merchants: null },
  });
  return buildApp({
    ...UNUSED_PARTS,
    queries: { ...UNUSED_QUERIES, exceptions: page },
    exports: { open: () => Promise.reject(new Error('a secret path /srv/ledger')) },
    statements: { open: async () => html },
    intake: { accept: async () => [] },
    metrics: new Registry(),
    principals: principalsOf([user('li', 'operator'), user('wang', 'viewer')]),
    ...more,
  });
}

test('every answer forbids framing, sniffing and loading, and no other site may read it', async () => {
  const app = await appOf();
  const urls = ['/', '/openapi.json', EXCEPTIONS, '/nothing', '/docs/', '/healthz', '/%zz'];
  for (const url of [...urls, `${EXCEPTIONS}/${'x'.repeat(2_000)}`]) {
    const { headers } = await app.inject({
      url,
      headers: { ...tokenOf('li'), origin: 'https://evil.example' },
    });
    expect([url, headers['content-security-policy']]).toEqual([
      url,
      expect.stringMatching(/default-src '(none|self)'.*frame-ancestors 'none'/),
    ]);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: EXCEPTIONS,
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
  });
  expect(preflight.statusCode).toBe(404);
  expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
});

test('a page that is shown may bring its style, and no script', async () => {
  const app = await appOf();
  const url = '/api/v1/statements?merchantId=H001&date=2026-03-09&format=html';
  const { headers } = await app.inject({ url, headers: tokenOf('li') });
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'.*style-src 'unsafe-inline'; sandbox/,
  );
  expect(headers['content-security-policy']).not.toContain('script');
});

test('who asks too often is told when to come again, and keeps nobody else from asking', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'duizhang-rates-'));
  const server = await startRedis({ dir, appendfsync: 'everysec' });
  const redis = new Redis(server.url, { maxRetriesPerRequest: 1, enableOfflineQueue: true });
  redis.on('error', () => undefined);
  const limits = { rates: { ...RATES, read: { most: 3, withinMs: 60_000 } }, redis };
  const [app, another] = [await appOf({ limits }), await appOf({ limits })];
  const ask = (name: string, at = app) => at.inject({ url: EXCEPTIONS, headers: tokenOf(name) });
  for (let n = 0; n < 3; n += 1) expect((await ask('li')).statusCode).toBe(200);
  const held = await ask('li');
  expect([held.statusCode, held.json().code]).toEqual([429, 'DZ_TOO_OFTEN']);
  expect(Number(held.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(held.headers['retry-after'])).toBeLessThanOrEqual(60);
  // Another process counts with it, another person and another class for themselves.
  expect((await ask('li', another)).statusCode).toBe(429);
  expect((await ask('wang')).statusCode).toBe(200);
  const money = { method: 'POST', url: `${EXCEPTIONS}/bulk`, headers: tokenOf('li'), payload: {} } as const;
  expect((await app.inject(money)).statusCode).toBe(400);
  // What cannot be counted is let through.
  await server.stop();
  expect((await ask('li')).statusCode).toBe(200);
  redis.disconnect();
  await rm(dir, { recursive: true });
});

test('those whom nobody knows are held up by their address, before a token is looked at', async () => {
  const app = await appOf({
    limits: { rates: { ...RATES, address: { most: 5, withinMs: 60_000 } }, redis: null },
  });
  const guess = (remoteAddress: string) =>
    app.inject({ url: EXCEPTIONS, headers: tokenOf('x'), remoteAddress });
  for (let n = 0; n < 5; n += 1) expect((await guess('10.0.0.1')).statusCode).toBe(401);
  expect((await guess('10.0.0.1')).statusCode).toBe(429);
  expect((await guess('10.0.0.2')).statusCode).toBe(401);
  // An IPv6 caller has a whole /64 to come from.
  for (let n = 0; n < 5; n += 1) expect((await guess(`2001:db8::${n}`)).statusCode).toBe(401);
  expect((await guess('2001:db8::99')).statusCode).toBe(429);
  expect((await guess('2001:db8:0:1::1')).statusCode).toBe(401);
});

test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'text/html'])(
  'a body of %s is none',
  async (type) => {
    const app = await appOf();
    const headers = { ...tokenOf('li'), 'content-type': type, 'idempotency-key': 'k' };
    const answer = await app.inject({ method: 'POST', url: `${EXCEPTIONS}/bulk`, headers, payload: '{}' });
    expect(answer.statusCode).toBe(415);
  },
);

test('a body is as large as its route needs, and no larger', async () => {
  const app = await appOf();
  const headers = { ...tokenOf('li'), 'idempotency-key': 'k', 'content-type': 'application/json' };
  const payload = JSON.stringify({ note: 'x'.repeat(300_000) });
  const money = { method: 'POST', url: `${EXCEPTIONS}/bulk`, headers, payload } as const;
  expect((await app.inject(money)).statusCode).toBe(413);
  const events = { method: 'POST', url: '/api/v1/events', payload: [{ note: 'x'.repeat(300_000) }] } as const;
  expect((await app.inject(events)).statusCode).toBe(200);
});

test('an inner failure tells nothing of what is inside', async () => {
  const app = await appOf();
  const answer = await app.inject({ url: '/api/v1/exports/bills?format=csv', headers: tokenOf('li') });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toMatch(/secret|srv|at .*\.ts/);
  expect(answer.headers['server']).toBeUndefined();
});

const PATIENCE = { headersMs: 300, requestMs: 600, lookEveryMs: 50 };

/** What a server answers on a connection, until it closes it. */
async function answerTo(
  port: number,
  send: (write: (text: string) => boolean) => Promise<void>,
): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([send((text) => socket.write(text)), closed]);
  await closed;
  return heard;
}

test.each([
  ['headers', 'GET / HTTP/1.1\r\nhost: a\r\n', 'x-a: b\r\n'],
  [
    'a body',
    `POST ${EXCEPTIONS}/bulk HTTP/1.1\r\nhost: a\r\nauthorization: Bearer token-of-li\r\nidempotency-key: k\r\n` +
      'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    ' ',
  ],
])(
  'a client that sends %s drop by drop is cut off, and others are answered meanwhile',
  async (_, begin, drop) => {
    const app = await appOf({ patience: PATIENCE });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const startedAt = Date.now();
    const slow = Array.from({ length: 50 }, () =>
      answerTo(port, async (write) => {
        write(begin);
        for (let n = 0; n < 200; n += 1) {
          await pause(50);
          write(drop);
        }
      }),
    );
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    for (const heard of await Promise.all(slow)) expect(heard).toMatch(/^(HTTP\/1\.1 408|$)/);
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    await app.close();
  },
);

test('headers that are too long are refused', async () => {
  const app = await appOf();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const heard = await answerTo(port, async (write) => {
    write(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`);
  });
  expect(heard).toMatch(/^HTTP\/1\.1 431/);
  await app.close();
});
