import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { ConsoleFiles } from '../domain/apiPorts.ts';
import { PAGE_IDS } from '../domain/menus.ts';
import { UNUSED_PARTS } from '../test/apiParts.ts';
import { buildApp } from './app.ts';

const FILES: ConsoleFiles = {
  page: '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script src="/assets/a-1.js"></script>',
  assets: new Map([
    [
      '/assets/a-1.js',
      {
        contentType: 'text/javascript; charset=utf-8',
        bytes: Buffer.from('let a'),
        packed: { br: Buffer.from('[br]'), gzip: Buffer.from('[gz]') },
      },
    ],
  ]),
};

const appWith = (files: ConsoleFiles | null) =>
  buildApp({ ...UNUSED_PARTS, metrics: new Registry(), console: () => files });

test('every address of the console is its page, under a policy that lets in its own files and no inline script', async () => {
  const app = await appWith(FILES);
  for (const url of ['/', ...PAGE_IDS.slice(1).map((id) => `/${id}`), '/three-way/some-run?hospital=H001']) {
    const { statusCode, headers, body } = await app.inject(url);
    expect([url, statusCode, headers['cache-control']]).toEqual([url, 200, 'no-cache']);
    const policy = String(headers['content-security-policy']);
    const [, nonce] = /'nonce-([\w+/=]{20,})'/.exec(policy) ?? [];
    expect(body).toContain(`nonce="${nonce}"`);
    expect(policy.split('; ').toSorted()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
    ]);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  }
  const [first, second] = [await app.inject('/'), await app.inject('/')];
  expect(first.body).not.toBe(second.body);
});

test('files are kept by browsers for ever, and come packed to those that can unpack them', async () => {
  const app = await appWith(FILES);
  const asked = async (encoding: string) => {
    const { headers, body } = await app.inject({
      url: '/assets/a-1.js',
      headers: { 'accept-encoding': encoding },
    });
    return [headers['content-encoding'], body];
  };
  expect(await asked('gzip, deflate, br;q=1')).toEqual(['br', '[br]']);
  expect(await asked('gzip')).toEqual(['gzip', '[gz]']);
  expect(await asked('identity')).toEqual([undefined, 'let a']);
  const { headers } = await app.inject('/assets/a-1.js');
  expect(headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    vary: 'accept-encoding',
  });
  const head = await app.inject({ method: 'HEAD', url: '/' });
  expect([head.statusCode, head.body]).toEqual([200, '']);
});

test.each([
  '/assets/none.js',
  '/assets/..%2f..%2fpackage.json',
  '/assets/',
  '/other',
  '/api/v1/alertz',
  '/index.html',
])('what is no page of the console is not there: %s', async (url) => {
  const answer = await (await appWith(FILES)).inject(url);
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'DZ_NOT_FOUND']);
});

test('without a build it says how to make one', async () => {
  const answer = await (await appWith(null)).inject('/alerts');
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain('npm run console');
});
