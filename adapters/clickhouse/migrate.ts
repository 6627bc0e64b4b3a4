import { fileURLToPath } from 'node:url';
import { createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { DuizhangError } from '../../domain/errors.ts';
import { connectClickHouse, DATABASE } from './client.ts';
import { clusterDdl } from './clusterDdl.ts';
import { readLedgerUrl } from './ledgerAddress.ts';
import type { Migration } from './migrations.ts';
import { readMigrations } from './migrations.ts';

type Applied = { readonly name: string; readonly checksum: string };

const SCHEMA_DIR = fileURLToPath(new URL('../../schemas/clickhouse', import.meta.url));
/** Some of them go over all rows of a grown ledger. */
const TIMEOUT_MS = 4 * 3_600_000;

/** What has been applied. Its own table is there before any migration. */
const RECORD: Migration = {
  name: 'schema_migrations',
  checksum: '',
  statements: [
    `CREATE TABLE IF NOT EXISTS schema_migrations
(name String, checksum String, applied_at DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3))
ENGINE = ReplacingMergeTree
ORDER BY (name, checksum)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  ],
};

/**
 * Brings a database to the schema of this code. Doing it again, or in two processes at once, changes nothing: every
 * statement is written to be repeatable (IF NOT EXISTS, CREATE OR REPLACE), since ClickHouse has no lock to take.
 * @param url of a cluster: its schema is that of one server, rewritten (clusterDdl)
 * @throws DZ_MIGRATION_CHANGED when a file differs from what was applied under its name
 * @throws DZ_SCHEMA_NEWER when the database has migrations that this code does not know
 * @throws DZ_SCHEMA_PLACE when it was made for one server and is now to be a cluster's, or the other way round
 */
export async function migrate(url: string, schemaDir: string = SCHEMA_DIR): Promise<void> {
  const files = await readMigrations(schemaDir);
  const { server, cluster } = readLedgerUrl(url);
  const names = cluster === null ? null : { cluster, database: DATABASE };
  const [record = RECORD, ...migrations] =
    names === null ? [RECORD, ...files] : clusterDdl([RECORD, ...files], names);
  await createDatabase(server, cluster);
  const client = connectClickHouse(url, TIMEOUT_MS);
  try {
    await run(client, record);
    const applied = await appliedMigrations(client);
    assertKnown(applied, migrations);
    const done = new Set(applied.map(({ name }) => name));
    for (const migration of migrations) {
      if (!done.has(migration.name)) await apply(client, migration);
    }
  } finally {
    await client.close();
  }
}

/** Of the wrong place every statement would find its table there, and leave it as it is. */
async function createDatabase(server: string, cluster: string | null): Promise<void> {
  const client = createClient({ url: server });
  const everywhere = cluster === null ? '' : ` ON CLUSTER ${cluster}`;
  try {
    const isOfCluster = await madeForCluster(client);
    if (isOfCluster !== null && isOfCluster !== (cluster !== null)) throw elsewhere(cluster);
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${DATABASE}${everywhere}` });
  } finally {
    await client.close();
  }
}

/** null: for nothing yet. */
async function madeForCluster(client: ClickHouseClient): Promise<boolean | null> {
  const result = await client.query({
    query: `SELECT engine FROM system.tables WHERE database = '${DATABASE}' AND name = '${RECORD.name}'`,
    format: 'JSONEachRow',
  });
  const [table] = await result.json<{ engine: string }>();
  return table === undefined ? null : table.engine.startsWith('Replicated');
}

function elsewhere(cluster: string | null): DuizhangError {
  const [made, wanted] =
    cluster === null ? ['a cluster', 'names none'] : ['one server', `names the cluster ${cluster}`];
  return new DuizhangError(
    'DZ_SCHEMA_PLACE',
    `the database ${DATABASE} was made for ${made}, and DUIZHANG_CLICKHOUSE_CLUSTER ${wanted}; take an empty ClickHouse and bring the rows over (docs/clickhouse-cluster.md)`,
  );
}

async function appliedMigrations(client: ClickHouseClient): Promise<readonly Applied[]> {
  const rows = await client.query({
    query: 'SELECT DISTINCT name, checksum FROM schema_migrations ORDER BY name',
    format: 'JSONEachRow',
  });
  return rows.json<Applied>();
}

function assertKnown(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  const newer = applied.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (newer.length > 0) {
    throw new DuizhangError(
      'DZ_SCHEMA_NEWER',
      `the database has migrations that this version does not know (${newer.join(', ')}); run the version that made them, or a later one`,
    );
  }
  const changed = applied
    .filter(({ name, checksum }) => known.get(name) !== checksum)
    .map(({ name }) => name);
  if (changed.length > 0) {
    throw new DuizhangError(
      'DZ_MIGRATION_CHANGED',
      `schemas/clickhouse/${changed.join(', ')} changed after it was applied; restore it and put the change into a new file`,
    );
  }
}

/** The record comes last: a migration that was cut short is applied again as a whole. */
async function apply(client: ClickHouseClient, migration: Migration): Promise<void> {
  await run(client, migration);
  const { name, checksum } = migration;
  await client.insert({ table: 'schema_migrations', values: [{ name, checksum }], format: 'JSONEachRow' });
}

async function run(client: ClickHouseClient, { name, statements }: Migration): Promise<void> {
  for (const query of statements) {
    try {
      await client.command({ query });
    } catch (cause) {
      throw new DuizhangError(
        'DZ_MIGRATION_FAILED',
        `schemas/clickhouse/${name} cannot be applied: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
}
