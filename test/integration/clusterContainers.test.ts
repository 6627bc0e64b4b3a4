import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { LoggedEntry } from '../../domain/ledgerPorts.ts';
import { hasDocker } from '../hasDocker.ts';
import type { ClickHouseCluster } from '../services/clickHouseCluster.ts';
import { CLICKHOUSE_CLUSTER } from '../services/clickHouseCluster.ts';
import { startCloseSystem } from './closeHarness.ts';
import { CLUSTER_DATE, closedDayOf, dayOf, hospitalOf, textOf } from './clusterDay.ts';
import { eventEntry, insertEntries } from './ledgerHarness.ts';

// Two shards of two replicas and Keeper, in containers. These tests have not run yet: where they were written there is no
// Docker engine. What can be held without one is held by cluster.test.ts.

const HOSPITALS = Array.from({ length: 12 }, (_, i) => `H${String(i + 1).padStart(3, '0')}`);

let dir: string;
let cluster: ClickHouseCluster;

beforeAll(async () => {
  if (!hasDocker) return;
  dir = await mkdtemp(join(tmpdir(), 'dz-cluster-'));
  cluster = await CLICKHOUSE_CLUSTER.start({ dir });
}, 300_000);
afterAll(async () => {
  if (!hasDocker) return;
  await cluster.stop();
  await rm(dir, { recursive: true });
});

function eventOf(merchantId: string, position: number): LoggedEntry {
  const entry = eventEntry({ merchantId, orderNo: `YT${position}` });
  return { entry, partition: 'payments/0', position, late: false };
}

async function rowsAt<T>(url: string, query: string): Promise<T[]> {
  const client = connectClickHouse(url);
  const result = await client.query({ query, format: 'JSONEachRow' });
  const rows = await result.json<T>();
  await client.close();
  return rows;
}

async function merchantsAt(place: string): Promise<readonly string[]> {
  const url = cluster.servers.get(place)?.url ?? '';
  const rows = await rowsAt<{ id: string }>(
    url,
    'SELECT DISTINCT merchant_id AS id FROM entries_local ORDER BY id',
  );
  return rows.map(({ id }) => id);
}

test.skipIf(!hasDocker)(
  'the schema is made on every server, twice and by two at once',
  async () => {
    await Promise.all([CLICKHOUSE_CLUSTER.migrate(cluster), CLICKHOUSE_CLUSTER.migrate(cluster)]);
    await CLICKHOUSE_CLUSTER.migrate(cluster);
    const counts = await Promise.all(
      [...cluster.servers.values()].map(({ url }) =>
        rowsAt(url, "SELECT count() AS tables FROM system.tables WHERE database = 'duizhang'"),
      ),
    );
    expect(new Set(counts.map((count) => JSON.stringify(count))).size).toBe(1);
  },
  300_000,
);

test.skipIf(!hasDocker)(
  'what an insert was answered for is on both replicas of its hospital’s shard, and on no other',
  async () => {
    const client = CLICKHOUSE_CLUSTER.connect(cluster);
    await insertEntries(clickHouseRealtimeLedger(client), HOSPITALS.map(eventOf));
    const [first, second] = [await merchantsAt('1a'), await merchantsAt('2a')];
    expect([...first, ...second].toSorted()).toEqual(HOSPITALS);
    expect(first.length * second.length).toBeGreaterThan(0);
    expect(await merchantsAt('1b')).toEqual(first);
    expect(await merchantsAt('2b')).toEqual(second);
    await client.close();
  },
  120_000,
);

test.skipIf(!hasDocker)(
  'a day closes there as it does on one server',
  async () => {
    const running = { ...cluster, stop: () => Promise.resolve() };
    await using system = await startCloseSystem({
      ...CLICKHOUSE_CLUSTER,
      start: () => Promise.resolve(running),
    });
    for (const merchantId of ['T1', 'T2', 'T3', 'T4']) {
      await system.writeEvents(dayOf(merchantId));
      const { rows } = await system.close(CLUSTER_DATE, hospitalOf(merchantId));
      expect(rows.map(({ verdict }) => textOf(verdict))).toEqual(closedDayOf(merchantId));
    }
  },
  300_000,
);

test.skipIf(!hasDocker)(
  'without its quorum an insert is not answered, and what was stored is read on',
  async () => {
    await cluster.servers.get('2b')?.kill9();
    const url = new URL(cluster.url);
    url.searchParams.set('clickhouse_setting_insert_quorum_timeout', '5000');
    const client = connectClickHouse(url.href);
    const [ofSecond = ''] = await merchantsAt('2a');
    await expect(insertEntries(clickHouseRealtimeLedger(client), [eventOf(ofSecond, 1)])).rejects.toThrow(
      /quorum|replicas/i,
    );
    const [kept] = await rowsAt<{ merchants: string }>(
      cluster.url,
      'SELECT toString(uniqExact(merchant_id)) AS merchants FROM entries FINAL',
    );
    expect(Number(kept?.merchants)).toBeGreaterThanOrEqual(HOSPITALS.length);
    await client.close();
  },
  120_000,
);
