import type { ClickHouseSettings } from '@clickhouse/client';

/** As long as rows are usually waited for (client.ts): a migration may take hours, its record may not. */
const QUORUM_WITHIN_MS = 120_000;

/**
 * What every request to a ledger on a cluster asks for.
 * @param timeoutMs how long its answer is waited for
 */
export function clusterSettings(timeoutMs: number): ClickHouseSettings {
  return {
    // Rows are on their shard when the insert is answered, and on most of its replicas.
    distributed_foreground_insert: 1,
    insert_quorum: 'auto',
    insert_quorum_timeout: Math.min(timeoutMs, QUORUM_WITHIN_MS),
    // Realtime and closes write one table at once; one at a time they would refuse each other.
    insert_quorum_parallel: 1,
    // Everybody writes and reads the first replica of a shard that is up, so that what was written is read. For any replica
    // to vouch for that (select_sequential_consistency) quorums would have to be one at a time.
    load_balancing: 'in_order',
    prefer_localhost_replica: 0,
    // What is joined or looked up in another table is of the same merchant, so that it is on the same shard.
    distributed_product_mode: 'local',
    // What is asked of one merchant, a close above all, is asked of its shard alone.
    optimize_skip_unused_shards: 1,
    // Each row to its own shard, whatever it was made of.
    parallel_distributed_insert_select: '0',
  };
}
