import { join } from 'node:path';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { ledgerUrlOf } from '../../adapters/clickhouse/ledgerAddress.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { startClickHouseContainer } from './clickHouseContainer.ts';
import type { LedgerService } from './embeddedCluster.ts';

const CLUSTER = 'books';
type Place = { readonly shard: string; readonly replica: string };
const PLACES: readonly Place[] = ['1', '2'].flatMap((shard) =>
  ['a', 'b'].map((replica) => ({ shard, replica })),
);

type Ports = { readonly native: number; readonly interserver: number };
type Keeper = { readonly client: number; readonly raft: number };

/** Two shards of two replicas, as containers on this machine; the first server is Keeper as well. */
export type ClickHouseCluster = Engine & {
  /** By shard and replica, `1a` to `2b`. */
  readonly servers: ReadonlyMap<string, Engine>;
};

/** What stands in each server's config.xml, and its folder, by its place. */
export async function clusterConfigs(
  dir: string,
): Promise<ReadonlyMap<string, { readonly dir: string; readonly more: string }>> {
  const keeper = { client: await freePort(), raft: await freePort() };
  const servers: (Place & Ports)[] = [];
  for (const place of PLACES)
    servers.push({ ...place, native: await freePort(), interserver: await freePort() });
  return new Map(
    servers.map((server, i) => {
      const own = join(dir, `${server.shard}${server.replica}`);
      const parts = [
        ownConfig(server),
        sharedConfig(servers, keeper),
        i === 0 ? keeperConfig(own, keeper) : '',
      ];
      return [`${server.shard}${server.replica}`, { dir: own, more: parts.join('') }];
    }),
  );
}

async function startCluster({ dir }: { readonly dir: string }): Promise<ClickHouseCluster> {
  const started = await Promise.all(
    [...(await clusterConfigs(dir))].map(
      async ([place, config]) => [place, await startClickHouseContainer(config)] as const,
    ),
  );
  const servers = new Map(started);
  const first = servers.get('1a');
  if (first === undefined) throw new Error('a cluster has a first server');
  const each = (end: (engine: Engine) => Promise<void>) => async (): Promise<void> => {
    // The one that is Keeper last.
    for (const engine of [...servers.values()].toReversed()) await end(engine);
  };
  return {
    ...first,
    servers,
    url: ledgerUrlOf(first.url, { DUIZHANG_CLICKHOUSE_CLUSTER: CLUSTER }),
    stop: each((engine) => engine.stop()),
    kill9: each((engine) => engine.kill9()),
  };
}

export const CLICKHOUSE_CLUSTER = {
  start: startCluster,
  migrate: ({ url }) => migrate(url),
  connect: ({ url }) => connectClickHouse(url),
} satisfies LedgerService;

function ownConfig({ shard, replica, native, interserver }: Place & Ports): string {
  return `  <tcp_port>${native}</tcp_port>
  <interserver_http_port>${interserver}</interserver_http_port>
  <interserver_http_host>127.0.0.1</interserver_http_host>
  <macros><shard>${shard}</shard><replica>${replica}</replica></macros>
`;
}

function sharedConfig(ports: readonly Ports[], keeper: Keeper): string {
  const replicas = ports.map(
    ({ native }) => `<replica><host>127.0.0.1</host><port>${native}</port></replica>`,
  );
  const shard = (of: readonly string[]): string =>
    `<shard><internal_replication>true</internal_replication>${of.join('')}</shard>`;
  return `  <remote_servers><${CLUSTER}>
    <secret>of-tests</secret>
    ${shard(replicas.slice(0, 2))}
    ${shard(replicas.slice(2))}
  </${CLUSTER}></remote_servers>
  <zookeeper><node><host>127.0.0.1</host><port>${keeper.client}</port></node></zookeeper>
  <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
`;
}

function keeperConfig(dir: string, keeper: Keeper): string {
  return `  <keeper_server>
    <tcp_port>${keeper.client}</tcp_port>
    <server_id>1</server_id>
    <log_storage_path>${dir}/keeper/log</log_storage_path>
    <snapshot_storage_path>${dir}/keeper/snapshots</snapshot_storage_path>
    <raft_configuration>
      <server><id>1</id><hostname>127.0.0.1</hostname><port>${keeper.raft}</port></server>
    </raft_configuration>
  </keeper_server>
`;
}
