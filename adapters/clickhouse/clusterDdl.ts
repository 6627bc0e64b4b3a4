import { DuizhangError } from '../../domain/errors.ts';
import type { Migration } from './migrations.ts';

/**
 * Where a table's rows live. `sharded`: each merchant's rows on one shard, under `<name>_local`; `<name>` reaches all of
 * them. `whole`: no merchant's, so that every server holds all of it under its own name.
 */
export type Placement = 'sharded' | 'whole';

export type ClusterNames = { readonly cluster: string; readonly database: string };

/** One statement and the migration that it stands in. */
type Ddl = { readonly file: string; readonly sql: string };
type Known = Map<string, Placement>;
type Rewrite = (groups: Readonly<Record<string, string>>, ddl: Ddl, known: Known) => readonly string[];

const MERGE_TREE = /^ENGINE = (?<engine>(?:Replacing|Aggregating)?MergeTree)(?:\((?<version>\w+)\))?$/m;

/**
 * Makes of a schema for one server the same schema on a cluster: tables are replicated, those with a merchant_id are cut by
 * merchant, and every name that queries use stays. All that is one merchant's lies on one shard, which is what FINAL, joins
 * and materialized views rely on.
 * @param migrations all of them, in their order: a later one may change an earlier one's table
 * @throws DZ_MIGRATION_CLUSTER naming the statement that is none of the forms that are understood
 */
export function clusterDdl(migrations: readonly Migration[], names: ClusterNames): readonly Migration[] {
  const known: Known = new Map();
  const forms = formsFor(names);
  return migrations.map((migration) => ({
    ...migration,
    statements: migration.statements.flatMap((statement) => {
      const ddl = { file: migration.name, sql: withoutComments(statement) };
      for (const [form, rewrite] of forms) {
        const groups = form.exec(ddl.sql)?.groups;
        if (groups) return rewrite(groups, ddl, known);
      }
      throw notUnderstood(ddl, 'statement');
    }),
  }));
}

function formsFor(names: ClusterNames): readonly (readonly [RegExp, Rewrite])[] {
  const onCluster = `ON CLUSTER ${names.cluster}`;
  return [
    [/^CREATE TABLE IF NOT EXISTS (?<table>\w+)\s*(?<rest>\(.*)$/s, tableRewrite(names, onCluster)],
    [/^ALTER TABLE (?<table>\w+)\s+(?<rest>ADD .*)$/s, alterRewrite(onCluster)],
    [
      /^CREATE MATERIALIZED VIEW IF NOT EXISTS (?<view>\w+) TO (?<target>\w+) AS(?<select>\s.*)$/s,
      materializedRewrite(onCluster),
    ],
    [
      /^(?<create>CREATE OR REPLACE VIEW|CREATE VIEW IF NOT EXISTS) (?<view>\w+) AS(?<select>\s.*)$/s,
      ({ create, view, select }) => [`${create} ${view} ${onCluster} AS${select}`],
    ],
    // Read and written through the tables that reach all shards, by whoever migrates.
    [/^(?<sql>INSERT INTO \w+\s.*SELECT\s.*)$/s, ({ sql = '' }) => [sql]],
  ];
}

function tableRewrite({ cluster, database }: ClusterNames, onCluster: string): Rewrite {
  return ({ table = '', rest = '' }, ddl, known) => {
    const found = MERGE_TREE.exec(rest)?.groups;
    if (!found) throw notUnderstood(ddl, 'engine');
    const isSharded = /^\s*merchant_id\s/m.test(rest);
    known.set(table, isSharded ? 'sharded' : 'whole');
    const [place, replica] = isSharded ? ['{shard}', '{replica}'] : ['whole', '{shard}-{replica}'];
    const version = found['version'] === undefined ? '' : `, ${found['version']}`;
    const engine = `ENGINE = Replicated${found['engine']}('/clickhouse/tables/${database}/${place}/${table}', '${replica}'${version})`;
    const local = isSharded ? localOf(table) : table;
    const body = withEveryInsert(rest.replace(MERGE_TREE, () => engine));
    const create = `CREATE TABLE IF NOT EXISTS ${local} ${onCluster}\n${body}`;
    if (!isSharded) return [create];
    return [
      create,
      `CREATE TABLE IF NOT EXISTS ${table} ${onCluster} AS ${local}
ENGINE = Distributed(${cluster}, ${database}, ${local}, cityHash64(merchant_id))`,
    ];
  };
}

/** The same row may come again after another has taken its place: it must not be dropped as a repeat of an insert. */
function withEveryInsert(table: string): string {
  const setting = 'replicated_deduplication_window = 0';
  const settings = /^SETTINGS /m;
  return settings.test(table)
    ? table.replace(settings, `SETTINGS ${setting}, `)
    : `${table}\nSETTINGS ${setting}`;
}

/** The tables that hold rows first: a table that reaches them must not know a column that they lack. */
function alterRewrite(onCluster: string): Rewrite {
  return ({ table = '', rest = '' }, ddl, known) => {
    const placement = placementOf(table, ddl, known);
    const commands = rest.split(/,\s*(?=(?:ADD|ALTER|CLEAR|DROP|MATERIALIZE|MODIFY|REMOVE|RENAME)\s)/);
    const isAll = (command: string): boolean =>
      commands.every((one) => one.startsWith(`${command} IF NOT EXISTS `));
    if (!isAll('ADD COLUMN') && !isAll('ADD INDEX')) throw notUnderstood(ddl, 'change of a table');
    const change = (name: string): string => `ALTER TABLE ${name} ${onCluster}\n    ${rest}`;
    if (placement === 'whole') return [change(table)];
    // Only tables that hold rows have indexes.
    return isAll('ADD INDEX') ? [change(localOf(table))] : [change(localOf(table)), change(table)];
  };
}

/** Rows are made where those that they are made of are written: both are of one merchant. */
function materializedRewrite(onCluster: string): Rewrite {
  return ({ view = '', target = '', select = '' }, ddl, known) => {
    const sources = [...select.matchAll(/\b(?:FROM|JOIN)\s+(\(|\w+)/g)].map(([, source = '']) => source);
    const isPlain = sources.length === 1 && !/\bIN\s*\(\s*SELECT\b/.test(select);
    const tables = [target, ...sources];
    if (!isPlain || tables.some((table) => placementOf(table, ddl, known) !== 'sharded')) {
      throw notUnderstood(ddl, 'materialized view');
    }
    const local = select.replace(/\bFROM\s+(\w+)/, (_, source: string) => `FROM ${localOf(source)}`);
    return [`CREATE MATERIALIZED VIEW IF NOT EXISTS ${view} ${onCluster} TO ${localOf(target)} AS${local}`];
  };
}

export function localOf(table: string): string {
  return `${table}_local`;
}

function placementOf(table: string, ddl: Ddl, known: Known): Placement {
  const placement = known.get(table);
  if (placement === undefined) throw notUnderstood(ddl, `name of a table, ${table},`);
  return placement;
}

/** They stand in lines of their own, and could hold the words that are looked for. */
function withoutComments(sql: string): string {
  return sql.replaceAll(/^\s*--.*\n?/gm, '').trim();
}

function notUnderstood({ file, sql }: Ddl, what: string): DuizhangError {
  const start = sql.replaceAll(/\s+/g, ' ').slice(0, 120);
  return new DuizhangError(
    'DZ_MIGRATION_CLUSTER',
    `schemas/clickhouse/${file} has a ${what} that cannot be written for a cluster: "${start}"; teach adapters/clickhouse/clusterDdl.ts to`,
  );
}
