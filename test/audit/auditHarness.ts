import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clickHouseAuditChains } from '../../adapters/clickhouse/auditPages.ts';
import { ClickHouseAuditTrail } from '../../adapters/clickhouse/auditTrail.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { redisAuditHeads } from '../../adapters/redis/auditHeads.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import type { AuditVerdict, KnownHeads } from '../../domain/auditChains.ts';
import { verifyAuditTrail } from '../../domain/auditChains.ts';
import type { AuditEntry } from '../../domain/auditEntry.ts';
import { connectEngine, startEngine, startMigratedEngine, startRedis } from '../services/index.ts';

/** A ledger and a Redis of a test's own, with an audit trail on them. */
export async function startAuditWorld() {
  const dir = await mkdtemp(join(tmpdir(), 'dz-audit-'));
  let engine: Engine = await startMigratedEngine({ dir: join(dir, 'ledger') });
  const server = await startRedis({ dir: join(dir, 'log'), appendfsync: 'always' });
  const port = Number(new URL(engine.url).port);
  const client = connectEngine(engine);
  const redis = connectRedis(server.url);
  const heads = redisAuditHeads(redis);
  const trails: ClickHouseAuditTrail[] = [];
  return {
    dir,
    client,
    redis,
    heads,
    clickhouseUrl: engine.url,
    redisUrl: server.url,
    trail(writer: string, withinMs = 5_000): ClickHouseAuditTrail {
      const trail = new ClickHouseAuditTrail({ client, heads, writer, withinMs });
      trails.push(trail);
      return trail;
    },
    async verify(kept: KnownHeads['kept'] = []): Promise<AuditVerdict> {
      const before = await heads.all();
      return verifyAuditTrail(clickHouseAuditChains(client).rows(), {
        before,
        after: () => heads.all(),
        kept,
      });
    },
    killLedger: () => engine.kill9(),
    async startLedger() {
      engine = await startEngine({ dir: join(dir, 'ledger'), port });
    },
    /** What somebody with the right to write does to the table. */
    async tamper(statement: string): Promise<void> {
      await client.command({ query: statement, clickhouse_settings: { mutations_sync: '2' } });
    },
    async [Symbol.asyncDispose]() {
      for (const trail of trails) await trail.close();
      redis.disconnect();
      await client.close();
      await Promise.all([engine.kill9(), server.kill9()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export type AuditWorld = Awaited<ReturnType<typeof startAuditWorld>>;

export function entry(said: Partial<AuditEntry> = {}): AuditEntry {
  return {
    kind: 'EXPORT',
    who: 'li',
    via: 'API',
    from: '10.0.0.7',
    what: 'GET /api/v1/exports/:list',
    status: 200,
    merchants: ['H001'],
    actionId: '',
    said: { list: 'exceptions', format: 'xlsx' },
    atMs: Date.parse('2026-03-10T06:00:00Z'),
    ...said,
  };
}
