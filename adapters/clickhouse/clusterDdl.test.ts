import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { clusterDdl } from './clusterDdl.ts';
import { readMigrations } from './migrations.ts';

const NAMES = { cluster: 'books', database: 'duizhang' };
const SCHEMA = await readMigrations(fileURLToPath(new URL('../../schemas/clickhouse', import.meta.url)));
const ALL = clusterDdl(SCHEMA, NAMES).flatMap(({ statements }) => statements);

function rewritten(...statements: readonly string[]): readonly string[] {
  const migration = { name: '0001_test.sql', checksum: '', statements };
  return clusterDdl([migration], NAMES).flatMap((one) => one.statements);
}

const ORDERS = `CREATE TABLE IF NOT EXISTS orders
(
    merchant_id String,
    -- ENGINE = Log
    x           Int64
)
ENGINE = ReplacingMergeTree(x)
ORDER BY merchant_id
SETTINGS fsync_after_insert = 1`;
const NOTES = `CREATE TABLE IF NOT EXISTS notes (id String)
ENGINE = MergeTree
ORDER BY id`;

/** The first word after each match. */
function namesAfter(pattern: RegExp, statements: readonly string[] = ALL): readonly string[] {
  return statements.flatMap((sql) => [...sql.matchAll(pattern)].map(([, name = '']) => name));
}

test('a table with merchants is replicated under another name, and its own name reaches all shards', () => {
  expect(rewritten(ORDERS)).toEqual([
    `CREATE TABLE IF NOT EXISTS orders_local ON CLUSTER books
(
    merchant_id String,
    x           Int64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/duizhang/{shard}/orders', '{replica}', x)
ORDER BY merchant_id
SETTINGS replicated_deduplication_window = 0, fsync_after_insert = 1`,
    `CREATE TABLE IF NOT EXISTS orders ON CLUSTER books AS orders_local
ENGINE = Distributed(books, duizhang, orders_local, cityHash64(merchant_id))`,
  ]);
});

test('a table without merchants is whole on every server', () => {
  expect(rewritten(NOTES)).toEqual([
    `CREATE TABLE IF NOT EXISTS notes ON CLUSTER books
(id String)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/duizhang/whole/notes', '{shard}-{replica}')
ORDER BY id
SETTINGS replicated_deduplication_window = 0`,
  ]);
});

test('a column is added where the rows are, then where they are asked for; an index only where they are', () => {
  const column =
    'ALTER TABLE orders\n    ADD COLUMN IF NOT EXISTS y Map(String, Int64),\n    ADD COLUMN IF NOT EXISTS z Date';
  const added = 'ADD COLUMN IF NOT EXISTS y Map(String, Int64),\n    ADD COLUMN IF NOT EXISTS z Date';
  const index = 'ALTER TABLE orders ADD INDEX IF NOT EXISTS x_minmax x TYPE minmax GRANULARITY 1';
  expect(
    rewritten(ORDERS, NOTES, column, index, 'ALTER TABLE notes ADD COLUMN IF NOT EXISTS y Int64').slice(3),
  ).toEqual([
    `ALTER TABLE orders_local ON CLUSTER books\n    ${added}`,
    `ALTER TABLE orders ON CLUSTER books\n    ${added}`,
    'ALTER TABLE orders_local ON CLUSTER books\n    ADD INDEX IF NOT EXISTS x_minmax x TYPE minmax GRANULARITY 1',
    'ALTER TABLE notes ON CLUSTER books\n    ADD COLUMN IF NOT EXISTS y Int64',
  ]);
});

test('a materialized view reads and writes on the shard', () => {
  const view =
    "CREATE MATERIALIZED VIEW IF NOT EXISTS v TO orders AS\nSELECT merchant_id, 1 AS x\nFROM orders\nWHERE x IN ('a')";
  expect(rewritten(ORDERS, view).at(-1)).toBe(
    "CREATE MATERIALIZED VIEW IF NOT EXISTS v ON CLUSTER books TO orders_local AS\nSELECT merchant_id, 1 AS x\nFROM orders_local\nWHERE x IN ('a')",
  );
});

const VIEW = 'CREATE MATERIALIZED VIEW IF NOT EXISTS v TO';
const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  ['a statement of another kind', ['DROP TABLE orders']],
  ['a table that is not made once', [ORDERS.replace(' IF NOT EXISTS', '')]],
  ['an engine that cannot be replicated', [ORDERS.replace('ReplacingMergeTree(x)', 'Log')]],
  ['a change of a table that no migration made', ['ALTER TABLE orders ADD COLUMN IF NOT EXISTS y Int64']],
  ['a change that is not an addition', [ORDERS, 'ALTER TABLE orders DROP COLUMN x']],
  ['columns and indexes in one change', [ORDERS, 'ALTER TABLE orders ADD COLUMN IF NOT EXISTS y Int64, ADD INDEX IF NOT EXISTS i y TYPE minmax']],
  ['an addition that cannot be repeated', [ORDERS, 'ALTER TABLE orders ADD COLUMN y Int64']],
  ['a materialized view into a table that is whole', [ORDERS, NOTES, `${VIEW} notes AS SELECT merchant_id AS id FROM orders`]],
  ['a materialized view of a table that is whole', [ORDERS, NOTES, `${VIEW} orders AS SELECT id AS merchant_id FROM notes`]],
  ['a materialized view of a query', [ORDERS, `${VIEW} orders AS SELECT * FROM (SELECT * FROM orders)`]],
  ['a materialized view of several tables', [ORDERS, `${VIEW} orders AS SELECT * FROM orders JOIN orders AS o USING x`]],
  ['a materialized view that looks into another table', [ORDERS, `${VIEW} orders AS SELECT * FROM orders WHERE x IN (SELECT x FROM orders)`]],
]; // prettier-ignore

test.each(REFUSED)('%s is refused, by file and statement', (_, statements) => {
  expect(() => rewritten(...statements)).toThrow(
    expect.objectContaining({
      code: 'DZ_MIGRATION_CLUSTER',
      message: expect.stringMatching(/^schemas\/clickhouse\/0001_test\.sql .*"(ALTER|CREATE|DROP) /),
    }),
  );
});

test('of the schema every statement that changes something runs on the whole cluster', () => {
  for (const sql of ALL) expect(sql).toMatch(/^(?:INSERT INTO|[A-Z ]+ \w+ ON CLUSTER books\b)/);
});

test('of the schema every table is replicated, each under a path of its own', () => {
  const engines = namesAfter(/^ENGINE = (\w+)/gm);
  const paths = namesAfter(/^ENGINE = Replicated\w+\('([^']+)'/gm);
  expect(new Set(engines.filter((engine) => !engine.startsWith('Replicated')))).toEqual(
    new Set(['Distributed']),
  );
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.length).toBe(
    SCHEMA.flatMap(({ statements }) => statements).filter((sql) => /^CREATE TABLE/m.test(sql)).length,
  );
});

test('of the schema every table with merchants has one that reaches all shards, and no name is lost', () => {
  const made = (statements: readonly string[]) =>
    namesAfter(
      /^CREATE (?:OR REPLACE )?(?:TABLE|VIEW|MATERIALIZED VIEW) (?:IF NOT EXISTS )?(\w+)/gm,
      statements,
    );
  const reached = namesAfter(/^ENGINE = Distributed\(books, duizhang, (\w+), cityHash64\(merchant_id\)\)$/gm);
  const locals = made(ALL).filter((name) => name.endsWith('_local'));
  expect(reached.toSorted()).toEqual(locals.toSorted());
  const before = new Set(SCHEMA.flatMap(({ statements }) => made(statements)));
  expect(new Set(made(ALL).filter((name) => !name.endsWith('_local')))).toEqual(before);
});

test('of the schema the tables without merchants are these', () => {
  expect(namesAfter(/'\/clickhouse\/tables\/duizhang\/whole\/(\w+)'/g)).toEqual([
    'dead_letters',
    'log_positions',
    'users',
    'audit_trail',
    'alert_acknowledgements',
    'alert_deliveries',
    'settings',
    'settings_proposals',
  ]);
});

test('of the schema rows that take each other’s place are of one merchant, and so on one shard', () => {
  const replacing = ALL.filter((sql) =>
    /^ENGINE = Replicated(?:Replacing|Aggregating)MergeTree\('[^']*\{shard\}\//m.test(sql),
  );
  expect(replacing.length).toBeGreaterThan(15);
  const ofNoMerchant = replacing.filter((sql) => !/^ORDER BY \([^)]*\bmerchant_id\b/m.test(sql));
  // An alert's id is made of its merchant.
  expect(namesAfter(/^CREATE TABLE IF NOT EXISTS (\w+)/g, ofNoMerchant)).toEqual(['alerts_local']);
});
