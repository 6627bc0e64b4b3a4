import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClickHouseClient } from '@clickhouse/client';
import { connectClickHouse, DATABASE } from '../../adapters/clickhouse/client.ts';
import { clusterDdl, localOf } from '../../adapters/clickhouse/clusterDdl.ts';
import { clusterSettings } from '../../adapters/clickhouse/clusterSettings.ts';
import { text } from '../../adapters/clickhouse/closeSql.ts';
import { startEngine } from '../../adapters/clickhouse/embedded/start.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { ledgerUrlOf, readLedgerUrl } from '../../adapters/clickhouse/ledgerAddress.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import type { Migration } from '../../adapters/clickhouse/migrations.ts';
import { readMigrations } from '../../adapters/clickhouse/migrations.ts';

/** A ledger to start, bring to the schema and speak to. */
export type LedgerService = {
  readonly start: (options: { readonly dir: string; readonly port?: number }) => Promise<Engine>;
  readonly migrate: (engine: Pick<Engine, 'url'>) => Promise<void>;
  readonly connect: (engine: Pick<Engine, 'url'>) => ClickHouseClient;
};

export const EMBEDDED_CLUSTER: LedgerService = {
  start: startEmbeddedCluster,
  migrate: migrateEmbeddedCluster,
  connect: connectEmbeddedCluster,
};

const SCHEMA_DIR = fileURLToPath(new URL('../../schemas/clickhouse', import.meta.url));
const CLUSTER = 'books';
const MIGRATED_WITHIN_MS = 60_000;

/** Each is this engine, by a port that nobody listens on. */
const SHARD = '<shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>';
const SHARDS = 3;
const CONFIG = `<clickhouse>
  <tcp_port>9000</tcp_port>
  <remote_servers><${CLUSTER}>${SHARD.repeat(SHARDS)}</${CLUSTER}></remote_servers>
</clickhouse>
`;

/** The shards share their tables; each sees the rows of its own merchants alone. 0: asked of the table itself. */
const OWN_ROWS = `shardNum() = 0 OR cityHash64(merchant_id) % ${SHARDS} = shardNum() - 1`;

/**
 * The embedded engine as a cluster of three shards, which its address says. What is asked runs as it does on servers, each
 * shard knowing its own merchants alone; but both hold what is written, nothing is replicated, and there is no network.
 */
async function startEmbeddedCluster(options: {
  readonly dir: string;
  readonly port?: number;
}): Promise<Engine> {
  mkdirSync(options.dir, { recursive: true });
  const configPath = join(options.dir, 'cluster.xml');
  writeFileSync(configPath, CONFIG);
  const engine = await startEngine({ ...options, configPath });
  const filters = (await shardedTables()).map(
    (table) => `${text(`${DATABASE}.${localOf(table)}`)}: ${text(OWN_ROWS)}`,
  );
  const url = withSettings(ledgerUrlOf(engine.url, { DUIZHANG_CLICKHOUSE_CLUSTER: CLUSTER }), {
    // There is no port that it could be reached at.
    prefer_localhost_replica: 1,
    additional_table_filters: `{${filters.join(', ')}}`,
  });
  return { ...engine, url };
}

/** The client reads settings off its address; what the address says counts. */
function withSettings(url: string, settings: Readonly<Record<string, unknown>>): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(settings)) {
    const parameter = `clickhouse_setting_${name}`;
    if (!address.searchParams.has(parameter)) address.searchParams.set(parameter, String(value));
  }
  return address.href;
}

/** The schema that a cluster gets, on an engine without Keeper: nothing is replicated, and there is one server to tell. */
async function migrateEmbeddedCluster({ url }: Pick<Engine, 'url'>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'dz-cluster-schema-'));
  try {
    for (const { name, statements } of await withoutKeeper())
      writeFileSync(join(dir, name), `${statements.join(';\n\n')};\n`);
    // As to one server, and yet with what a cluster's connection asks for.
    await migrate(withSettings(readLedgerUrl(url).server, clusterSettings(MIGRATED_WITHIN_MS)), dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function withoutKeeper(): Promise<readonly Migration[]> {
  const names = { cluster: CLUSTER, database: DATABASE };
  return clusterDdl(await readMigrations(SCHEMA_DIR), names).map((migration) => ({
    ...migration,
    statements: migration.statements.map((sql) =>
      sql
        .replace(` ON CLUSTER ${CLUSTER}`, '')
        .replace(/ENGINE = Replicated(\w+)\('[^']+', '[^']+'(?:, (\w+))?\)/, 'ENGINE = $1($2)')
        .replace('replicated_deduplication_window = 0, ', ''),
    ),
  }));
}

const OF_ROWS = /^(TRUNCATE TABLE|OPTIMIZE TABLE|ALTER TABLE) (\w+)/;

/**
 * A client whose statements about a table's rows (TRUNCATE, OPTIMIZE, ALTER … UPDATE) go to where the rows are: a test says
 * them of the name that all queries use, and the table of that name has none.
 */
function connectEmbeddedCluster({ url }: Pick<Engine, 'url'>): ClickHouseClient {
  const client = connectClickHouse(url);
  const command = client.command.bind(client);
  const sharded = shardedTables();
  client.command = async (params) => {
    const table = OF_ROWS.exec(params.query)?.[2] ?? '';
    if (!(await sharded).includes(table)) return command(params);
    return command({ ...params, query: params.query.replace(OF_ROWS, `$1 ${localOf(table)}`) });
  };
  return client;
}

async function shardedTables(): Promise<readonly string[]> {
  const statements = (await withoutKeeper()).flatMap((migration) => migration.statements);
  return statements.flatMap((sql) => /^CREATE TABLE IF NOT EXISTS (\w+)\s+AS /.exec(sql)?.[1] ?? []);
}
