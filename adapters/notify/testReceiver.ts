import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Alert } from '../../domain/alert.ts';
import type { AlertMessage } from '../../domain/deliveryPorts.ts';

export type Received = { readonly url: URL; readonly headers: IncomingHttpHeaders; readonly body: string };

/** A service on this machine that answers as a test says, and keeps what it got. */
export type Receiver = AsyncDisposable & { readonly url: string; readonly received: readonly Received[] };

export async function startReceiver(
  answer: (got: Received, response: ServerResponse) => void,
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://receiver');
      const got = { url, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(got);
      answer(got, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** 2026-03-09 10:10 in Beijing. */
export const NOW_MS = Date.UTC(2026, 2, 9, 2, 10);

export function anAlert(more: Partial<Alert> = {}): Alert {
  return {
    kind: 'FEED_SILENT',
    merchantId: 'H012',
    book: 'MERCHANT',
    channel: null,
    detail: '',
    alertId: 'a1',
    version: 1,
    state: 'OPEN',
    severity: 'CRITICAL',
    sinceMs: NOW_MS - 8 * 60_000,
    untilMs: null,
    openedAtMs: NOW_MS,
    updatedAtMs: NOW_MS,
    closedAtMs: null,
    orders: 312,
    left: 312,
    amountFen: 4_821_000n,
    evidence: {},
    acknowledgedBy: null,
    acknowledgedAtMs: null,
    note: '',
    ...more,
  };
}

export function aMessage(more: Partial<AlertMessage> = {}): AlertMessage {
  return {
    id: '0123456789abcdef0123456789abcdef',
    title: 'H012 HIS 自 10:02 起无数据：312 笔待对账，¥48,210.00',
    lines: ['级别：严重 · 数据中断', '开始：10:02'],
    alert: anAlert(),
    what: 'OPENED',
    ...more,
  };
}
