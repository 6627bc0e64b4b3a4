import type { Redis } from 'ioredis';
import { readFileSync } from 'node:fs';
import type { PartitionId } from '../../../domain/ports.ts';
import { HEADER_BYTES } from './entryFormat.ts';
import { lastKeyOf, streamKeyOf } from './logKeys.ts';
import { execAll } from './redisCalls.ts';
import type { StreamBounds } from './streamReply.ts';
import { boundsOf } from './streamReply.ts';

const BOUNDS = readFileSync(new URL('bounds.lua', import.meta.url), 'utf8');

/** First kept position and end of partitions. XINFO would send their first and last entries whole. */
export async function readBounds(
  redis: Redis,
  ids: readonly PartitionId[],
): Promise<ReadonlyMap<PartitionId, StreamBounds>> {
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.callBuffer('EVAL', BOUNDS, 2, streamKeyOf(id), lastKeyOf(id), HEADER_BYTES);
  const replies = await execAll(pipeline);
  return new Map(ids.map((id, index) => [id, boundsOf(id, replies[index])]));
}
