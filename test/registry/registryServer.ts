import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A schema registry of a test's own, over HTTP as Confluent's answers. */
export type RegistryServer = {
  readonly url: string;
  /** As many as were asked for, by their path. */
  readonly asked: readonly string[];
  /** @returns its id */
  register(schema: object, more?: Readonly<Record<string, unknown>>): number;
  /** What it answers instead, until it is null again. */
  answerWith(status: number | null): void;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export async function registryServer(login: string | null = null): Promise<RegistryServer> {
  const schemas = new Map<number, string>();
  const asked: string[] = [];
  let status: number | null = null;
  let port = 0;
  const wanted = login === null ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const newServer = () =>
    createServer((request, response) => {
      const say = (code: number, body: object): void => {
        response.writeHead(code, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
        response.end(JSON.stringify(body));
      };
      asked.push(request.url ?? '');
      if (status !== null)
        return say(status, { error_code: status * 100 + 1, message: 'as the test wants it' });
      if (request.headers.authorization !== wanted)
        return say(401, { error_code: 401, message: 'Unauthorized' });
      const id = /^\/schemas\/ids\/(\d+)$/.exec(request.url ?? '')?.[1];
      const body = schemas.get(Number(id));
      if (body === undefined) return say(404, { error_code: 40_403, message: `Schema ${id} not found` });
      response.writeHead(200, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
      response.end(body);
    });
  let server = newServer();
  const start = async (): Promise<void> => {
    server = newServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    // Typed wider for servers on pipes.
    port = (server.address() as AddressInfo).port;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    register(schema, more = {}) {
      const id = 100 + schemas.size;
      schemas.set(id, JSON.stringify({ schema: JSON.stringify(schema), ...more }));
      return id;
    },
    answerWith(code) {
      status = code;
    },
    start,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
