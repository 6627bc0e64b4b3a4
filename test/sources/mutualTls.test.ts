import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hdpBills } from '../../adapters/sources/hdp/hdpBills.ts';
import type { ClientTls } from '../../adapters/http/httpCall.ts';
import { bytesOf, DATE, wantedOf } from './channelWorld.ts';

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const key = randomBytes(32);
const now = (): number => Date.parse('2026-03-10T10:00:00+08:00');
let server: Server;
let url: URL;

/** A front-end machine that lets nobody in without a certificate of its authority. */
beforeAll(async () => {
  server = createServer(
    { key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true },
    (request, response) => {
      const nonce = /nonce="([^"]+)"/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const timestamp = String(now() / 1000);
      const sha256 = createHash('sha256').update('the bill').digest('hex');
      const lines = ['DUIZHANG-HMAC-SHA256-RESPONSE', '200', nonce, timestamp, sha256, 'his.csv'];
      const signature = createHmac('sha256', key)
        .update(`${lines.join('\n')}\n`)
        .digest('base64');
      response.writeHead(200, {
        'duizhang-file-name': 'his.csv',
        'duizhang-timestamp': timestamp,
        'duizhang-signature': signature,
      });
      response.end('the bill');
    },
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = new URL(`https://127.0.0.1:${address.port}`);
});
afterAll(() => void server.close());

function fetchWith(tls: ClientTls | null) {
  const nonce = (): string => randomBytes(16).toString('hex');
  const source = hdpBills({ url, key: { keyId: 'duizhang', key }, tls }, { now, nonce });
  return source.fetch(wantedOf(source, DATE), new AbortController().signal);
}

test('a front-end machine is reached with a client certificate', async () => {
  const answer = await fetchWith({ ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') });
  expect((await bytesOf(answer)).toString()).toBe('the bill');
});

test.each([
  ['without a client certificate', () => ({ ca: pem('ca.pem') })],
  ['whose own certificate is of an authority that we do not know', () => null],
])('one %s is a failure', async (_, tls) => {
  const answer = await fetchWith(tls());
  expect(answer).toMatchObject({ kind: 'failed', code: 'DZ_HDP_FAILED' });
  expect(JSON.stringify(answer)).toContain('DZ_SOURCE_UNREACHABLE');
});
