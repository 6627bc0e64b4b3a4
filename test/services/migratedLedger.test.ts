import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { startEngine } from '../../adapters/clickhouse/embedded/start.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { copyMigrated } from './migratedLedger.ts';

let dir: string;
let engines: Readonly<Record<'migrated' | 'copied' | 'copiedToo', Engine>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-migrated-'));
  const start = (name: string): Promise<Engine> => startEngine({ dir: join(dir, name) });
  const migrated = await start('migrated');
  await migrate(migrated.url);
  await Promise.all(['copied', 'copiedToo'].map((name) => copyMigrated(join(dir, name))));
  engines = { migrated, copied: await start('copied'), copiedToo: await start('copiedToo') };
});
afterAll(async () => {
  await Promise.all(Object.values(engines).map((engine) => engine.kill9()));
  await rm(dir, { recursive: true });
});

async function ask(engine: Engine, query: string): Promise<readonly unknown[]> {
  const client = connectClickHouse(engine.url);
  try {
    return await (await client.query({ query, format: 'JSONEachRow' })).json();
  } finally {
    await client.close();
  }
}

test.each([
  'SELECT name, create_table_query, total_rows FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  'SELECT name, checksum FROM schema_migrations ORDER BY name',
])('a copy is what the migrations give: %s', async (query) => {
  const rows = await ask(engines.migrated, query);
  expect(rows.length).toBeGreaterThan(20);
  expect(await ask(engines.copied, query)).toEqual(rows);
});

test('what one copy is given the other does not have', async () => {
  const count = 'SELECT toUInt32(count()) AS rows FROM bills';
  const client = connectClickHouse(engines.copied.url);
  await client.insert({ table: 'bills', values: [{ bill_id: 'B1', version: '1' }], format: 'JSONEachRow' });
  await client.close();
  expect(await ask(engines.copied, count)).toEqual([{ rows: 1 }]);
  expect(await ask(engines.copiedToo, count)).toEqual([{ rows: 0 }]);
});
