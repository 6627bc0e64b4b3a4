import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { expect, test } from 'vitest';
import { webhookContact } from './signedWebhook.ts';
import type { Received } from './testReceiver.ts';
import { aMessage, anAlert, NOW_MS, startReceiver } from './testReceiver.ts';

const KEY = randomBytes(32);
const deps = { now: () => NOW_MS };

function isSigned({ headers, body }: Received): boolean {
  const signed = createHmac('sha256', KEY)
    .update(`${String(headers['x-duizhang-timestamp'])}.${body}`)
    .digest('hex');
  return signed === headers['x-duizhang-signature'];
}

test('a program gets the alert signed, and an id that is the same when the same is sent again', async () => {
  await using receiver = await startReceiver((got, response) => {
    response.writeHead(isSigned(got) ? 204 : 401).end();
  });
  const contact = webhookContact(new URL(`${receiver.url}/in`), KEY, deps);
  const alert = anAlert({ acknowledgedBy: '王小明', note: '已联系王小明' });
  for (let n = 0; n < 2; n += 1)
    expect(await contact.send(aMessage({ alert }))).toMatchObject({ state: 'SENT' });
  const [first, second] = receiver.received;
  expect(first?.headers).toMatchObject({
    'x-duizhang-id': aMessage().id,
    'x-duizhang-timestamp': String(NOW_MS),
  });
  expect(second?.headers['x-duizhang-id']).toBe(first?.headers['x-duizhang-id']);
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    id: aMessage().id,
    what: 'OPENED',
    alert: { alertId: 'a1', kind: 'FEED_SILENT', amountYuan: '48210.00', orders: 312 },
  });
  expect(first?.body).not.toContain('王小明');
});

test.each([
  [429, { 'retry-after': '120' }, { state: 'LATER', waitMs: 120_000 }],
  [503, {}, { state: 'LATER', waitMs: null }],
  [401, {}, { state: 'REFUSED', detail: expect.stringContaining('the key is not accepted') }],
  [
    301,
    { location: '/other' },
    { state: 'REFUSED', detail: expect.stringContaining('redirects are not followed') },
  ],
  [410, {}, { state: 'REFUSED', detail: expect.stringContaining('no receiver at this address') }],
] as const)('an answer %i %o is %o', async (status, headers, answer) => {
  await using receiver = await startReceiver((_, response) => response.writeHead(status, headers).end());
  expect(await webhookContact(new URL(receiver.url), KEY, deps).send(aMessage())).toMatchObject(answer);
});

test('a receiver that is not there is tried later, and its path is not told', async () => {
  const receiver = await startReceiver(() => undefined);
  await receiver[Symbol.asyncDispose]();
  const answer = await webhookContact(new URL(`${receiver.url}/in/tok-41`), KEY, deps).send(aMessage());
  expect(answer).toMatchObject({ state: 'LATER', detail: expect.stringContaining('127.0.0.1') });
  expect(answer.detail).not.toContain('tok-41');
});

test('a receiver with a certificate of an authority of its own is known by caFile, and not without', async () => {
  const tlsFile = (name: string): string =>
    readFileSync(new URL(`../../test/fixtures/tls/${name}`, import.meta.url), 'utf8');
  const own = { key: tlsFile('server.key'), cert: tlsFile('server.pem') };
  const server = createServer(own, (_, response) => response.writeHead(204).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(
    `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
  );
  const known = webhookContact(url, KEY, { ...deps, ca: tlsFile('ca.pem') });
  expect(await known.send(aMessage())).toMatchObject({ state: 'SENT' });
  expect(await webhookContact(url, KEY, deps).send(aMessage())).toMatchObject({ state: 'LATER' });
  server.close();
});
