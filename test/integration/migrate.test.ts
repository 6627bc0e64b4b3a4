import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectClickHouse, DATABASE } from '../../adapters/clickhouse/client.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { startEngine } from '../services/index.ts';

let dir: string;
let schemas: string;
let engine: Engine;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'duizhang-migrate-'));
  engine = await startEngine({ dir: join(dir, 'ledger') });
});
afterAll(async () => {
  await engine.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  const client = createClient({ url: engine.url });
  await client.command({ query: `DROP DATABASE IF EXISTS ${DATABASE}` });
  await client.close();
  schemas = await mkdtemp(join(dir, 'schemas-'));
  await put('0001_first.sql', 'CREATE TABLE IF NOT EXISTS first (x Int64) ENGINE = MergeTree ORDER BY x;\n');
});

async function put(name: string, sql: string): Promise<void> {
  await writeFile(join(schemas, name), sql);
}

async function tables(): Promise<readonly string[]> {
  const client = connectClickHouse(engine.url);
  const result = await client.query({ query: 'SHOW TABLES', format: 'JSONEachRow' });
  const rows = await result.json<{ name: string }>();
  await client.close();
  return rows.map(({ name }) => name);
}

test('the schema of this version can be applied twice, and by two processes at once', async () => {
  await Promise.all([migrate(engine.url), migrate(engine.url)]);
  await migrate(engine.url);
  expect(await tables()).toEqual(expect.arrayContaining(['entries', 'verdicts', 'v_exceptions']));
});

test('a new file is applied to a database that has the others', async () => {
  await migrate(engine.url, schemas);
  await put(
    '0002_second.sql',
    '-- a comment; with a semicolon\nCREATE VIEW IF NOT EXISTS second AS SELECT 1;\n',
  );
  await migrate(engine.url, schemas);
  expect(await tables()).toEqual(expect.arrayContaining(['first', 'second']));
});

test('a file that changed after it was applied stops the start, by name', async () => {
  await migrate(engine.url, schemas);
  const path = join(schemas, '0001_first.sql');
  await writeFile(path, `${await readFile(path, 'utf8')}-- changed\n`);
  await expect(migrate(engine.url, schemas)).rejects.toMatchObject({
    code: 'DZ_MIGRATION_CHANGED',
    message: expect.stringContaining('0001_first.sql'),
  });
});

test('line ends of another system are no change', async () => {
  await migrate(engine.url, schemas);
  const path = join(schemas, '0001_first.sql');
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll('\n', '\r\n'));
  await migrate(engine.url, schemas);
});

test('a database newer than the code stops the start, and names what it does not know', async () => {
  await put('0002_later.sql', 'CREATE VIEW IF NOT EXISTS later AS SELECT 1;\n');
  await migrate(engine.url, schemas);
  await rm(join(schemas, '0002_later.sql'));
  await expect(migrate(engine.url, schemas)).rejects.toMatchObject({
    code: 'DZ_SCHEMA_NEWER',
    message: expect.stringContaining('0002_later.sql'),
  });
});

test('a file that cannot be applied is named, is not on record, and is applied once it is right', async () => {
  await put('0002_broken.sql', 'CREATE VIEW IF NOT EXISTS half AS SELECT 1;\nCREATE NONSENSE;\n');
  await expect(migrate(engine.url, schemas)).rejects.toMatchObject({
    code: 'DZ_MIGRATION_FAILED',
    message: expect.stringContaining('0002_broken.sql'),
  });
  await put('0002_broken.sql', 'CREATE VIEW IF NOT EXISTS half AS SELECT 1;\n');
  await migrate(engine.url, schemas);
  expect(await tables()).toContain('half');
});
