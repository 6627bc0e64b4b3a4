import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { DuizhangError } from '../../domain/errors.ts';
import { connectClickHouse, DATABASE } from './client.ts';

type Migration = { readonly name: string; readonly sql: string; readonly checksum: string };
type Applied = { readonly name: string; readonly checksum: string };

const SCHEMA_DIR = fileURLToPath(new URL('../../schemas/clickhouse', import.meta.url));
const MIGRATION_FILE = /^\d{4}_\w+\.sql$/;
/** Some of them go over all rows of a grown ledger. */
const TIMEOUT_MS = 4 * 3_600_000;

/**
 * Brings a database to the schema of this code. Doing it again, or in two processes at once, changes nothing: every
 * statement is written to be repeatable (IF NOT EXISTS, CREATE OR REPLACE), since ClickHouse has no lock to take.
 * @throws DZ_MIGRATION_CHANGED when a file differs from what was applied under its name
 * @throws DZ_SCHEMA_NEWER when the database has migrations that this code does not know
 */
export async function migrate(url: string, schemaDir: string = SCHEMA_DIR): Promise<void> {
  const migrations = await readMigrations(schemaDir);
  await createDatabase(url);
  const client = connectClickHouse(url, TIMEOUT_MS);
  try {
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

async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const names = (await readdir(dir)).filter((name) => MIGRATION_FILE.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = (await readFile(`${dir}/${name}`, 'utf8')).replaceAll('\r\n', '\n');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function createDatabase(url: string): Promise<void> {
  const client = createClient({ url });
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${DATABASE}` });
  } finally {
    await client.close();
  }
}

async function appliedMigrations(client: ClickHouseClient): Promise<readonly Applied[]> {
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS schema_migrations
      (name String, checksum String, applied_at DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3))
      ENGINE = ReplacingMergeTree ORDER BY (name, checksum)
      SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  });
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
async function apply(client: ClickHouseClient, { name, sql, checksum }: Migration): Promise<void> {
  for (const statement of statementsOf(sql)) {
    try {
      await client.command({ query: statement });
    } catch (cause) {
      throw new DuizhangError(
        'DZ_MIGRATION_FAILED',
        `schemas/clickhouse/${name} cannot be applied: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
  await client.insert({ table: 'schema_migrations', values: [{ name, checksum }], format: 'JSONEachRow' });
}

/** Statements end with a ";" at the end of a line. */
function statementsOf(sql: string): readonly string[] {
  return sql
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replaceAll(/^--.*$/gm, '').trim() !== '');
}
