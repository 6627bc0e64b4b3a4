import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clusterDdl } from '../../adapters/clickhouse/clusterDdl.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { readMigrations } from '../../adapters/clickhouse/migrations.ts';
import { sqlCommand } from '../../cli/commands/sql.ts';
import { EMBEDDED_CLUSTER } from '../services/embeddedCluster.ts';
import { CloseSystem, startCloseSystem } from './closeHarness.ts';
import { CLUSTER_DATE, closedDayOf, dayOf, hospitalOf, textOf } from './clusterDay.ts';

// The ledger as it is on a cluster, on the embedded engine as three shards. The same contract tests that one server passes run
// on it with DUIZHANG_TEST_LEDGER=cluster (CONTRIBUTING.md).

/** cityHash64 puts them on different shards, which the first test holds. */
const HOSPITALS = ['H001', 'H002', 'H007'];
const SCHEMA_DIR = new URL('../../schemas/clickhouse', import.meta.url).pathname;

let system: CloseSystem;
const asked: string[] = [];

beforeAll(async () => {
  system = await startCloseSystem(EMBEDDED_CLUSTER);
}, 120_000);
afterAll(() => system[Symbol.asyncDispose]());

async function rows<T>(query: string): Promise<T[]> {
  return (await system.client.query({ query, format: 'JSONEachRow' })).json<T>();
}

/** A client that refuses what would ask more shards than one, and remembers what it asked. */
function ofOneShard(url: string): ClickHouseClient {
  const address = new URL(url);
  address.searchParams.set('clickhouse_setting_force_optimize_skip_unused_shards', '1');
  const client = connectClickHouse(address.href);
  const [query, command] = [client.query.bind(client), client.command.bind(client)];
  client.query = (params) => {
    asked.push(params.query);
    return query(params);
  };
  client.command = (params) => {
    asked.push(params.query);
    return command(params);
  };
  return client;
}

test('the hospitals of these tests lie on different shards, and each shard knows its own alone', async () => {
  for (const merchantId of HOSPITALS) await system.writeEvents(dayOf(merchantId));
  const found = await rows<{ shard: number; merchants: string[] }>(
    `SELECT _shard_num AS shard, groupUniqArray(merchant_id) AS merchants FROM entries GROUP BY shard ORDER BY merchants`,
  );
  expect(found.map(({ merchants }) => merchants)).toEqual(HOSPITALS.map((merchantId) => [merchantId]));
});

test('a day closes on its shard: no question of a close goes to another one', async () => {
  const client = ofOneShard(system.url);
  await expect(client.query({ query: 'SELECT count() FROM entries' })).rejects.toThrow('is not used');
  const { dataDir, redis, url } = system;
  const onShard = new CloseSystem({ client, url, redis }, dataDir, () => Promise.resolve());
  for (const merchantId of HOSPITALS) {
    const { run, rows: closed } = await onShard.close(CLUSTER_DATE, hospitalOf(merchantId));
    expect(run.outcome).not.toBe('FAILED');
    expect(closed.map(({ verdict }) => textOf(verdict))).toEqual(closedDayOf(merchantId));
  }
  await client.close();
}, 120_000);

test('tables of a run’s own, which no shard has, are handed to the shards', () => {
  const looked = asked.filter((sql) => /\bFROM entries\b/.test(sql) && /\bFROM close_wanted/.test(sql));
  expect(looked.length).toBeGreaterThanOrEqual(2);
  for (const sql of looked) expect(sql).not.toMatch(/(?<!GLOBAL )\bIN\s*\(SELECT [\w, ]+ FROM close_/);
});

test('the schema of a cluster is SQL that the engine reads', async () => {
  const schema = clusterDdl(await readMigrations(SCHEMA_DIR), { cluster: 'books', database: 'duizhang' });
  for (const sql of schema.flatMap(({ statements }) => statements)) {
    const [read] = await rows<{ sql: string }>(`SELECT formatQuerySingleLine($dz$${sql}$dz$) AS sql`);
    expect(read?.sql).toMatch(/ ON CLUSTER books |^INSERT INTO /);
  }
});

test('a database of one server is not taken for a cluster’s', async () => {
  const server = new URL(system.url);
  await expect(migrate(`${server.origin}/?cluster=books`)).rejects.toMatchObject({ code: 'DZ_SCHEMA_PLACE' });
});

test('a statement of ./duizhang sql is sent with what a cluster’s connections ask for', async () => {
  const said: string[] = [];
  const code = await sqlCommand.run(["SELECT getSetting('distributed_product_mode')"], {
    stdout: (text) => said.push(text),
    stderr: () => undefined,
    cwd: system.dataDir,
    env: {
      DUIZHANG_CLICKHOUSE_URL: new URL(system.url).origin,
      DUIZHANG_CLICKHOUSE_CLUSTER: 'books',
      DUIZHANG_LOG_URL: 'redis://127.0.0.1:1',
      DUIZHANG_WINDOW_URL: 'redis://127.0.0.1:1',
      DUIZHANG_CONFIG: 'none.yaml',
      DUIZHANG_DATA: system.dataDir,
    },
  });
  expect({ code, said: said.join('') }).toMatchObject({ code: 0, said: expect.stringContaining('local') });
});

test('chains of cases that lie on several shards are all walked, page by page', async () => {
  await system.client.command({
    query: `INSERT INTO exception_actions (case_id, seq, merchant_id, order_no, intent, state)
      SELECT hex(MD5(concat(merchant, toString(number)))), 1, merchant, toString(number), '{}', '{}'
      FROM numbers(700) ARRAY JOIN ['${HOSPITALS.join("', '")}'] AS merchant`,
  });
  const cases: string[] = [];
  for await (const chain of clickHouseCaseLedger(system.client).chains(null)) {
    cases.push(...chain.map(({ caseId }) => caseId));
  }
  expect(cases).toHaveLength(700 * HOSPITALS.length);
  expect(new Set(cases).size).toBe(cases.length);
}, 60_000);
