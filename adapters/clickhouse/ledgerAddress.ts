import { DuizhangError } from '../../domain/errors.ts';

const NAME = /^[A-Za-z]\w*$/;

/**
 * The address of a ledger that is a cluster says so: `http://host:8123/?cluster=name`. Whoever is handed the address, be it
 * a command that reads it from a running system, then speaks to it as a cluster.
 * @param url of one of its servers
 * @param env DUIZHANG_CLICKHOUSE_CLUSTER: a name under remote_servers of every server; without it there is one server
 * @throws DZ_CONFIG_INVALID
 */
export function ledgerUrlOf(url: string, env: NodeJS.ProcessEnv): string {
  const cluster = env['DUIZHANG_CLICKHOUSE_CLUSTER'] ?? '';
  if (cluster === '') return url;
  if (!NAME.test(cluster)) {
    throw new DuizhangError(
      'DZ_CONFIG_INVALID',
      `DUIZHANG_CLICKHOUSE_CLUSTER is "${cluster}", not a name of letters, digits and _`,
    );
  }
  const address = new URL(url);
  address.searchParams.set('cluster', cluster);
  return address.href;
}

/** @returns the address that requests go to, and the cluster; null: one server */
export function readLedgerUrl(url: string): { readonly server: string; readonly cluster: string | null } {
  const address = new URL(url);
  const cluster = address.searchParams.get('cluster');
  if (cluster === null) return { server: url, cluster };
  address.searchParams.delete('cluster');
  return { server: address.href, cluster };
}
