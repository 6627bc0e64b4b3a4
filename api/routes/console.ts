import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleFile, ConsoleFiles } from '../../domain/apiPorts.ts';
import { NONCE_PLACE } from '../../domain/apiPorts.ts';
import { PAGE_IDS } from '../../domain/menus.ts';
import { notFound } from '../access.ts';
import { consolePolicy } from '../secureHeaders.ts';

const hidden = { config: { access: 'ANYONE' }, schema: { hide: true } } as const;
const HTML = 'text/html; charset=utf-8';
const NONCE_BYTES = 16;

const NOT_BUILT = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>对账 duizhang</title>
<h1>对账 duizhang</h1>
<p>控制台尚未构建：请执行 <code>npm run console</code>，然后刷新。</p>
<p lang="en">The console is not built: run <code>npm run console</code>, then look again.</p>
<p><a href="/docs">API</a></p>
</html>
`;

/**
 * The console at /: one page for each of its addresses, which finds out by itself what it shows there, and the files
 * that it is made of. They tell nothing of anybody; whoever opens it logs in.
 */
export function consoleRoutes(filesNow: () => ConsoleFiles | null): FastifyPluginAsyncTypebox {
  return async (app) => {
    const page = (_: FastifyRequest, reply: FastifyReply): FastifyReply => {
      const files = filesNow();
      return files === null ? reply.code(503).type(HTML).send(NOT_BUILT) : sendPage(reply, files.page);
    };
    app.get('/', hidden, page);
    for (const id of PAGE_IDS.filter((each) => each !== 'home')) {
      app.get(`/${id}`, hidden, page);
      app.get(`/${id}/*`, hidden, page);
    }
    // Where an identity provider sends the browser back to.
    app.get('/login/callback', hidden, page);
    app.get('/assets/*', hidden, async (request, reply) => {
      const [path = ''] = request.url.split('?');
      const file = filesNow()?.assets.get(path);
      if (!file) throw notFound(`file ${path}`);
      return sendAsset(reply, file, request.headers['accept-encoding']);
    });
  };
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = randomBytes(NONCE_BYTES).toString('base64');
  return reply
    .headers({ 'content-security-policy': consolePolicy(nonce), 'cache-control': 'no-cache' })
    .type(HTML)
    .send(page.replaceAll(NONCE_PLACE, nonce));
}

/** Their names hold a hash of what is in them: what has the same name is the same for ever. */
function sendAsset(
  reply: FastifyReply,
  file: ConsoleFile,
  accepts: string | string[] | undefined,
): FastifyReply {
  const wanted = [accepts ?? '']
    .flat()
    .join(',')
    .split(/[\s,;]+/);
  const encoding = (['br', 'gzip'] as const).find((each) => file.packed[each] && wanted.includes(each));
  const bytes = encoding === undefined ? file.bytes : (file.packed[encoding] ?? file.bytes);
  return reply
    .headers({
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    })
    .type(file.contentType)
    .send(Buffer.from(bytes));
}
