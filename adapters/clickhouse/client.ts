import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { clusterSettings } from './clusterSettings.ts';
import { readLedgerUrl } from './ledgerAddress.ts';

export const DATABASE = 'duizhang';

/** Inserts of many rows and the close's joins take their time. */
const REQUEST_TIMEOUT_MS = 120_000;
const MAX_CONNECTIONS = 8;

/**
 * The one way to reach ClickHouse, embedded, a server of its own, or a cluster.
 * @param url `http://[user:password@]host:port`; of a cluster see ledgerUrlOf
 * @param timeoutMs how long an answer is waited for
 */
export function connectClickHouse(url: string, timeoutMs = REQUEST_TIMEOUT_MS): ClickHouseClient {
  const { server, cluster } = readLedgerUrl(url);
  return createClient({
    url: server,
    database: DATABASE,
    application: 'duizhang',
    request_timeout: timeoutMs,
    max_open_connections: MAX_CONNECTIONS,
    // The embedded engine does not compress; on one machine it would only cost time.
    compression: { request: false, response: false },
    // Shorter than any server keeps an idle connection: a request must not meet one that is being closed.
    keep_alive: { enabled: true, idle_socket_ttl: 2000 },
    // Failures are thrown; whoever catches them says so.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      ...(cluster === null ? {} : clusterSettings(timeoutMs)),
    },
  });
}
