// The ClickHouse engine as a process of its own, behind ClickHouse's HTTP protocol on 127.0.0.1.
// It says `ready <port>` on stdout and ends on SIGTERM or when its stdin closes: its parent is gone then.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { openEngine } from './engine.ts';
import { answer } from './httpProtocol.ts';

const SHUTDOWN_TIMEOUT_MS = 20_000;
/** Longer than @clickhouse/client keeps an idle socket (2.5 s), so that a request never meets a closing one. */
const KEEP_ALIVE_TIMEOUT_MS = 10_000;
/** Parameters travel in the URL. */
const MAX_URL_BYTES = 4 * 1024 * 1024;

const { values } = parseArgs({
  options: { dir: { type: 'string' }, port: { type: 'string', default: '0' }, config: { type: 'string' } },
});
if (values.dir === undefined)
  throw new Error('usage: engineProcess.ts --dir <folder> [--port <port>] [--config <file>]');

const engine = openEngine(values.dir, values.config ?? null);
const server = createServer(
  { keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, requestTimeout: 0, maxHeaderSize: MAX_URL_BYTES },
  (request, response) => {
    void answer(engine, request, response);
  },
);

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MS).unref();
  server.close(() => {
    void engine.close().then(() => process.exit(0));
  });
  server.closeIdleConnections();
}

process.on('SIGTERM', stop);
// Ctrl-C in a terminal reaches the whole process group; the supervisor decides when the ledger may go.
process.on('SIGINT', () => undefined);
process.stdin.on('end', stop).on('error', stop).resume();

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on no port');
  process.stdout.write(`ready ${address.port}\n`);
});
