import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Endpoint = { readonly url: string; close(): Promise<void> };

export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Announces the whole body and ends the connection in the middle of it. */
  readonly isCut?: boolean;
};

/** null: the caller gets no answer at all. */
export type Handle = (
  request: IncomingMessage,
  body: string,
  url: URL,
) => Promise<Reply | null> | Reply | null;

const MAX_BODY_BYTES = 1 << 20;

/** An HTTP server on 127.0.0.1; at /healthz it says, to whoever asks, that it is up. @param port 0: a free one */
export async function serve(handle: Handle, port = 0): Promise<Endpoint> {
  const server = createServer((request, response) => {
    answer(handle, request, response).catch((error: unknown) => {
      response.writeHead(500).end(`the simulator failed: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(handle: Handle, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const arriving: AsyncIterable<Buffer> = request;
  for await (const chunk of arriving) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return void request.destroy();
    chunks.push(chunk);
  }
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/healthz') return void response.end('ok\n');
  const reply = await handle(request, Buffer.concat(chunks).toString('utf8'), url);
  if (reply === null) return;
  const body = Buffer.from(reply.body ?? '');
  // A 204 has no body and may not announce one.
  const length = reply.status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(reply.status, { ...length, ...reply.headers });
  if (!reply.isCut) return void response.end(body);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}
