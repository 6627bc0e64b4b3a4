import { readFileSync } from 'node:fs';
import { connectRedis } from '../../adapters/redis/connect.ts';
import type { TestSystem } from '../../test/system.ts';

type Redis = ReturnType<typeof connectRedis>;

/** Bytes over the pipeline's connections. */
export type Traffic = { readonly fromLog: number; readonly toWindow: number; readonly toLedger: number };

/** Bytes that stay. */
export type Stored = { readonly log: number; readonly entries: number; readonly verdicts: number };

/** Since the servers began. The pipeline's part of it is the difference of two, with a few questions of the measuring. */
export type RedisTraffic = { readonly fromLog: number; readonly toLog: number; readonly toWindow: number };

export async function redisTraffic(system: TestSystem): Promise<RedisTraffic> {
  return withLog(system, async (log) => ({
    fromLog: await numberOf(log, 'stats', 'total_net_output_bytes'),
    toLog: await numberOf(log, 'stats', 'total_net_input_bytes'),
    toWindow: await numberOf(system.windowRedis, 'stats', 'total_net_input_bytes'),
  }));
}

export async function trafficSince(
  before: RedisTraffic,
  system: TestSystem,
  pipelinePid: number,
): Promise<Traffic> {
  const now = await redisTraffic(system);
  const toWindow = now.toWindow - before.toWindow;
  // What it wrote and no Redis got went to the ledger, but for a line of its own log now and then.
  const written = Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pipelinePid}/io`, 'utf8'))?.[1]);
  return {
    fromLog: now.fromLog - before.fromLog,
    toWindow,
    toLedger: written - toWindow - (now.toLog - before.toLog),
  };
}

/** Tables merged, as a day's are in the end. */
export async function storedBytes(system: TestSystem): Promise<Stored> {
  const bytesOf = async (table: string): Promise<number> => {
    await system.clickhouse.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
    const answer = await system.clickhouse.query({
      query: `SELECT toFloat64(sum(bytes_on_disk)) AS bytes FROM system.parts
        WHERE active AND database = currentDatabase() AND table = '${table}'`,
      format: 'JSONEachRow',
    });
    const [row] = await answer.json<{ readonly bytes: number }>();
    return row?.bytes ?? 0;
  };
  return {
    log: await withLog(system, (log) => numberOf(log, 'memory', 'used_memory')),
    entries: await bytesOf('entries'),
    verdicts: await bytesOf('verdicts'),
  };
}

async function withLog<T>(system: TestSystem, ask: (log: Redis) => Promise<T>): Promise<T> {
  // The log itself, unless that is in Kafka.
  const log = connectRedis(system.run.auditUrl);
  try {
    return await ask(log);
  } finally {
    log.disconnect();
  }
}

async function numberOf(redis: Redis, section: string, name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await redis.info(section))?.[1]);
}
