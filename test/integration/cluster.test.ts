import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clusterDdl } from '../../adapters/clickhouse/clusterDdl.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { readMigrations } from '../../adapters/clickhouse/migrations.ts';
import { instantOfLocal } from '../../domain/businessDate.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { EMBEDDED_CLUSTER } from '../services/embeddedCluster.ts';
import { CloseSystem, SAMPLE_MERCHANT, startCloseSystem } from './closeHarness.ts';

// The ledger as it is on a cluster, on the embedded engine as three shards. The same contract tests that one server passes run
// on it with DUIZHANG_TEST_LEDGER=cluster (CONTRIBUTING.md).

const DATE = '2026-03-09';
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

type Line = {
  readonly order: string;
  readonly fen: bigint;
  readonly time?: string;
  readonly receipt?: string;
};

function linesOf(merchantId: string, { order, fen, time, receipt }: Line, books: readonly Book[]): Entry[] {
  return books.map((book) => ({
    book,
    merchantId,
    kind: 'PAYMENT',
    orderNo: order,
    refundNo: null,
    channel: order === 'A' ? 'ALIPAY' : 'WECHAT',
    channelTxnNo: `T${order}`,
    hisOrderNo: book === 'MERCHANT' ? (receipt ?? `R${order}`) : null,
    amountFen: fen,
    occurredAtMs: instantOfLocal(`${DATE} ${time ?? '10:00:00'}`) ?? Number.NaN,
    businessDate: DATE,
    businessType: null,
    source: 'EVENT',
    sourceRef: '',
  }));
}

/** What tells the hospitals apart. */
const aloneIn = (merchantId: string): 'MERCHANT' | 'CHANNEL' =>
  merchantId === 'H001' ? 'MERCHANT' : 'CHANNEL';

function textOf(verdict: Verdict): string {
  const { orderNo, code, possibleDuplicateOf: other, mergedReceipt: merged } = verdict;
  const notes = [
    ...(other ? [`may be ${other} again`] : []),
    ...(merged ? [`${merged.hisOrderNo} of ${merged.orderNos.join(' and ')}`] : []),
  ];
  return [orderNo, code, ...notes].join(' ');
}

/** The same orders in every hospital: a row of another one that is taken for its own changes a verdict. */
function dayOf(merchantId: string): readonly Entry[] {
  const of = (line: Line, books: readonly Book[] = BOOKS): Entry[] => linesOf(merchantId, line, books);
  return [
    ...of({ order: 'A', fen: 100n }),
    ...of({ order: 'B', fen: 4200n, time: '11:00:00' }),
    ...of({ order: 'AGAIN', fen: 4200n, time: '11:02:00' }, ['PLATFORM', 'CHANNEL']),
    ...of({ order: 'ALONE', fen: 7n, time: '12:00:00' }, [aloneIn(merchantId)]),
    // One receipt of 300 for two payments.
    ...of({ order: 'PART', fen: 300n, receipt: 'R300' }, ['MERCHANT']),
    ...of({ order: 'PART', fen: 100n }, ['PLATFORM', 'CHANNEL']),
    ...of({ order: 'REST', fen: 200n, time: '10:01:00' }, ['PLATFORM', 'CHANNEL']),
  ];
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
    const merchant = { ...SAMPLE_MERCHANT, merchantId, channels: SAMPLE_MERCHANT.channels.slice(0, 2) };
    const { run, rows: closed } = await onShard.close(DATE, merchant);
    expect(run.outcome).not.toBe('FAILED');
    expect(closed.map(({ verdict }) => textOf(verdict))).toEqual([
      'A MATCHED',
      'AGAIN CHANNEL_ONLY may be B again',
      `ALONE ${aloneIn(merchantId)}_ONLY`,
      'B MATCHED',
      'PART AMOUNT_MISMATCH R300 of PART and REST',
      'REST CHANNEL_ONLY R300 of PART and REST',
    ]);
  }
  await client.close();
});

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
