import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Registry } from 'prom-client';

/** What probes and Prometheus ask of a process without an API; nothing listens yet. */
export function serveHealth(metrics: Registry, isReady: () => boolean): Server {
  return createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    if (request.url === '/healthz') return answer(200, 'ok\n');
    if (request.url === '/readyz') return isReady() ? answer(200, 'ready\n') : answer(503, 'starting\n');
    if (request.url !== '/metrics') return answer(404, 'there are /healthz, /readyz and /metrics\n');
    metrics.metrics().then(
      (text) => answer(200, text, metrics.contentType),
      (error: unknown) => answer(500, `${String(error)}\n`),
    );
  });
}
